// A launch asks for less dynamic shared memory than its kernel uses.
#include <cstddef>
#include <gpu.cuh>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kBlockSize = 64;

__global__ void rotate(float* values) {
  auto* shared = gpu::dynamic_shared<float>();
  const auto i = threadIdx.x;
  shared[i] = values[i];
  __syncthreads();
  values[i] = shared[(i + 1) % kBlockSize];
}

}  // namespace

bool dynamic_shared_overflow(bool mistake) {
  std::vector<float> values(kBlockSize);
  values[0] = 3;
  const std::size_t elements = kBlockSize - (mistake ? 1 : 0);
  gpu::launch(rotate, {.block = kBlockSize, .shared_bytes = elements * sizeof(float)},
              values.data());
  return values[kBlockSize - 1] == 3;
}

}  // namespace prelu::wrong
