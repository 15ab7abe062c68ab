// Backward for a shared alpha, fused: one read of x and dy gives dx and a partial sum per block; a
// second, tiny kernel sums the partials.
//
// 3 accesses an element instead of the 5 of frameworks, which write a full-size gradient of alpha
// and read it again. The grid has a fixed largest size, so dalpha has the same bits on every GPU.
// The end of a kernel is the only synchronisation between the blocks, so nothing here can go wrong
// that backward_last_block must take care of. It is the step before that one, and its baseline: no
// rule prefers it. What it saves each block, the wait for a ticket, is less than what its second
// launch costs, a few microseconds; on small tensors that is more than all the rest. (Derived; not
// yet measured on a GPU.)
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
    backward_blocks(const T* x, const A* __restrict__ alpha, const T* dy, T* dx,
                    std::int64_t elements, SlopeAtZero at_zero, Sum* partial) {
  const Sum sum = cuda::walk_shared_alpha<P>(x, alpha, dy, dx, elements, at_zero);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

template <class A, class Sum>
__global__ void __launch_bounds__(kSharedBlockSize)
    sum_blocks(const Sum* partial, std::int64_t blocks, cuda::WriteGradient<Sum, A> store) {
  const Sum sum = cuda::sum_partials<kSharedBlockSize>(partial, blocks);
  if (threadIdx.x == 0) store(0, sum);
}

std::size_t workspace_bytes(const Problem& problem) {
  return static_cast<std::size_t>(cuda::shared_alpha_blocks(problem) *
                                  cuda::accumulator_bytes(problem));
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using Sum = accumulate_t<T>;
    auto* partial = static_cast<Sum*>(operands.workspace);
    cuda::launch_shared_alpha<T, A>(backward_blocks<Pack<T>, T, A, Sum>,
                                    backward_blocks<Pack<T, 1>, T, A, Sum>, problem, operands,
                                    stream, partial);
    gpu::launch(sum_blocks<A, Sum>, {.block = kSharedBlockSize, .stream = stream}, partial,
                cuda::shared_alpha_blocks(problem),
                cuda::WriteGradient<Sum, A>::of(problem, operands));
  });
}

}  // namespace

KernelVariant cuda_backward_two_pass() {
  return {
      .name = "cuda/backward_two_pass",
      .summary = "fused, shared alpha: partial sums a block, then a second kernel",
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
      .launch = launch,
  };
}

}  // namespace prelu::variants
