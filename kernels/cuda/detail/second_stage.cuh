// The second stage of a reduction in two launches: a warp a slope adds its partial sums, in a fixed
// order.
#pragma once

#include <cstdint>
#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file

#include "backward.cuh"
#include "element.cuh"
#include "variant.hpp"

namespace prelu::cuda {

inline constexpr int kFinishBlockSize = 256;
inline constexpr int kWarpSize = 32;

/// partial is [count][slices].
template <class Sum, class A>
__global__ void __launch_bounds__(kFinishBlockSize)
    add_slices(const Sum* __restrict__ partial, std::int64_t slices, std::int64_t count, A* dalpha,
               bool accumulate) {
  constexpr int kSlopesPerBlock = kFinishBlockSize / kWarpSize;
  const auto k = std::int64_t{blockIdx.x} * kSlopesPerBlock + threadIdx.x / kWarpSize;
  if (k >= count) return;  // a whole warp leaves, so the shuffles below are complete
  const int lane = static_cast<int>(threadIdx.x) % kWarpSize;

  Sum sum{0};
  for (std::int64_t i = lane; i < slices; i += kWarpSize) sum += partial[k * slices + i];
  for (int offset = kWarpSize / 2; offset > 0; offset /= 2) {
    sum += __shfl_down_sync(0xFFFFFFFFU, sum, static_cast<unsigned>(offset));
  }
  if (lane == 0) write_dalpha(dalpha, k, sum, accumulate);
}

template <class Sum, class A>
void launch_add_slices(const Sum* partial, std::int64_t slices, const Problem& problem,
                       const Operands& operands, Stream stream) {
  const std::int64_t count = slope_count(problem);
  const auto blocks = static_cast<unsigned>(ceil_div(count, kFinishBlockSize / kWarpSize));
  gpu::launch(add_slices<Sum, A>, {.grid = blocks, .block = kFinishBlockSize, .stream = stream},
              partial, slices, count, static_cast<A*>(operands.dalpha), problem.accumulate);
}

}  // namespace prelu::cuda
