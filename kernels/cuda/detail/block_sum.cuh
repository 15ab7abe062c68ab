// The sum over a block, on the GPU. Apart from gpu.cuh, because of the time that CUB's headers take
// the compiler: most kernels do without.
#pragma once

#include <cub/block/block_reduce.cuh>

namespace prelu::gpu {

/// The sum of `value` over the block's kBlockSize threads, valid in thread 0. All threads call it;
/// it ends with a barrier, so it may be called again.
template <int kBlockSize, class T>
__device__ T block_sum(T value) {
  using Reduce = cub::BlockReduce<T, kBlockSize>;
  __shared__ typename Reduce::TempStorage storage;
  const T sum = Reduce(storage).Sum(value);
  __syncthreads();
  return sum;
}

}  // namespace prelu::gpu
