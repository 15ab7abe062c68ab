// The second stage of a sum: over what the blocks of the first left.
#pragma once

#include <block_sum.cuh>  // in angle brackets: the build's, not necessarily the one beside this file
#include <cstdint>

namespace prelu::cuda {

/// The sum of partial[0 .. count), by all threads of a block, valid in thread 0. Not through the
/// read-only cache: other blocks wrote them during this launch.
template <int kBlockSize, class Sum>
__device__ Sum sum_partials(const Sum* partial, std::int64_t count) {
  Sum sum{0};
#pragma unroll 4
  for (std::int64_t i = threadIdx.x; i < count; i += kBlockSize) sum += partial[i];
  return gpu::block_sum<kBlockSize>(sum);
}

}  // namespace prelu::cuda
