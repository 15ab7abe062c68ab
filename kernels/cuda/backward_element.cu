// Backward for one slope an element (Keras' default), fused: a thread owns a pack of slopes and
// walks over the batch.
//
// The sum over n is the thread's own: there is no addition inside a block at all. With a small
// batch there is no workspace either; one of some dozens of samples is cut into slices, whose
// sums the last block adds for each tile of slopes.
//
// It wins where c * spatial is some tens of thousands or more. Fewer slopes leave most of its
// threads idle, or each with a few samples: a small c * spatial with a large batch is served better
// by the column sums of backward_nhwc. So is one that is no whole number of packs, which makes this
// kernel read element by element. (Derived; not yet measured on a GPU.)
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
constexpr cuda::TileWish kTiles{.bytes = 16 * kBlockSize, .most_down = 1, .copies = false};

template <class P, int kSums, class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize, cuda::kBlocksPerSm)
    backward_element(const T* x, const A* __restrict__ alpha, const T* dy, T* dx,
                     cuda::WriteGradient<Sum, A> store, cuda::Partials<Sum> partials,
                     cuda::PeriodCut cut, SlopeAtZero at_zero) {
  __shared__ cuda::LaneSums<kSums, Sum> sums;  // each thread's own
  const cuda::Place place = cuda::place_in(cut);
  Sum slopes[kSums] = {};
  cuda::load_slopes<P>(alpha, cut, place, slopes);
  cuda::walk_period<cuda::Walk::both, P>(x, dy, dx, cut, place, slopes, at_zero, &sums);

  const std::int64_t pack = std::int64_t{blockIdx.x} * cut.across + threadIdx.x;
  if (static_cast<int>(threadIdx.x) < cut.across && pack < cut.period) {
#pragma unroll
    for (int k = 0; k < kSums; ++k) {
      cuda::keep_run(partials, cut, place, pack * kSums + k, sums[k][threadIdx.x], store);
    }
  }
  cuda::finish_slopes<P>(partials, cut, place, store);
}

Unsupported check(const Problem& problem) {
  if (problem.alpha_mode != AlphaMode::per_element) return "needs one slope an element";
  return {};
}

std::size_t workspace_bytes(const Problem& problem) {
  return cuda::period_workspace_bytes(problem, kTiles);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const auto kernel = []<class P, int kSums, class T, class A>(cuda::FusedTypes<P, kSums, T, A>) {
    return backward_element<P, kSums, T, A, accumulate_t<T>>;
  };
  cuda::launch_fused<cuda::WriteGradient>(kernel, problem, operands, kTiles, stream);
}

}  // namespace

KernelVariant cuda_backward_element() {
  return {
      .name = "cuda/backward_element",
      .summary = "fused, one slope an element: a thread sums over n",
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
