// Bulk copies between global and shared memory, in the SIMT executor: the names that the GPU build
// provides too (kernels/cuda/detail/bulk.cuh, which says what they promise).
#pragma once

#include <cstddef>
#include <source_location>

#include "bulk.hpp"
#include "executor.hpp"

namespace prelu::gpu {

class Barrier {
 public:
  Barrier() = default;

  void init(unsigned loads, std::source_location where = std::source_location::current()) {
    simt::bulk::initialise(state_, loads, where);
  }

  void wait(unsigned parity, std::source_location where = std::source_location::current()) {
    simt::bulk::wait(state_, parity, where);
  }

 private:
  friend void bulk_load(void* to, const void* from, std::size_t bytes, Barrier& barrier,
                        std::source_location where);

  simt::bulk::Barrier state_;
};

inline void bulk_load(void* to, const void* from, std::size_t bytes, Barrier& barrier,
                      std::source_location where = std::source_location::current()) {
  simt::bulk::load(to, from, bytes, barrier.state_, where);
}

inline void bulk_publish(std::source_location where = std::source_location::current()) {
  simt::block_barrier(where, /*publishes=*/true);
}

inline void bulk_store(void* to, const void* from, std::size_t bytes,
                       std::source_location where = std::source_location::current()) {
  simt::bulk::store(to, from, bytes, where);
}

template <int kPending>
void bulk_wait(std::source_location where = std::source_location::current()) {
  simt::bulk::wait_for_stores(kPending, where);
}

}  // namespace prelu::gpu
