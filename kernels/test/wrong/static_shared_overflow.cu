// A static array of shared memory is overrun, through a pointer to it.
#include <gpu.cuh>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

constexpr int kBlockSize = 64;

template <bool kMistake>
__global__ void rotate(float* values) {
  __shared__ float shared[kBlockSize - (kMistake ? 1 : 0)];
  float* volatile start = shared;  // where it points to is hidden from the compiler
  float* const mine = start + threadIdx.x;
  *mine = values[threadIdx.x];
  __syncthreads();
  values[threadIdx.x] = shared[(threadIdx.x + 1) % kBlockSize];
}

}  // namespace

bool static_shared_overflow(bool mistake) {
  std::vector<float> values(kBlockSize);
  values[0] = 3;
  gpu::launch(mistake ? rotate<true> : rotate<false>, {.block = kBlockSize}, values.data());
  return values[kBlockSize - 1] == 3;
}

}  // namespace prelu::wrong
