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
#include "alpha_step.cuh"
#include "backward.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "last_block.cuh"
#include "shared_alpha.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::kBlocksPerSm;
using cuda::kSharedBlockSize;
using cuda::Pack;

/// Zero before a launch, and after it.
struct Counters {
  double sum;  ///< or a float, of the narrower types
  unsigned ticket;
};

template <class P, class T, class A, class Sum>
__global__ void __launch_bounds__(kSharedBlockSize, kBlocksPerSm)
    backward_atomic(const T* x, const A* __restrict__ alpha, const T* dy, T* dx,
                    std::int64_t elements, SlopeAtZero at_zero, Sum* common, unsigned* ticket,
                    cuda::WriteGradient<Sum, A> store) {
  const Sum sum = cuda::walk_shared_alpha<P>(x, alpha, dy, dx, elements, at_zero);
  if (threadIdx.x == 0) atomicAdd(common, sum);
  if (!cuda::finishes_last(ticket, gridDim.x)) return;
  if (threadIdx.x == 0) {
    const Sum total = *common;
    *common = 0;
    store(0, total);
  }
}

std::size_t workspace_bytes(const Problem&) { return sizeof(Counters); }

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using Sum = accumulate_t<T>;
    auto* counters = static_cast<Counters*>(operands.workspace);
    cuda::launch_shared_alpha<T, A>(
        backward_atomic<Pack<T>, T, A, Sum>, backward_atomic<Pack<T, 1>, T, A, Sum>, problem,
        operands, stream, reinterpret_cast<Sum*>(&counters->sum), &counters->ticket,
        cuda::WriteGradient<Sum, A>::of(problem, operands));
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
