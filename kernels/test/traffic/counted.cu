#include <cstring>

#include "counted.hpp"
#include "element.cuh"
#include "gpu.cuh"

namespace prelu::counted {
namespace {

using Pack = cuda::Pack<float>;
using WidePack = cuda::Pack<float, 8>;

template <class T>
const T* as(const std::byte* from) {
  return reinterpret_cast<const T*>(from);
}
template <class T>
T* as(std::byte* to) {
  return reinterpret_cast<T*>(to);
}

template <class T>
__global__ void copy(const T* from, T* to) {
  const auto i = threadIdx.x;
  to[i] = from[i];
}

__device__ Pack doubled(Pack pack) {
  for (float& lane : pack.lane) lane *= 2;
  return pack;
}

__device__ Pack doubled_lanes(const Pack& pack) {
  Pack result;
  for (int k = 0; k < Pack::size; ++k) result.lane[k] = 2 * pack.lane[k];
  return result;
}

__global__ void double_by_value(const Pack* from, Pack* to) {
  to[threadIdx.x] = doubled(from[threadIdx.x]);
}

__global__ void double_by_reference(const Pack* from, Pack* to) {
  to[threadIdx.x] = doubled_lanes(from[threadIdx.x]);
}

__global__ void widen(const __half* from, float* to) {
  to[threadIdx.x] = static_cast<float>(from[threadIdx.x]);
}

__global__ void stream(const Pack* from, Pack* to) {
  const auto i = threadIdx.x;
  __stcs(to + i, __ldcs(from + i));
  __stcg(to + 32 + i, __ldcg(from + 32 + i));
  to[64 + i] = __ldg(from + 64 + i);
}

__global__ void gather(const float* from, float* to) { to[threadIdx.x] = from[threadIdx.x * 8]; }

__global__ void sum_rows(const float* from, float* to) {
  float sum = 0;
  for (int row = 0; row < 3; ++row) sum += from[row * 32 + static_cast<int>(threadIdx.x)];
  to[threadIdx.x] = sum;
}

__device__ float read(const float* from) { return *from; }

__global__ void diverge(const float* from, float* to) {
  const auto i = threadIdx.x;
  if (i % 2 == 0) {
    to[i] = read(from + i / 2);
  } else {
    to[i] = -read(from + i / 2);
  }
}

__global__ void copy_in_bulk(const std::byte* from, std::byte* to) {
  __shared__ std::byte staged[100];
  std::memcpy(staged, from, sizeof staged);
  std::memcpy(to, staged, sizeof staged);
}

__global__ void add_to_memory(const float* from, float* to) {
  float* const mine = to + threadIdx.x;
  *mine += *from;
}

__global__ void write_then_correct(const float* from, float* to) {
  const float& x = from[threadIdx.x];
  float& y = to[threadIdx.x];
  y = -x;
  if (x <= 0) y = 0;
}

template <class T>
__global__ void add(T* to) {
  atomicAdd(to, T{1});
}

__global__ void use_shared_and_stack(float* to) {
  __shared__ float values[32];
  float mine[2] = {1, 2};
  values[threadIdx.x] = mine[threadIdx.x % 2];
  __syncthreads();
  mine[0] = values[31 - threadIdx.x];
  if (mine[0] < 0) *to = mine[0];
}

}  // namespace

/// 64 threads copy 16 bytes each.
void packs(const std::byte* from, std::byte* to) {
  gpu::launch(copy<Pack>, {.block = 64}, as<Pack>(from), as<Pack>(to));
}

/// 32 threads copy 32 bytes each.
void wide_packs(const std::byte* from, std::byte* to) {
  gpu::launch(copy<WidePack>, {.block = 32}, as<WidePack>(from), as<WidePack>(to));
}

/// 32 threads hand a pack of 16 bytes to a function, and write what it returns.
void packs_by_value(const std::byte* from, std::byte* to) {
  gpu::launch(double_by_value, {.block = 32}, as<Pack>(from), as<Pack>(to));
}

/// The function reads the lanes one by one.
void packs_by_reference(const std::byte* from, std::byte* to) {
  gpu::launch(double_by_reference, {.block = 32}, as<Pack>(from), as<Pack>(to));
}

/// 32 threads read 2 bytes each, and write 4.
void halves(const std::byte* from, std::byte* to) {
  gpu::launch(widen, {.block = 32}, as<__half>(from), as<float>(to));
}

/// 32 threads copy 3 packs of 16 bytes, with the intrinsics for loads and stores.
void streamed(const std::byte* from, std::byte* to) {
  gpu::launch(stream, {.block = 32}, as<Pack>(from), as<Pack>(to));
}

/// 32 threads read 4 bytes of every 32.
void strided(const std::byte* from, std::byte* to) {
  gpu::launch(gather, {.block = 32}, as<float>(from), as<float>(to));
}

/// 32 threads read 4 bytes of each of 3 rows of 128.
void a_loop(const std::byte* from, std::byte* to) {
  gpu::launch(sum_rows, {.block = 32}, as<float>(from), as<float>(to));
}

/// Even lanes and odd lanes read the same 64 bytes, in calls at different places.
void two_ways(const std::byte* from, std::byte* to) {
  gpu::launch(diverge, {.block = 32}, as<float>(from), as<float>(to));
}

/// 33 threads copy 4 bytes each.
void a_warp_and_a_lane(const std::byte* from, std::byte* to) {
  gpu::launch(copy<float>, {.block = 33}, as<float>(from), as<float>(to));
}

/// 32 threads of 2 blocks, and of another launch, copy the same 128 bytes.
void the_same_in_three_blocks(const std::byte* from, std::byte* to) {
  gpu::launch(copy<float>, {.grid = 2, .block = 32}, as<float>(from), as<float>(to));
  gpu::launch(copy<float>, {.block = 32}, as<float>(from), as<float>(to));
}

/// A thread copies 100 bytes into shared memory, and from there.
void bulk(const std::byte* from, std::byte* to) { gpu::launch(copy_in_bulk, {}, from, to); }

/// 32 threads add 4 bytes, the same for all, to 4 bytes each.
void added_to_memory(const std::byte* from, std::byte* to) {
  gpu::launch(add_to_memory, {.block = 32}, as<float>(from), as<float>(to));
}

/// 32 threads copy 4 bytes each, look at them again, and write again.
void read_again(const std::byte* from, std::byte* to) {
  gpu::launch(write_then_correct, {.block = 32}, as<float>(from), as<float>(to));
}

/// 32 threads add to the same 8 bytes.
void atomic_double(const std::byte*, std::byte* to) {
  gpu::launch(add<double>, {.block = 32}, as<double>(to));
}

/// 32 threads add to the same 4 bytes.
void atomic_int(const std::byte*, std::byte* to) {
  gpu::launch(add<int>, {.block = 32}, as<int>(to));
}

/// Nothing of global memory.
void shared_and_stack(const std::byte*, std::byte* to) {
  gpu::launch(use_shared_and_stack, {.block = 32}, as<float>(to));
}

/// No kernel.
void host_only(const std::byte* from, std::byte* to) { *to = *from; }

}  // namespace prelu::counted
