// One lane waits for its block, the others of its warp wait for it: a deadlock.
#include <gpu.cuh>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kWarpSize = 32;

template <bool kMistake>
__global__ void first_to_all(float* values) {
  const auto i = threadIdx.x;
  if (kMistake && i == 0) __syncthreads();
  values[i] = __shfl_sync(0xFFFFFFFFU, values[i], 0);
  if (kMistake && i != 0) __syncthreads();
}

}  // namespace

bool barrier_and_shuffle(bool mistake) {
  std::vector<float> values(kWarpSize);
  values[0] = 3;
  gpu::launch(mistake ? first_to_all<true> : first_to_all<false>, {.block = kWarpSize},
              values.data());
  return values == std::vector<float>(kWarpSize, 3.0F);
}

}  // namespace prelu::wrong
