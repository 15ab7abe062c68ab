// Backward where the slope changes from element to element (NHWC, [N, C]), fused: column sums.
//
// The tensor is a matrix with one column a slope. A thread owns a pack of columns, keeps their
// slopes and sums in registers and walks down the rows, so nothing is divided and neighbours read
// neighbouring packs. C = 10, 45 or 75 are no whole number of packs; up to 8 rows in a row are: see
// period.cuh. A tile is a cache line across, so that few columns too leave many threads for the
// rows, and few columns are left to the last block of each tile, which adds the slices.
//
// It wins for every C that a whole wave of blocks finds enough rows for; with one slope an element
// and so many of them that they fill the GPU, backward_element does without the sums of blocks. It
// loses where a huge odd number of slopes forces it down to one element an access. (Derived; not
// yet measured on a GPU.)
#include "alpha_step.cuh"
#include "fused.cuh"
#include "gpu.cuh"
#include "last_block.cuh"
#include "period.cuh"
#include "period_sums.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

constexpr int kBlockSize = cuda::kPeriodBlockSize;
constexpr cuda::TileWish kTiles{};

template <class P, int kSums, class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize, cuda::kBlocksPerSm)
    backward_columns(const T* x, const A* __restrict__ alpha, const T* dy, T* dx,
                     cuda::WriteGradient<Sum, A> store, cuda::Partials<Sum> partials,
                     cuda::PeriodCut cut, SlopeAtZero at_zero) {
  __shared__ cuda::LaneSums<kSums, Sum> sums;
  const cuda::Place place = cuda::place_in(cut);
  Sum slopes[kSums] = {};
  cuda::load_slopes<P>(alpha, cut, place, slopes);
  cuda::walk_period<cuda::Walk::both, P>(x, dy, dx, cut, place, slopes, at_zero, &sums);
  cuda::add_rows<kSums>(sums, cut);
  // The threads of the tile's first row hold its columns now; a thread keeps one at a time, so that
  // neighbours write neighbours.
  const std::int64_t first = std::int64_t{place.tile} * cut.across * kSums;
  const std::int64_t left = cut.period * kSums - first;
  const int columns = static_cast<int>(left < cut.across * kSums ? left : cut.across * kSums);
  for (int column = static_cast<int>(threadIdx.x); column < columns; column += kBlockSize) {
    cuda::keep_run(partials, cut, place, first + column, sums[column % kSums][column / kSums],
                   store);
  }
  cuda::finish_slopes<P>(partials, cut, place, store);
}

Unsupported check(const Problem& problem) {
  const AlphaMap map = alpha_map(problem);
  if (problem.alpha_mode == AlphaMode::shared) return "needs more than one slope";
  if (map.inner > 1) return "needs a slope that changes with every element";
  return {};
}

std::size_t workspace_bytes(const Problem& problem) {
  return cuda::period_workspace_bytes(problem, kTiles);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const auto kernel = []<class P, int kSums, class T, class A>(cuda::FusedTypes<P, kSums, T, A>) {
    return backward_columns<P, kSums, T, A, accumulate_t<T>>;
  };
  cuda::launch_fused<cuda::WriteGradient>(kernel, problem, operands, kTiles, stream);
}

}  // namespace

KernelVariant cuda_backward_nhwc() {
  return {
      .name = "cuda/backward_nhwc",
      .summary = "fused, slopes along the innermost axis: column sums",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .promises = cuda::kFusedPromises,
      .check = check,
      .workspace_bytes = workspace_bytes,
      .zeroed_workspace_bytes = cuda::kTicketBytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
