// Backward and a step of SGD in one launch, fused, for any layout: dx, the sums of dalpha, and, in
// the block that finishes a slope, momentum and the new alpha.
//
// An optimiser's kernel for a few hundred slopes is a launch that moves nothing; a training step
// has one for every PReLU of the network. Here the sum is in a register when the step is due. The
// new alpha may be written over the old one, because whoever writes a slope comes after all that
// read it: the last block of its ticket, or the only block it lies in. That is also why alpha is
// not read through the read-only cache.
//
// It is the kernel of backward_period with another end, and serves NHWC, shared and per-element
// slopes as well. It wins wherever the optimiser is plain SGD with momentum, and needs no weight
// decay: decay pushes PReLU's slopes towards 0, which is ReLU (He et al. 2015). It loses where
// gradients must be clipped, averaged over GPUs or accumulated first. (Derived; not yet measured on
// a GPU.)
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
    backward_sgd(const T* x, const A* alpha, const T* dy, T* dx, cuda::StepAlpha<Sum, A> step,
                 cuda::Partials<Sum> partials, cuda::PeriodCut cut, SlopeAtZero at_zero) {
  __shared__ cuda::LaneSums<kSums, Sum> sums;
  const cuda::Place place = cuda::place_in(cut);
  Sum slopes[kSums] = {};
  cuda::load_slopes<P>(alpha, cut, place, slopes);
  cuda::walk_period<cuda::Walk::both, P>(x, dy, dx, cut, place, slopes, at_zero, &sums);
  cuda::add_rows<kSums>(sums, cut);
  cuda::add_runs<P, kSums>(sums, partials, cut, place, step);
  cuda::finish_slopes<P>(partials, cut, place, step);
}

std::size_t workspace_bytes(const Problem& problem) {
  return cuda::period_workspace_bytes(problem, kTiles);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const auto kernel = []<class P, int kSums, class T, class A>(cuda::FusedTypes<P, kSums, T, A>) {
    return backward_sgd<P, kSums, T, A, accumulate_t<T>>;
  };
  cuda::launch_fused<cuda::StepAlpha>(kernel, problem, operands, kTiles, stream);
}

}  // namespace

KernelVariant cuda_backward_sgd() {
  return {
      .name = "cuda/backward_sgd",
      .summary = "fused, any layout, and whoever finishes a slope takes a step of SGD",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .updates = {.gradient = false, .sgd = true},
      .promises = cuda::kFusedPromises,
      .workspace_bytes = workspace_bytes,
      .zeroed_workspace_bytes = cuda::kTicketBytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
