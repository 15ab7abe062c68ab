// Backward in two passes over x and dy: one kernel sums, another reads both again and writes dx.
//
// The baseline without a temporary. Frameworks write each element's term of dalpha and read it
// back; this one computes it twice instead, which moves as much in fp32 (5 accesses an element) and
// less in half types, whose terms are stored in fp32. Either kernel is as good as the fused ones,
// whose walk it borrows (period.cuh), so what it loses against them is what fusing is worth: 2
// accesses in 5, a factor of 1.67 on tensors that exceed the cache. On smaller ones the second read
// comes from the cache, and what remains is a launch. (Derived; not yet measured on a GPU.)
#include "alpha_step.cuh"
#include "backward.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "last_block.cuh"
#include "period.cuh"
#include "period_sums.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

constexpr int kBlockSize = cuda::kPeriodBlockSize;
constexpr cuda::TileWish kTiles{};
constexpr cuda::TileWish kTilesOfDx{.sums = false};

template <class P, int kSums, class T, class A>
__global__ void __launch_bounds__(kBlockSize, cuda::kBlocksPerSm)
    write_dx(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, cuda::PeriodCut cut,
             SlopeAtZero at_zero) {
  using Sum = accumulate_t<T>;
  const cuda::Place place = cuda::place_in(cut);
  Sum slopes[kSums] = {};
  cuda::load_slopes<P>(alpha, cut, place, slopes);
  cuda::LaneSums<kSums, Sum>* const no_sums = nullptr;
  cuda::walk_period<cuda::Walk::dx, P>(x, dy, dx, cut, place, slopes, at_zero, no_sums);
}

template <class P, int kSums, class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize, cuda::kBlocksPerSm)
    sum_terms(const T* x, const T* dy, cuda::WriteGradient<Sum, A> store,
              cuda::Partials<Sum> partials, cuda::PeriodCut cut, SlopeAtZero at_zero) {
  __shared__ cuda::LaneSums<kSums, Sum> sums;
  const cuda::Place place = cuda::place_in(cut);
  const Sum no_slopes[kSums] = {};
  T* const no_dx = nullptr;
  cuda::walk_period<cuda::Walk::sums, P>(x, dy, no_dx, cut, place, no_slopes, at_zero, &sums);
  cuda::add_rows<kSums>(sums, cut);
  cuda::add_runs<P, kSums>(sums, partials, cut, place, store);
  cuda::finish_slopes<P>(partials, cut, place, store);
}

std::size_t workspace_bytes(const Problem& problem) {
  return cuda::period_workspace_bytes(problem, kTiles);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    cuda::visit_period<T>(
        problem, operands, kTiles,
        [&]<class P, int kSums>(std::type_identity<P>, std::integral_constant<int, kSums>,
                                const cuda::PeriodCut& cut) {
          // The sums first: in place, dx is written over dy.
          const auto store = cuda::WriteGradient<Sum, A>::of(problem, operands);
          gpu::launch(sum_terms<P, kSums, T, A, Sum>,
                      {.grid = cuda::grid_of(cut), .block = kBlockSize, .stream = stream}, typed.x,
                      typed.dy, store, cuda::partials_in<Sum>(operands), cut, problem.at_zero);
        });
    cuda::visit_period<T>(
        problem, operands, kTilesOfDx,
        [&]<class P, int kSums>(std::type_identity<P>, std::integral_constant<int, kSums>,
                                const cuda::PeriodCut& cut) {
          gpu::launch(write_dx<P, kSums, T, A>,
                      {.grid = cuda::grid_of(cut), .block = kBlockSize, .stream = stream}, typed.x,
                      typed.alpha, typed.dy, typed.dx, cut, problem.at_zero);
        });
  });
}

}  // namespace

KernelVariant cuda_backward_recompute() {
  return {
      .name = "cuda/backward_recompute",
      .summary = "two kernels, sums and dx, which both read x and dy: no temporary",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .promises = {.accesses_per_element = 5,
                   .overhead = 0.05,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .workspace_bytes = workspace_bytes,
      .zeroed_workspace_bytes = cuda::kTicketBytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
