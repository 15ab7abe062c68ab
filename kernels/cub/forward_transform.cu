// Forward by cub::DeviceTransform, the library's own elementwise algorithm: the baseline to beat.
//
// With a shared slope it is CUB at its best, which stages x through shared memory in bulk where the
// GPU can. Elsewhere an element needs its index to find its slope, so a counting iterator stands
// beside x, each element divides, and CUB falls back to plain loads.
#include <thrust/iterator/counting_iterator.h>

#include <cub/device/device_transform.cuh>
#include <cuda/functional>

#include "cuda_check.hpp"
#include "dtype.hpp"
#include "element.cuh"
#include "op.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

template <class T, class A>
struct SharedSlope {
  const A* alpha;
  SlopeAtZero at_zero;

  __device__ T operator()(T x) const {
    using Sum = accumulate_t<T>;
    const op::Slope<Sum> slope(static_cast<Sum>(*alpha), at_zero);
    return static_cast<T>(op::forward(static_cast<Sum>(x), slope));
  }
};

template <class T, class A>
struct IndexedSlope {
  const A* alpha;
  AlphaMap alpha_of;
  SlopeAtZero at_zero;

  __device__ T operator()(T x, std::int64_t i) const {
    return SharedSlope<T, A>{alpha + alpha_of(i), at_zero}(x);
  }
};

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    const std::int64_t elements = problem.shape.elements();
    if (elements == 0) return;
    if (problem.alpha_mode == AlphaMode::shared) {
      // CUB may hand over a copy of x's element: the operator does not look at its address.
      const auto op =
          ::cuda::proclaim_copyable_arguments(SharedSlope<T, A>{typed.alpha, problem.at_zero});
      cuda::check(cub::DeviceTransform::Transform(typed.x, typed.y, elements, op, stream));
    } else {
      cuda::check(cub::DeviceTransform::Transform(
          ::cuda::std::make_tuple(typed.x, thrust::counting_iterator<std::int64_t>(0)), typed.y,
          elements, IndexedSlope<T, A>{typed.alpha, alpha_map(problem), problem.at_zero}, stream));
    }
  });
}

}  // namespace

KernelVariant cub_forward_transform() {
  return {
      .name = "cub/forward_transform",
      .summary = "cub::DeviceTransform",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .launch = launch,
  };
}

}  // namespace prelu::variants
