// Sums all of a static array of shared memory, the end of which nobody wrote.
#include <gpu.cuh>
#include <numeric>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kBlockSize = 64;
constexpr int kElements = 50;

template <bool kMistake>
__global__ void sum(const float* x, float* result) {
  __shared__ float terms[kBlockSize];
  const int i = static_cast<int>(threadIdx.x);
  if (i < kElements) {
    terms[i] = x[i];
  } else if (!kMistake) {
    terms[i] = 0;
  }
  __syncthreads();
  if (i == 0) *result = std::accumulate(terms, terms + kBlockSize, 0.0F);
}

}  // namespace

bool unwritten_static_shared(bool mistake) {
  const std::vector<float> x(kElements, 1.0F);
  float result = 0;
  gpu::launch(mistake ? sum<true> : sum<false>, {.block = kBlockSize}, x.data(), &result);
  return result == kElements;
}

}  // namespace prelu::wrong
