// What the variants for a shared alpha have in common: all blocks walk the whole tensor as one
// stretch. They differ in how the blocks' sums become dalpha.
#pragma once

#include <algorithm>
#include <block_sum.cuh>  // in angle brackets: the build's, not necessarily the one beside this file
#include <cstdint>
#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file

#include "backward.cuh"
#include "element.cuh"
#include "op.hpp"
#include "stretch.cuh"
#include "variant.hpp"
#include "wave.cuh"

namespace prelu::cuda {

inline constexpr int kSharedBlockSize = 256;

/// One block at least, so that dalpha of an empty tensor is written too.
inline std::int64_t shared_alpha_blocks(const Problem& problem) {
  const std::int64_t elements_per_block = kSharedBlockSize * 2 * pack_size(problem.dtype);
  const std::int64_t most = ceil_div(problem.shape.elements(), elements_per_block);
  return std::clamp<std::int64_t>(most, 1, kWaveBlocks);
}

inline Unsupported check_shared_alpha(const Problem& problem) {
  if (alpha_map(problem).count != 1) return "needs a single slope";
  return {};
}

/// Writes the block's share of dx; returns its share of dalpha, valid in thread 0.
template <class P, class T, class A>
__device__ accumulate_t<T> walk_shared_alpha(const T* x, const A* __restrict__ alpha, const T* dy,
                                             T* dx, std::int64_t elements, SlopeAtZero at_zero) {
  using Sum = accumulate_t<T>;
  const op::Slope<Sum> slope(static_cast<Sum>(alpha[0]), at_zero);
  const auto thread = std::int64_t{blockIdx.x} * kSharedBlockSize + threadIdx.x;
  const std::int64_t threads = std::int64_t{gridDim.x} * kSharedBlockSize;
  return gpu::block_sum<kSharedBlockSize>(
      walk_stretch<P>(x, dy, dx, elements, thread, threads, slope));
}

/// Launches a kernel(x, alpha, dy, dx, elements, at_zero, rest...): `wide`, of 16-byte packs, where
/// the alignment allows it, else `narrow`.
template <class T, class A, class... Parameters, class... Rest>
void launch_shared_alpha(void (*wide)(Parameters...), void (*narrow)(Parameters...),
                         const Problem& problem, const Operands& operands, Stream stream,
                         Rest... rest) {
  const TypedOperands<T, A> typed(operands);
  gpu::launch(aligned_alike(operands) ? wide : narrow,
              {.grid = static_cast<unsigned>(shared_alpha_blocks(problem)),
               .block = kSharedBlockSize,
               .stream = stream},
              typed.x, typed.alpha, typed.dy, typed.dx, problem.shape.elements(), problem.at_zero,
              rest...);
}

}  // namespace prelu::cuda
