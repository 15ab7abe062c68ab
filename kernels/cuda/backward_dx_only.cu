// Backward with a frozen alpha: dx and nothing else, for any layout.
//
// Fine-tuning freezes slopes, and then dalpha is wasted work. What is left is forward with a second
// stream: 2 reads and a write an element. The walk is that of the other kernels (period.cuh): a
// thread's packs lie a whole number of periods apart, so it looks its slopes up once and divides
// nothing on the way. With a single sample every pack costs a lookup. It wins over the fused
// kernels by what their sums cost at the end, which is little on large tensors and half the time on
// small ones. (Derived; not yet measured on a GPU.)
//
// A sign mask kept by forward would let backward read a bit instead of x, 2 accesses and a little
// instead of 3; but forward would have to write it, and keeping the mask saves memory only where x
// is not kept for another reason, which in a network it mostly is.
#include "backward.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "period.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

constexpr int kBlockSize = cuda::kPeriodBlockSize;
constexpr cuda::TileWish kTiles{.sums = false};

template <class P, int kSums, class T, class A>
__global__ void __launch_bounds__(kBlockSize, cuda::kBlocksPerSm)
    backward_dx_only(const T* x, const A* __restrict__ alpha, const T* dy, T* dx,
                     cuda::PeriodCut cut, SlopeAtZero at_zero) {
  using Sum = accumulate_t<T>;
  const cuda::Place place = cuda::place_in(cut);
  Sum slopes[kSums] = {};
  cuda::load_slopes<P>(alpha, cut, place, slopes);
  cuda::LaneSums<kSums, Sum>* const no_sums = nullptr;
  cuda::walk_period<cuda::Walk::dx, P>(x, dy, dx, cut, place, slopes, at_zero, no_sums);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  if (problem.shape.elements() == 0) return;
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    cuda::visit_period<T>(
        problem, operands, kTiles,
        [&]<class P, int kSums>(std::type_identity<P>, std::integral_constant<int, kSums>,
                                const cuda::PeriodCut& cut) {
          gpu::launch(backward_dx_only<P, kSums, T, A>,
                      {.grid = cuda::grid_of(cut), .block = kBlockSize, .stream = stream}, typed.x,
                      typed.alpha, typed.dy, typed.dx, cut, problem.at_zero);
        });
  });
}

}  // namespace

KernelVariant cuda_backward_dx_only() {
  return {
      .name = "cuda/backward_dx_only",
      .summary = "alpha is frozen: dx alone, any layout",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .updates = {.gradient = false, .frozen = true},
      .promises = {.accesses_per_element = 3,
                   .overhead = 0,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .launch = launch,
  };
}

}  // namespace prelu::variants
