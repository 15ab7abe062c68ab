// Backward as frameworks do it: one kernel writes dx and every element's term of dalpha, and CUB
// sums the terms afterwards. The baseline that fusing must beat.
//
// The terms cost a write and a read of a full-size tensor more than a fused kernel, in the
// accumulator's type, so for half types twice that. They are visited slope by slope through an
// iterator that computes where the j-th term of a slope lies, which is scattered in NHWC.
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>

#include <cub/device/device_reduce.cuh>
#include <cub/device/device_segmented_reduce.cuh>

#include "backward.cuh"
#include "cuda_check.hpp"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "op.hpp"
#include "second_stage.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

constexpr int kBlockSize = 256;
constexpr std::size_t kAlignment = 256;

template <class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize)
    write_terms(const T* x, const A* __restrict__ alpha, const T* dy, T* dx,
                Sum* __restrict__ terms, std::int64_t elements, AlphaMap alpha_of,
                SlopeAtZero at_zero) {
  const auto i = std::int64_t{blockIdx.x} * kBlockSize + threadIdx.x;
  if (i >= elements) return;
  const op::Slope<Sum> slope(static_cast<Sum>(alpha[alpha_of(i)]), at_zero);
  const auto x_i = static_cast<Sum>(x[i]);
  const auto dy_i = static_cast<Sum>(dy[i]);
  dx[i] = static_cast<T>(op::backward_dx(x_i, dy_i, slope));
  terms[i] = op::backward_dalpha(x_i, dy_i, slope);
}

/// The j-th term when all terms of slope 0 come first, then those of slope 1, and so on.
template <class Sum>
struct TermOfSlope {
  const Sum* terms;
  AlphaMap map;
  std::int64_t per_slope;

  __device__ Sum operator()(std::int64_t j) const {
    const std::int64_t slope = j / per_slope;
    const std::int64_t term = j - slope * per_slope;
    const std::int64_t run = term / map.inner;
    return terms[(run * map.count + slope) * map.inner + term - run * map.inner];
  }
};

struct SegmentBegin {
  std::int64_t per_slope;
  __host__ __device__ std::int64_t operator()(std::int64_t slope) const {
    return slope * per_slope;
  }
};

std::int64_t terms_per_slope(const Problem& problem) {
  const std::int64_t count = alpha_map(problem).count;
  return count == 0 ? 0 : problem.shape.elements() / count;
}

/// Sums the terms of each slope. With a null `scratch`, only sets `scratch_bytes`.
template <class Sum>
void reduce(void* scratch, std::size_t& scratch_bytes, const Sum* terms, Sum* sums,
            const Problem& problem, Stream stream) {
  const AlphaMap map = alpha_map(problem);
  const std::int64_t per_slope = terms_per_slope(problem);
  if (map.count == 1) {
    cuda::check(cub::DeviceReduce::Sum(scratch, scratch_bytes, terms, sums, per_slope, stream));
    return;
  }
  const thrust::counting_iterator<std::int64_t> counting(0);
  const auto sorted =
      thrust::make_transform_iterator(counting, TermOfSlope<Sum>{terms, map, per_slope});
  const auto begins = thrust::make_transform_iterator(counting, SegmentBegin{per_slope});
  cuda::check(cub::DeviceSegmentedReduce::Sum(scratch, scratch_bytes, sorted, sums, map.count,
                                              begins, begins + 1, stream));
}

/// Where things lie in the workspace.
struct Parts {
  std::size_t sums;     ///< offset, after the terms
  std::size_t scratch;  ///< offset, after the sums
  std::size_t scratch_bytes;
};

std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

template <class Sum>
Parts parts_of(const Problem& problem) {
  Parts parts{};
  parts.sums = aligned(static_cast<std::size_t>(problem.shape.elements()) * sizeof(Sum));
  parts.scratch =
      parts.sums + aligned(static_cast<std::size_t>(alpha_map(problem).count) * sizeof(Sum));
  reduce<Sum>(nullptr, parts.scratch_bytes, nullptr, nullptr, problem, nullptr);
  return parts;
}

/// Asks CUB, and so needs a device.
std::size_t workspace_bytes(const Problem& problem) {
  return visit_dtype(problem.dtype, [&]<class S>(std::type_identity<S>) {
    const Parts parts = parts_of<accumulate_t<S>>(problem);
    return parts.scratch + parts.scratch_bytes;
  });
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    Parts parts = parts_of<Sum>(problem);
    auto* workspace = static_cast<std::byte*>(operands.workspace);
    auto* terms = reinterpret_cast<Sum*>(workspace);
    auto* sums = reinterpret_cast<Sum*>(workspace + parts.sums);
    const std::int64_t elements = problem.shape.elements();
    const auto blocks = static_cast<unsigned>(cuda::ceil_div(elements, kBlockSize));
    gpu::launch(write_terms<T, A, Sum>, {.grid = blocks, .block = kBlockSize, .stream = stream},
                typed.x, typed.alpha, typed.dy, typed.dx, terms, elements, alpha_map(problem),
                problem.at_zero);
    if (alpha_map(problem).count == 0) return;
    reduce<Sum>(workspace + parts.scratch, parts.scratch_bytes, terms, sums, problem, stream);
    cuda::launch_add_slices<Sum, A>(sums, 1, problem, operands, stream);
  });
}

}  // namespace

KernelVariant cub_backward_unfused() {
  return {
      .name = "cub/backward_unfused",
      .summary = "dx and all terms of dalpha, then cub's reductions",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
