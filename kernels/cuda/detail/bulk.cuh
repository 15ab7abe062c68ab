// Bulk copies between global and shared memory, and the barrier that counts them: what the SIMT
// executor provides too (kernels/simt/bulk.cuh).
//
// From sm_90 on the copies are cp.async.bulk: one thread starts one, the hardware does the rest.
// Before, a warp copies by hand, so that a kernel is right everywhere; it is no faster for it
// there. Addresses and sizes are multiples of 16 bytes. Functions that say so are called by a whole
// warp.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <nv/target>

namespace prelu::gpu {

/// Counts the bulk loads that have arrived, in phases of so many; lives in shared memory.
class Barrier {
 public:
  Barrier() = default;

  /// One thread does, and a __syncthreads follows before anybody uses it.
  __device__ void init(unsigned loads);

  /// Until all loads of the phase have arrived: phases are numbered from 0, and `parity` is the
  /// number modulo 2. Any thread may wait, but for no phase earlier than the last one.
  __device__ void wait(unsigned parity) const;

 private:
  friend __device__ void bulk_load(void* to, const void* from, std::size_t bytes, Barrier& barrier);

  // From sm_90 on these 8 bytes are an mbarrier, and mean nothing here.
  alignas(8) unsigned loads_;
  unsigned arrived_;
};

namespace sm90 {

inline __device__ unsigned shared_address(const void* pointer) {
  return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}

/// Bulk copies go another way to shared memory than a thread's accesses; this orders the two.
inline __device__ void fence() { asm volatile("fence.proxy.async.shared::cta;" : : : "memory"); }

inline __device__ void init(const void* barrier, unsigned arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;"
               :
               : "r"(shared_address(barrier)), "r"(arrivals)
               : "memory");
  fence();
}

inline __device__ bool has_completed(const void* barrier, unsigned parity) {
  unsigned completed;
  asm volatile(
      "{\n"
      ".reg .pred completed;\n"
      "mbarrier.try_wait.parity.shared::cta.b64 completed, [%1], %2;\n"
      "selp.b32 %0, 1, 0, completed;\n"
      "}"
      : "=r"(completed)
      : "r"(shared_address(barrier)), "r"(parity)
      : "memory");
  return completed != 0;
}

inline __device__ void wait(const void* barrier, unsigned parity) {
  while (!has_completed(barrier, parity)) {
  }
}

/// Arrives at the barrier, and lets it expect the bytes that it starts to copy.
inline __device__ void load(void* to, const void* from, unsigned bytes, const void* barrier) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;"
               :
               : "r"(shared_address(barrier)), "r"(bytes)
               : "memory");
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
      :
      : "r"(shared_address(to)), "l"(__cvta_generic_to_global(from)), "r"(bytes),
        "r"(shared_address(barrier))
      : "memory");
}

inline __device__ void store(void* to, const void* from, unsigned bytes) {
  asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;"
               :
               : "l"(__cvta_generic_to_global(to)), "r"(shared_address(from)), "r"(bytes)
               : "memory");
  asm volatile("cp.async.bulk.commit_group;" : : : "memory");
}

template <int kPending>
__device__ void wait_until_read() {
  asm volatile("cp.async.bulk.wait_group.read %0;" : : "n"(kPending) : "memory");
}

}  // namespace sm90

/// The same by a warp's own loads and stores, which are over when a function returns.
namespace by_hand {

inline constexpr unsigned kWarpSize = 32;

inline __device__ void copy(void* to, const void* from, std::size_t bytes) {
  __syncwarp();  // what the warp's lanes read or wrote before is behind them
  const std::size_t packs = bytes / sizeof(uint4);
#pragma unroll 4
  for (std::size_t i = threadIdx.x % kWarpSize; i < packs; i += kWarpSize) {
    static_cast<uint4*>(to)[i] = static_cast<const uint4*>(from)[i];
  }
  __threadfence_block();
  __syncwarp();
}

inline __device__ void wait(const volatile unsigned& arrived, unsigned loads, unsigned parity) {
  while (arrived / loads % 2 == parity) {
  }
  __threadfence_block();
}

}  // namespace by_hand

inline __device__ bool is_first_lane() { return threadIdx.x % by_hand::kWarpSize == 0; }

inline __device__ void Barrier::init(unsigned loads) {
  NV_IF_ELSE_TARGET(NV_PROVIDES_SM_90, (sm90::init(this, loads);), (loads_ = loads; arrived_ = 0;))
}

inline __device__ void Barrier::wait(unsigned parity) const {
  NV_IF_ELSE_TARGET(NV_PROVIDES_SM_90, (sm90::wait(this, parity);),
                    (by_hand::wait(arrived_, loads_, parity);))
}

/// A warp loads into shared memory: one of the barrier's loads. Blocks have one dimension.
inline __device__ void bulk_load(void* to, const void* from, std::size_t bytes, Barrier& barrier) {
  NV_IF_ELSE_TARGET(
      NV_PROVIDES_SM_90,
      (if (is_first_lane()) sm90::load(to, from, static_cast<unsigned>(bytes), &barrier);),
      (by_hand::copy(to, from, bytes); if (is_first_lane()) atomicAdd(&barrier.arrived_, 1U);))
}

/// All threads of the block call it, after writing to shared memory what a bulk store will read: a
/// __syncthreads that bulk copies respect.
inline __device__ void bulk_publish() {
  NV_IF_TARGET(NV_PROVIDES_SM_90, (sm90::fence();))
  __syncthreads();
}

/// A warp stores from shared memory, after a bulk_publish.
inline __device__ void bulk_store(void* to, const void* from, std::size_t bytes) {
  NV_IF_ELSE_TARGET(NV_PROVIDES_SM_90,
                    (if (is_first_lane()) sm90::store(to, from, static_cast<unsigned>(bytes));),
                    (by_hand::copy(to, from, bytes);))
}

/// The warp that stores waits until all its stores but the last kPending have read their shared
/// memory, which may then be reused. It waits for all before it leaves.
template <int kPending>
__device__ void bulk_wait() {
  NV_IF_TARGET(NV_PROVIDES_SM_90, (if (is_first_lane()) sm90::wait_until_read<kPending>();))
}

}  // namespace prelu::gpu
