// Shared memory is written again while others may still read it.
#include <algorithm>
#include <gpu.cuh>
#include <numeric>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kBlockSize = 64;
constexpr int kSteps = 4;

template <bool kMistake>
__global__ void rotate(float* values) {
  __shared__ float shared[kBlockSize];
  const auto i = threadIdx.x;
  for (int step = 0; step < kSteps; ++step) {
    shared[i] = values[i];
    __syncthreads();
    values[i] = shared[(i + 1) % kBlockSize];
    if (!kMistake) __syncthreads();
  }
}

}  // namespace

bool reused_shared(bool mistake) {
  std::vector<float> values(kBlockSize);
  std::iota(values.begin(), values.end(), 0.0F);
  std::vector<float> expected = values;
  std::rotate(expected.begin(), expected.begin() + kSteps, expected.end());
  gpu::launch(mistake ? rotate<true> : rotate<false>, {.block = kBlockSize}, values.data());
  return values == expected;
}

}  // namespace prelu::wrong
