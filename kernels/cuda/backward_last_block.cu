// Backward for a shared alpha, fused, in one launch: the block that finishes last sums the partial
// sums of all.
//
// The same walk as backward_two_pass, without its second kernel. Which block comes last differs
// from run to run; what it adds, and in which order, does not, so dalpha's bits are the same in
// every run and on every GPU. It wins on small tensors, where a launch costs more than the data; on
// large ones a block's wait for its ticket, less than a microsecond, is lost beside them (derived:
// one trip to the L2 cache for the fence and one for the atomic; not yet measured on a GPU).
#include "alpha_step.cuh"
#include "backward.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "last_block.cuh"
#include "shared_alpha.cuh"
#include "sum_partials.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::kBlocksPerSm;
using cuda::kSharedBlockSize;
using cuda::Pack;

template <class P, class T, class A, class Sum>
__global__ void __launch_bounds__(kSharedBlockSize, kBlocksPerSm)
    backward_last_block(const T* x, const A* __restrict__ alpha, const T* dy, T* dx,
                        std::int64_t elements, SlopeAtZero at_zero, Sum* partial, unsigned* ticket,
                        cuda::WriteGradient<Sum, A> store) {
  const Sum sum = cuda::walk_shared_alpha<P>(x, alpha, dy, dx, elements, at_zero);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
  if (!cuda::finishes_last(ticket, gridDim.x)) return;
  const Sum total = cuda::sum_partials<kSharedBlockSize>(partial, gridDim.x);
  if (threadIdx.x == 0) store(0, total);
}

std::size_t workspace_bytes(const Problem& problem) {
  return cuda::kTicketBytes + static_cast<std::size_t>(cuda::shared_alpha_blocks(problem) *
                                                       cuda::accumulator_bytes(problem));
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using Sum = accumulate_t<T>;
    cuda::launch_shared_alpha<T, A>(
        backward_last_block<Pack<T>, T, A, Sum>, backward_last_block<Pack<T, 1>, T, A, Sum>,
        problem, operands, stream, cuda::after_tickets<Sum>(operands), cuda::tickets(operands),
        cuda::WriteGradient<Sum, A>::of(problem, operands));
  });
}

}  // namespace

KernelVariant cuda_backward_last_block() {
  return {
      .name = "cuda/backward_last_block",
      .summary = "fused, shared alpha, one launch: the last block adds the others' sums",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .promises = {.accesses_per_element = 3,
                   .overhead = 0.01,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = cuda::check_shared_alpha,
      .workspace_bytes = workspace_bytes,
      .zeroed_workspace_bytes = cuda::kTicketBytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
