// Backward for one slope a channel in NCHW with small planes, fused: a thread owns a 16-byte pack
// of the C * H * W elements of a sample and walks over the batch.
//
// A plane of 7 x 7 is 49 elements: no whole number of packs in any dtype, so packs do not fit
// planes. They do fit samples, or where even C * H * W is odd, up to 8 samples in a row: see
// period.cuh. A thread's packs hold the same channels in each of them, so a lane keeps its slope
// and its sum in registers. A tile holds whole channels (4 planes of 7 x 7 in fp32 are 49 packs),
// and a block adds what shares a channel before it writes anything: otherwise the partial sums
// would cost as much as the data.
//
// It wins on small planes, 14 x 14 and below; backward_plane wins on large ones, where few samples
// leave a thread little to sum before the block's additions. (Derived; not yet measured on a GPU.)
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
    backward_period(const T* x, const A* __restrict__ alpha, const T* dy, T* dx,
                    cuda::WriteGradient<Sum, A> store, cuda::Partials<Sum> partials,
                    cuda::PeriodCut cut, SlopeAtZero at_zero) {
  __shared__ cuda::LaneSums<kSums, Sum> sums;
  const cuda::Place place = cuda::place_in(cut);
  Sum slopes[kSums] = {};
  cuda::load_slopes<P>(alpha, cut, place, slopes);
  cuda::walk_period<cuda::Walk::both, P>(x, dy, dx, cut, place, slopes, at_zero, &sums);
  cuda::add_rows<kSums>(sums, cut);
  cuda::add_runs<P, kSums>(sums, partials, cut, place, store);
  cuda::finish_slopes<P>(partials, cut, place, store);
}

Unsupported check(const Problem& problem) {
  if (problem.alpha_mode != AlphaMode::per_channel || problem.layout != Layout::nchw) {
    return "needs one slope a channel in nchw";
  }
  return {};
}

std::size_t workspace_bytes(const Problem& problem) {
  return cuda::period_workspace_bytes(problem, kTiles);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const auto kernel = []<class P, int kSums, class T, class A>(cuda::FusedTypes<P, kSums, T, A>) {
    return backward_period<P, kSums, T, A, accumulate_t<T>>;
  };
  cuda::launch_fused<cuda::WriteGradient>(kernel, problem, operands, kTiles, stream);
}

}  // namespace

KernelVariant cuda_backward_period() {
  return {
      .name = "cuda/backward_period",
      .summary = "fused, NCHW with small planes: a thread a pack of the sample, down the batch",
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
