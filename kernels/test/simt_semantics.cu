#include <block_sum.cuh>
#include <gpu.cuh>
#include <numeric>
#include <stdexcept>

#include "simt_semantics.hpp"

namespace prelu::semantics {
namespace {

__global__ void write_index(Index* to) {
  const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  to[block * blockDim.x * blockDim.y * blockDim.z + thread] = {thread, block};
}

__global__ void shuffle(Shuffle kind, int argument, int width, int* to) {
  const auto lane = static_cast<int>(threadIdx.x);
  constexpr unsigned kAll = 0xFFFFFFFFU;
  switch (kind) {
    case Shuffle::down:
      to[lane] = __shfl_down_sync(kAll, lane, static_cast<unsigned>(argument), width);
      break;
    case Shuffle::up:
      to[lane] = __shfl_up_sync(kAll, lane, static_cast<unsigned>(argument), width);
      break;
    case Shuffle::exchange: to[lane] = __shfl_xor_sync(kAll, lane, argument, width); break;
    case Shuffle::broadcast: to[lane] = __shfl_sync(kAll, lane, argument, width); break;
  }
}

__global__ void vote(int ayes, Votes* to) {
  const bool aye = static_cast<int>(threadIdx.x) < ayes;
  const unsigned ballot = __ballot_sync(0xFFFFFFFFU, aye ? 5 : 0);
  const int any = __any_sync(0xFFFFFFFFU, aye ? 5 : 0);
  const int all = __all_sync(0xFFFFFFFFU, aye ? 5 : 0);
  if (threadIdx.x == 31) *to = {ballot, any, all};
}

constexpr int kBlockSize = 256;

__global__ void sum(float* to) {
  for (int k = 0; k < 2; ++k) {
    const float total = gpu::block_sum<kBlockSize>(static_cast<float>(threadIdx.x + 1));
    if (threadIdx.x == 0) to[k] = total;
  }
}

__global__ void nothing() {}

__global__ void launch_another() { gpu::launch(nothing, {}); }

__global__ void complain() {
  if (threadIdx.x == 3) throw std::domain_error("from a kernel");
  __syncthreads();
}

__global__ void load(const float4* from, float* to) { *to = __ldg(from).x; }

}  // namespace

std::vector<Index> indices() {
  std::vector<Index> to(2 * 3 * 2 * 4 * 3 * 2);
  gpu::launch(write_index, {.grid = dim3(2, 3, 2), .block = dim3(4, 3, 2)}, to.data());
  return to;
}

std::vector<int> shuffled(Shuffle kind, int threads, int argument, int width) {
  std::vector<int> to(static_cast<std::size_t>(threads));
  gpu::launch(shuffle, {.block = static_cast<unsigned>(threads)}, kind, argument, width, to.data());
  return to;
}

Votes votes(int ayes) {
  Votes votes{};
  gpu::launch(vote, {.block = 32}, ayes, &votes);
  return votes;
}

std::vector<float> block_sums() {
  std::vector<float> to(2);
  gpu::launch(sum, {.block = kBlockSize}, to.data());
  return to;
}

void launch_threads(unsigned x, unsigned y, unsigned z) {
  gpu::launch(nothing, {.block = dim3(x, y, z)});
}
void launch_blocks(unsigned x, unsigned y) { gpu::launch(nothing, {.grid = dim3(x, y)}); }
void launch_shared(std::size_t bytes) { gpu::launch(nothing, {.shared_bytes = bytes}); }
void launch_from_a_kernel() { gpu::launch(launch_another, {}); }
void throw_from_a_kernel() { gpu::launch(complain, {.block = 32}); }

void load_misaligned() {
  const std::vector<float4> packs(2);
  float x = 0;
  gpu::launch(load, {}, reinterpret_cast<const float4*>(&packs[0].y), &x);
}

}  // namespace prelu::semantics
