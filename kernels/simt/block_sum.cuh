// The sum over a block, in the SIMT executor.
#pragma once

#include "gpu.cuh"

namespace prelu::gpu {

/// The sum of `value` over the block's kBlockSize threads, valid in thread 0: within each warp,
/// then over the warps, as cub::BlockReduce does it. All threads call it; it ends with a barrier.
template <int kBlockSize, class T>
T block_sum(T value) {
  constexpr int kWarpSize = 32;
  constexpr int kWarps = (kBlockSize + kWarpSize - 1) / kWarpSize;
  __shared__ T warp_sums[kWarps];
  const int thread = static_cast<int>(threadIdx.x);
  for (int distance = kWarpSize / 2; distance > 0; distance /= 2) {
    value += __shfl_down_sync(0xFFFFFFFFU, value, static_cast<unsigned>(distance));
  }
  if (thread % kWarpSize == 0) warp_sums[thread / kWarpSize] = value;
  __syncthreads();
  T sum{0};
  if (thread == 0) {
    for (const T& warp_sum : warp_sums) sum += warp_sum;
  }
  __syncthreads();
  return sum;
}

}  // namespace prelu::gpu
