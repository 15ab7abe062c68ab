// Backward for a shared alpha, fused, in one launch: each block adds its sum to a common one with
// an atomic addition.
//
// What people write once they know block sums. The blocks arrive in any order, so dalpha's last
// bits differ from run to run. The additions are not what costs: there is one a block, a thousand
// in all. But the sum must be zero before and rounded to dalpha's dtype after, so a ticket is
// needed all the same, and with it backward_last_block gets the same bits every time for the price
// of reading the partial sums once. Adding to dalpha itself would do without the ticket only for a
// dalpha in the accumulator's type that is already there to be added to. It is here to be measured
// against backward_last_block; it is expected to win by less than a microsecond anywhere.
#include "backward.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "last_block.cuh"
#include "shared_alpha.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::kSharedBlockSize;
using cuda::Pack;

/// Zero before a launch, and after it.
struct Counters {
  double sum;  ///< or a float, of the narrower types
  unsigned ticket;
};

template <class P, class T, class A, class Sum>
__global__ void __launch_bounds__(kSharedBlockSize)
    backward_atomic(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, Sum* common,
                    unsigned* ticket, A* dalpha, std::int64_t elements, SlopeAtZero at_zero,
                    bool accumulate) {
  const Sum sum = cuda::walk_shared_alpha<P>(x, alpha, dy, dx, elements, at_zero);
  if (threadIdx.x == 0) atomicAdd(common, sum);
  if (!cuda::finishes_last(ticket, gridDim.x)) return;
  if (threadIdx.x == 0) {
    const Sum total = *common;
    *common = 0;
    cuda::write_dalpha(dalpha, 0, total, accumulate);
  }
}

std::size_t workspace_bytes(const Problem&) { return sizeof(Counters); }

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    const auto blocks = static_cast<unsigned>(cuda::shared_alpha_blocks(problem));
    auto* counters = static_cast<Counters*>(operands.workspace);
    cuda::visit_pack<T>(cuda::aligned_alike(operands), [&]<class P>(std::type_identity<P>) {
      gpu::launch(backward_atomic<P, T, A, Sum>,
                  {.grid = blocks, .block = kSharedBlockSize, .stream = stream}, typed.x,
                  typed.alpha, typed.dy, typed.dx, reinterpret_cast<Sum*>(&counters->sum),
                  &counters->ticket, typed.dalpha, problem.shape.elements(), problem.at_zero,
                  problem.accumulate);
    });
  });
}

}  // namespace

KernelVariant cuda_backward_atomic() {
  return {
      .name = "cuda/backward_atomic",
      .summary =
          "fused, shared alpha, one launch: an atomic addition a block; dalpha's last bits vary",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .deterministic = false,
      .promises = {.accesses_per_element = 3,
                   .overhead = 0.01,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = cuda::check_shared_alpha,
      .workspace_bytes = workspace_bytes,
      .zeroed_workspace_bytes = sizeof(Counters),
      .launch = launch,
  };
}

}  // namespace prelu::variants
