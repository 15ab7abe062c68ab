// Backward for one slope an element (Keras' default), fused: a thread owns a pack of slopes and
// walks over the batch.
//
// The sum over n stays in the thread's registers, so there is no reduction inside a block, no
// workspace and no second kernel. It wins where c * spatial fills the GPU by itself; a small one
// with a large batch is better served by the column sums of backward_nhwc.
#include "backward.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "op.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::Pack;

constexpr int kBlockSize = 256;

template <class P, class T, class A>
__global__ void __launch_bounds__(kBlockSize)
    backward_element(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, A* dalpha,
                     std::int64_t n, std::int64_t slopes, SlopeAtZero at_zero, bool accumulate) {
  using Sum = accumulate_t<T>;
  const std::int64_t packs = slopes / P::size;
  const auto pack = std::int64_t{blockIdx.x} * kBlockSize + threadIdx.x;
  if (pack >= packs) return;

  Sum sum[P::size] = {};
  Sum alpha_of[P::size];
  for (int k = 0; k < P::size; ++k) alpha_of[k] = static_cast<Sum>(alpha[pack * P::size + k]);
  for (std::int64_t i = pack; i < n * packs; i += packs) {
    const P x_pack = reinterpret_cast<const P*>(x)[i];
    const P dy_pack = reinterpret_cast<const P*>(dy)[i];
    P dx_pack;
    for (int k = 0; k < P::size; ++k) {
      const op::Slope<Sum> slope(alpha_of[k], at_zero);
      const auto x_k = static_cast<Sum>(x_pack.lane[k]);
      const auto dy_k = static_cast<Sum>(dy_pack.lane[k]);
      dx_pack.lane[k] = static_cast<T>(op::backward_dx(x_k, dy_k, slope));
      sum[k] += op::backward_dalpha(x_k, dy_k, slope);
    }
    reinterpret_cast<P*>(dx)[i] = dx_pack;
  }
  for (int k = 0; k < P::size; ++k) {
    cuda::write_dalpha(dalpha, pack * P::size + k, sum[k], accumulate);
  }
}

Unsupported check(const Problem& problem) {
  if (problem.alpha_mode != AlphaMode::per_element) return "needs one slope an element";
  return {};
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    const std::int64_t slopes = alpha_map(problem).count;
    const bool wide = slopes % Pack<T>::size == 0 &&
                      cuda::aligned_to(sizeof(Pack<T>), operands.x, operands.dy, operands.dx);
    cuda::visit_pack<T>(wide, [&]<class P>(std::type_identity<P>) {
      const auto blocks = static_cast<unsigned>(cuda::ceil_div(slopes / P::size, kBlockSize));
      gpu::launch(backward_element<P, T, A>,
                  {.grid = blocks, .block = kBlockSize, .stream = stream}, typed.x, typed.alpha,
                  typed.dy, typed.dx, typed.dalpha, problem.shape.n, slopes, problem.at_zero,
                  problem.accumulate);
    });
  });
}

}  // namespace

KernelVariant cuda_backward_element() {
  return {
      .name = "cuda/backward_element",
      .summary = "fused, one slope an element: sums over n in registers",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .promises = {.access_bits = 128,
                   .bytes_in_flight = 32,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = check,
      .launch = launch,
  };
}

}  // namespace prelu::variants
