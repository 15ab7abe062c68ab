// Keeps its promises: its siblings in this folder each break one of them.
#include "tensors.cuh"

namespace prelu::wrong {

template <class P>
__global__ void __launch_bounds__(256)
    forward_right(const P* x, const float* __restrict__ alpha, P* y, long packs) {
  const long stride = 2L * gridDim.x * blockDim.x;
  for (long i = blockIdx.x * long{blockDim.x} + threadIdx.x; i < packs; i += stride) {
    const P first = x[i];
    const P second = x[i + stride / 2];
    y[i] = scaled(first, alpha[0]);
    y[i + stride / 2] = scaled(second, alpha[0]);
  }
}

template __global__ void forward_right(const cuda::Pack<float>*, const float*, cuda::Pack<float>*,
                                       long);

}  // namespace prelu::wrong
