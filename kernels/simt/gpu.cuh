// What a kernel file includes, in the SIMT executor: CUDA's keywords and built-ins for the host
// compiler, and the few names that the GPU build provides too (kernels/cuda/detail/gpu.cuh).
//
// Vector types and 16-bit floats come from the CUDA toolkit's own headers, which host compilers
// accept.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <vector_functions.h>
#include <vector_types.h>

#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>

#include "executor.hpp"

// CUDA's keywords. The toolkit's headers define some of them for host compilers; these win.
#undef __global__
#undef __device__
#undef __host__
#undef __shared__
#undef __launch_bounds__
#undef __forceinline__
#undef __restrict__
#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)
#define __forceinline__ inline
#define __restrict__ __restrict
// The linker puts it where the executor can fill it with NaN before each block (shared.ld).
#define __shared__ static

namespace prelu::gpu {

struct LaunchConfig {
  dim3 grid = 1;
  dim3 block = 1;
  std::size_t shared_bytes = 0;
  CUstream_st* stream = nullptr;
};

/// Runs kernel(arguments...) for every thread of the grid. An empty grid is no launch.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const LaunchConfig& config, Arguments&&... arguments) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;
  const auto call = [kernel, values = std::tuple<Parameters...>(
                                 static_cast<Parameters>(std::forward<Arguments>(arguments))...)] {
    std::apply(kernel, values);
  };
  simt::run(
      {.blocks = config.grid, .threads = config.block, .shared_bytes = config.shared_bytes},
      [](const void* context) { (*static_cast<const decltype(call)*>(context))(); }, &call,
      std::source_location::current());
}

inline int multiprocessors() { return simt::multiprocessors(); }

/// This block's dynamic shared memory: LaunchConfig::shared_bytes, 16-byte aligned.
template <class T>
T* dynamic_shared() {
  return static_cast<T*>(simt::dynamic_shared_memory());
}

}  // namespace prelu::gpu

namespace prelu::simt {

template <class T>
std::uint64_t to_bits(T value) {
  static_assert(sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

template <class T>
T from_bits(std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <class T>
T shuffle(unsigned mask, T value, int source, const std::source_location& where) {
  return from_bits<T>(warp_operation(WarpOperation::exchange, mask, to_bits(value), source, where));
}

/// The first lane of this lane's group of `width`.
inline int group(int width) { return lane() & ~(width - 1); }

template <class T>
const T& aligned(const T* pointer, const std::source_location& where) {
  if (reinterpret_cast<std::uintptr_t>(pointer) % alignof(T) != 0) report_misaligned(where);
  return *pointer;
}

}  // namespace prelu::simt

// CUDA's built-in functions, with the caller's line for what goes wrong in them.

inline void __syncthreads(std::source_location where = std::source_location::current()) {
  prelu::simt::block_barrier(where);
}

inline void __syncwarp(unsigned mask = 0xFFFFFFFFU,
                       std::source_location where = std::source_location::current()) {
  prelu::simt::warp_operation(prelu::simt::WarpOperation::barrier, mask, 0, 0, where);
}

inline unsigned __ballot_sync(unsigned mask, int predicate,
                              std::source_location where = std::source_location::current()) {
  return static_cast<unsigned>(
      prelu::simt::warp_operation(prelu::simt::WarpOperation::ballot, mask,
                                  static_cast<std::uint64_t>(predicate != 0), 0, where));
}

inline int __any_sync(unsigned mask, int predicate,
                      std::source_location where = std::source_location::current()) {
  return static_cast<int>(__ballot_sync(mask, predicate, where) != 0);
}

inline int __all_sync(unsigned mask, int predicate,
                      std::source_location where = std::source_location::current()) {
  return static_cast<int>(__ballot_sync(mask, static_cast<int>(predicate == 0), where) == 0);
}

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32,
              std::source_location where = std::source_location::current()) {
  return prelu::simt::shuffle(mask, value, prelu::simt::group(width) + (source & (width - 1)),
                              where);
}

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32,
                  std::source_location where = std::source_location::current()) {
  const int lane = prelu::simt::lane();
  const int source = lane ^ bits;
  const bool inside = source < prelu::simt::group(width) + width;
  return prelu::simt::shuffle(mask, value, inside ? source : lane, where);
}

template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned distance, int width = 32,
                   std::source_location where = std::source_location::current()) {
  const int lane = prelu::simt::lane();
  const int source = lane + static_cast<int>(distance);
  const bool inside = source < prelu::simt::group(width) + width;
  return prelu::simt::shuffle(mask, value, inside ? source : lane, where);
}

template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned distance, int width = 32,
                 std::source_location where = std::source_location::current()) {
  const int lane = prelu::simt::lane();
  const int source = lane - static_cast<int>(distance);
  return prelu::simt::shuffle(mask, value, source >= prelu::simt::group(width) ? source : lane,
                              where);
}

template <class T>
T atomicAdd(T* address, std::type_identity_t<T> value) {
  return std::atomic_ref<T>(*address).fetch_add(value);
}

template <class T>
T atomicExch(T* address, std::type_identity_t<T> value) {
  return std::atomic_ref<T>(*address).exchange(value);
}

/// Nothing to do: the executor is sequentially consistent.
inline void __threadfence() {}
inline void __threadfence_block() {}

template <class T>
T __ldg(const T* pointer, std::source_location where = std::source_location::current()) {
  return prelu::simt::aligned(pointer, where);
}
template <class T>
T __ldcs(const T* pointer, std::source_location where = std::source_location::current()) {
  return prelu::simt::aligned(pointer, where);
}
template <class T>
T __ldcg(const T* pointer, std::source_location where = std::source_location::current()) {
  return prelu::simt::aligned(pointer, where);
}
template <class T>
void __stcs(T* pointer, std::type_identity_t<T> value,
            std::source_location where = std::source_location::current()) {
  prelu::simt::aligned(pointer, where);
  *pointer = value;
}
template <class T>
void __stcg(T* pointer, std::type_identity_t<T> value,
            std::source_location where = std::source_location::current()) {
  prelu::simt::aligned(pointer, where);
  *pointer = value;
}
