// One element more is written than there is.
#include <gpu.cuh>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kBlockSize = 64;
constexpr int kElements = 50;

__global__ void twice(const float* x, float* y, int elements) {
  const int i = static_cast<int>(threadIdx.x);
  if (i < elements) y[i] = 2 * x[i];
}

}  // namespace

bool write_past_the_end(bool mistake) {
  const std::vector<float> x(kBlockSize, 1.0F);
  std::vector<float> y(kElements);
  gpu::launch(twice, {.block = kBlockSize}, x.data(), y.data(), kElements + (mistake ? 1 : 0));
  return y[kElements - 1] == 2;
}

}  // namespace prelu::wrong
