// Forward, one element a thread: what people write first.
//
// Every thread divides twice to find its slope and moves one element per access. It is the baseline
// that the others are measured against, and it serves every problem.
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "op.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

constexpr int kBlockSize = 256;

template <class T, class A>
__global__ void __launch_bounds__(kBlockSize)
    forward_naive(const T* x, const A* __restrict__ alpha, T* y, std::int64_t elements,
                  AlphaMap alpha_of, SlopeAtZero at_zero) {
  using Sum = accumulate_t<T>;
  const auto i = std::int64_t{blockIdx.x} * kBlockSize + threadIdx.x;
  if (i >= elements) return;
  const op::Slope<Sum> slope(static_cast<Sum>(alpha[alpha_of(i)]), at_zero);
  y[i] = static_cast<T>(op::forward(static_cast<Sum>(x[i]), slope));
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    const std::int64_t elements = problem.shape.elements();
    const auto blocks = static_cast<unsigned>(cuda::ceil_div(elements, kBlockSize));
    gpu::launch(forward_naive<T, A>, {.grid = blocks, .block = kBlockSize, .stream = stream},
                typed.x, typed.alpha, typed.y, elements, alpha_map(problem), problem.at_zero);
  });
}

}  // namespace

KernelVariant cuda_forward_naive() {
  return {
      .name = "cuda/forward_naive",
      .summary = "one element a thread, a division for its slope",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .promises = {.accesses_per_element = 2,
                   .coalesced = true,
                   .access_bits = 16,
                   .bytes_in_flight = 2,
                   .registers = 32,
                   .fills_memory = false,
                   .divides_in_loop = true},
      .launch = launch,
  };
}

}  // namespace prelu::variants
