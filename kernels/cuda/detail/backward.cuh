// What the fused backward kernels share: dx and the sums of one pack, and how dalpha is written.
#pragma once

#include <cstdint>

#include "element.cuh"
#include "op.hpp"
#include "variant.hpp"

namespace prelu::cuda {

/// dx of one pack whose lanes share a slope; adds the pack's share of dalpha to `sum`.
template <class T, class P, class Sum>
__device__ P backward_pack(const P& x, const P& dy, const op::Slope<Sum>& slope, Sum& sum) {
  P dx;
#pragma unroll
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

/// Whether x, dy and dx lie equally far from a 16-byte boundary: then an element of all three is
/// the first of a pack, or none is.
inline bool aligned_alike(const Operands& operands) {
  constexpr std::uintptr_t kPackBytes = 16;
  const auto offset = [](const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer) % kPackBytes;
  };
  return offset(operands.x) == offset(operands.dy) && offset(operands.x) == offset(operands.dx);
}

}  // namespace prelu::cuda
