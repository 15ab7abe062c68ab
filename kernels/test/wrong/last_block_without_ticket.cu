// The block that sums the partial sums of all blocks trusts that it comes last.
#include <gpu.cuh>
#include <limits>
#include <numeric>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr unsigned kBlocks = 4;
constexpr unsigned kBlockSize = 32;

template <bool kMistake>
__global__ void sum(float* partial, unsigned* tickets, float* result) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = 1;
    __threadfence();
    last = kMistake ? blockIdx.x == gridDim.x - 1 : atomicAdd(tickets, 1U) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return;
  __threadfence();
  if (threadIdx.x == 0) *result = std::accumulate(partial, partial + gridDim.x, 0.0F);
}

}  // namespace

bool last_block_without_ticket(bool mistake) {
  std::vector<float> partial(kBlocks, std::numeric_limits<float>::quiet_NaN());
  unsigned tickets = 0;
  float result = 0;
  gpu::launch(mistake ? sum<true> : sum<false>, {.grid = kBlocks, .block = kBlockSize},
              partial.data(), &tickets, &result);
  return result == kBlocks;
}

}  // namespace prelu::wrong
