// Threads read what another thread writes, with no barrier between.
#include <gpu.cuh>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kBlockSize = 64;

template <bool kMistake>
__global__ void last_to_all(const float* x, float* y) {
  __shared__ float last;
  const auto i = threadIdx.x;
  if (i == 0) last = x[kBlockSize - 1];
  if (!kMistake) __syncthreads();
  y[i] = last;
}

}  // namespace

bool missing_barrier(bool mistake) {
  std::vector<float> x(kBlockSize);
  x.back() = 3;
  std::vector<float> y(kBlockSize);
  gpu::launch(mistake ? last_to_all<true> : last_to_all<false>, {.block = kBlockSize}, x.data(),
              y.data());
  return y == std::vector<float>(kBlockSize, 3.0F);
}

}  // namespace prelu::wrong
