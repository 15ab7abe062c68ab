// Wrong on purpose: two blocks of 1024 threads leave 32 registers a thread, and 64 sums need more.
#include "tensors.cuh"

namespace prelu::wrong {

template <class P>
__global__ void __launch_bounds__(1024, 2)
    forward_spills(const P* x, const float* __restrict__ alpha, P* y, long packs) {
  float sums[64] = {};
  for (long i = threadIdx.x; i < packs; i += 16 * 1024) {
#pragma unroll
    for (int k = 0; k < 16; ++k) {
      const P pack = x[i + k * 1024];
#pragma unroll
      for (int lane = 0; lane < 4; ++lane) sums[4 * k + lane] += pack.lane[lane];
    }
  }
#pragma unroll
  for (int k = 0; k < 16; ++k) {
    y[threadIdx.x + k * 1024] =
        scaled(P{{sums[4 * k], sums[4 * k + 1], sums[4 * k + 2], sums[4 * k + 3]}}, alpha[0]);
  }
}

template __global__ void forward_spills(const cuda::Pack<float>*, const float*, cuda::Pack<float>*,
                                        long);

}  // namespace prelu::wrong
