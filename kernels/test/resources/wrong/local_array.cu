// Wrong on purpose: registers cannot be indexed, so an array with an index that is only known when
// the kernel runs lies in local memory.
#include "tensors.cuh"

namespace prelu::wrong {

template <class P>
__global__ void __launch_bounds__(256)
    forward_local_array(const P* x, const float* __restrict__ alpha, P* y, long packs) {
  const long i = 2 * (blockIdx.x * long{blockDim.x} + threadIdx.x);
  if (i + 1 >= packs) return;
  const P pack[2] = {x[i], x[i + 1]};
  const int which = alpha[1] > 0 ? 1 : 0;
  y[i] = scaled(pack[which], alpha[pack[which].lane[0] > 0 ? 0 : 1]);
  y[i + 1] = P{{pack[0].lane[static_cast<int>(alpha[2]) & 3], 0, 0, 0}};
}

template __global__ void forward_local_array(const cuda::Pack<float>*, const float*,
                                             cuda::Pack<float>*, long);

}  // namespace prelu::wrong
