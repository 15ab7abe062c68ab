// What the fused backward kernels share: one pack with one slope, and the second stage that sums
// the partial sums of each slope in a fixed order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file

#include "element.cuh"
#include "op.hpp"
#include "variant.hpp"

namespace prelu::cuda {

/// Blocks of a reduction's first stage: 8 blocks of 256 threads on each of an H100's 132 SMs, one
/// full wave. Fixed, so that the order of the sums, and so their bits, are the same on every GPU.
inline constexpr std::int64_t kReductionBlocks = 1056;

/// dx of one pack whose lanes share a slope; adds the pack's share of dalpha to `sum`. By value: a
/// pack is loaded whole.
template <class T, class P, class Sum>
__device__ P backward_pack(P x, P dy, const op::Slope<Sum>& slope, Sum& sum) {
  P dx;
  for (int k = 0; k < P::size; ++k) {
    const auto x_k = static_cast<Sum>(x.lane[k]);
    const auto dy_k = static_cast<Sum>(dy.lane[k]);
    dx.lane[k] = static_cast<T>(op::backward_dx(x_k, dy_k, slope));
    sum += op::backward_dalpha(x_k, dy_k, slope);
  }
  return dx;
}

/// dalpha[k] = sum, or dalpha[k] + sum rounded once.
template <class Sum, class A>
__device__ void write_dalpha(A* dalpha, std::int64_t k, Sum sum, bool accumulate) {
  if (accumulate) sum += static_cast<Sum>(dalpha[k]);
  dalpha[k] = static_cast<A>(sum);
}

inline constexpr int kFinishBlockSize = 256;
inline constexpr int kWarpSize = 32;

/// Second stage: a warp a slope. partial is [count][slices].
template <class Sum, class A>
__global__ void __launch_bounds__(kFinishBlockSize)
    sum_partials(const Sum* __restrict__ partial, std::int64_t slices, std::int64_t count,
                 A* dalpha, bool accumulate) {
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
void launch_sum_partials(const Sum* partial, std::int64_t slices, const Problem& problem,
                         const Operands& operands, Stream stream) {
  const std::int64_t count = alpha_map(problem).count;
  const auto blocks = static_cast<unsigned>(ceil_div(count, kFinishBlockSize / kWarpSize));
  gpu::launch(sum_partials<Sum, A>, {.grid = blocks, .block = kFinishBlockSize, .stream = stream},
              partial, slices, count, static_cast<A*>(operands.dalpha), problem.accumulate);
}

/// The size of one partial sum.
inline std::int64_t accumulator_bytes(const Problem& problem) {
  return visit_dtype(problem.dtype, []<class S>(std::type_identity<S>) {
    return static_cast<std::int64_t>(sizeof(accumulate_t<S>));
  });
}

/// The elements in 16 bytes.
inline std::int64_t pack_size(DType dtype) {
  return 16 / static_cast<std::int64_t>(size_of(dtype));
}

}  // namespace prelu::cuda
