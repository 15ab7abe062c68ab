// The halves of a block wait at two different barriers.
#include <gpu.cuh>
#include <numeric>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kBlockSize = 64;

template <bool kMistake>
__global__ void swap_halves(float* values) {
  const auto i = threadIdx.x;
  const float mine = values[i];
  if (kMistake && i < kBlockSize / 2) {
    __syncthreads();  // not the barrier that the others are at
  } else {
    __syncthreads();
  }
  values[(i + kBlockSize / 2) % kBlockSize] = mine;
}

}  // namespace

bool divergent_barrier(bool mistake) {
  std::vector<float> values(kBlockSize);
  std::iota(values.begin(), values.end(), 0.0F);
  gpu::launch(mistake ? swap_halves<true> : swap_halves<false>, {.block = kBlockSize},
              values.data());
  return values[0] == kBlockSize / 2;
}

}  // namespace prelu::wrong
