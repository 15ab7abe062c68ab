// A lane takes part in a shuffle whose mask does not name it.
#include <gpu.cuh>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kWarpSize = 32;
constexpr unsigned kLowerHalf = 0xFFFFU;

template <bool kMistake>
__global__ void first_to_half(float* values) {
  const auto i = threadIdx.x;
  if (!kMistake && i >= kWarpSize / 2) return;
  values[i] = __shfl_sync(kLowerHalf, values[i], 0);
}

}  // namespace

bool lane_outside_its_mask(bool mistake) {
  std::vector<float> values(kWarpSize);
  values[0] = 3;
  gpu::launch(mistake ? first_to_half<true> : first_to_half<false>, {.block = kWarpSize},
              values.data());
  return values[kWarpSize / 2 - 1] == 3 && values[kWarpSize / 2] == 0;
}

}  // namespace prelu::wrong
