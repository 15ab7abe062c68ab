// The threads past the end leave before a barrier that the others wait at.
#include <algorithm>
#include <gpu.cuh>
#include <numeric>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kBlockSize = 64;
constexpr int kElements = 50;

template <bool kMistake>
__global__ void reverse(const float* x, float* y) {
  __shared__ float values[kBlockSize];
  const int i = static_cast<int>(threadIdx.x);
  if (kMistake && i >= kElements) return;
  if (i < kElements) values[i] = x[i];
  __syncthreads();
  if (i < kElements) y[i] = values[kElements - 1 - i];
}

}  // namespace

bool early_exit(bool mistake) {
  std::vector<float> x(kElements);
  std::iota(x.begin(), x.end(), 0.0F);
  std::vector<float> y(kElements);
  gpu::launch(mistake ? reverse<true> : reverse<false>, {.block = kBlockSize}, x.data(), y.data());
  return std::equal(y.begin(), y.end(), x.rbegin());
}

}  // namespace prelu::wrong
