// A shuffle names all lanes of a warp, some of which have left.
#include <gpu.cuh>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kWarpSize = 32;
constexpr int kElements = 20;

template <bool kMistake>
__global__ void sum(const float* x, float* result) {
  const int i = static_cast<int>(threadIdx.x);
  if (kMistake && i >= kElements) return;
  float value = i < kElements ? x[i] : 0;
  for (unsigned distance = kWarpSize / 2; distance > 0; distance /= 2) {
    value += __shfl_down_sync(0xFFFFFFFFU, value, distance);
  }
  if (i == 0) *result = value;
}

}  // namespace

bool exited_lanes(bool mistake) {
  const std::vector<float> x(kElements, 1.0F);
  float result = 0;
  gpu::launch(mistake ? sum<true> : sum<false>, {.block = kWarpSize}, x.data(), &result);
  return result == kElements;
}

}  // namespace prelu::wrong
