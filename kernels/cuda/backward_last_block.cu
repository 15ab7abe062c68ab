// Backward for a shared alpha, fused, in one launch: the block that finishes last sums the partial
// sums of all.
//
// The same walk as backward_two_pass, without its second kernel. Which block comes last differs
// from run to run; what it adds, and in which order, does not, so dalpha's bits are the same in
// every run and on every GPU. It wins on small tensors, where a launch costs more than the data;
// on large ones it loses what a block waits for its ticket, less than a microsecond (derived:
// one trip to the L2 cache for the fence and one for the atomic).
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
    backward_last_block(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, Sum* partial,
                        unsigned* ticket, A* dalpha, std::int64_t elements, SlopeAtZero at_zero,
                        bool accumulate) {
  const Sum sum = cuda::walk_shared_alpha<P>(x, alpha, dy, dx, elements, at_zero);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
  if (!cuda::finishes_last(ticket, gridDim.x)) return;
  const Sum total = cuda::sum_partials<kSharedBlockSize>(partial, gridDim.x);
  if (threadIdx.x == 0) cuda::write_dalpha(dalpha, 0, total, accumulate);
}

std::size_t workspace_bytes(const Problem& problem) {
  return cuda::kTicketBytes + static_cast<std::size_t>(cuda::shared_alpha_blocks(problem) *
                                                       cuda::accumulator_bytes(problem));
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    const auto blocks = static_cast<unsigned>(cuda::shared_alpha_blocks(problem));
    cuda::visit_pack<T>(cuda::aligned_alike(operands), [&]<class P>(std::type_identity<P>) {
      gpu::launch(backward_last_block<P, T, A, Sum>,
                  {.grid = blocks, .block = kSharedBlockSize, .stream = stream}, typed.x,
                  typed.alpha, typed.dy, typed.dx, cuda::after_tickets<Sum>(operands),
                  cuda::tickets(operands), typed.dalpha, problem.shape.elements(), problem.at_zero,
                  problem.accumulate);
    });
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
