// Wrong on purpose: nothing says that these packs are aligned, so they are accessed lane by lane.
#include "tensors.cuh"

namespace prelu::wrong {

struct Loose {
  float lane[4];
};

template <class P>
__global__ void __launch_bounds__(256)
    forward_scalar_accesses(const P* x, const float* __restrict__ alpha, P* y, long packs) {
  const long i = 2 * (blockIdx.x * long{blockDim.x} + threadIdx.x);
  if (i + 1 >= packs) return;
  const P first = x[i];
  const P second = x[i + 1];
  y[i] = scaled(first, alpha[0]);
  y[i + 1] = scaled(second, alpha[0]);
}

template __global__ void forward_scalar_accesses(const Loose*, const float*, Loose*, long);

}  // namespace prelu::wrong
