// Forward, 16 bytes at a time: several independent packs per thread in flight.
//
// PReLU moves two elements per flop, so the only thing to optimise is the memory traffic: wide
// accesses, and enough of them outstanding to cover the latency (an H200 SM wants some 48 KiB in
// flight; 1024 threads with four 16-byte loads each have 64). A thread asks for all its packs
// before it looks up a slope; neighbouring threads take neighbouring packs. The slope of a pack
// costs two divisions by multiplication, or none where all share it; packs that meet a second slope
// (planes of 7x7) or more (NHWC) step from one to the next.
//
// Wins: the general one; nothing is faster where a slope is shared by all or by large planes (not
// yet measured on a GPU). Loses to forward_nhwc where each lane has its own slope: a load for each.
// Small problems are spread thinner, a pack a thread, so that more SMs take part. Pointers that are
// not 16-byte aligned get the same kernel with packs of one element.
#include "dtype.hpp"
#include "element.cuh"
#include "forward.cuh"
#include "gpu.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::FastAlphaMap;
using cuda::Pack;
using cuda::PackSlopes;
using cuda::Slopes;

constexpr int kBlockSize = 256;
constexpr int kPacksPerThread = 4;
constexpr int kBlocksPerSm = 4;  // at least: 1024 threads leave 64 registers each

template <Slopes kSlopes, int kPacks, class P, class T, class A>
__global__ void __launch_bounds__(kBlockSize, kBlocksPerSm)
    forward_packed(const T* x, const A* __restrict__ alpha, T* y, std::int64_t elements,
                   FastAlphaMap alpha_of, SlopeAtZero at_zero) {
  const std::int64_t packs = elements / P::size;
  const auto first = std::int64_t{blockIdx.x} * (kBlockSize * kPacks) + threadIdx.x;

  P pack[kPacks];
#pragma unroll
  for (int k = 0; k < kPacks; ++k) {
    const std::int64_t i = first + k * kBlockSize;
    if (i < packs) pack[k] = reinterpret_cast<const P*>(x)[i];
  }
  PackSlopes<kSlopes, P::size, A> slopes[kPacks];
#pragma unroll
  for (int k = 0; k < kPacks; ++k) {
    const std::int64_t i = first + k * kBlockSize;
    if (i < packs) slopes[k] = {alpha, i * P::size, alpha_of};
  }
#pragma unroll
  for (int k = 0; k < kPacks; ++k) {
    const std::int64_t i = first + k * kBlockSize;
    if (i < packs) reinterpret_cast<P*>(y)[i] = slopes[k].forward(pack[k], at_zero);
  }

  cuda::forward_tail(x, alpha, y, packs * P::size, elements, alpha_of, at_zero);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const AlphaMap map = alpha_map(problem);
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using P = Pack<T>;
    const auto start = [&](auto kernel, std::int64_t elements_per_thread) {
      cuda::launch_forward<T, A>(kernel, kBlockSize, elements_per_thread, problem, operands,
                                 FastAlphaMap(map), stream);
    };
    if (!cuda::aligned_to(sizeof(P), operands.x, operands.y)) {
      start(forward_packed<Slopes::one, kPacksPerThread, Pack<T, 1>, T, A>, kPacksPerThread);
      return;
    }
    cuda::visit_slopes<P::size>(map, [&](auto slopes) {
      if (problem.shape.elements() / P::size < cuda::full_wave()) {
        start(forward_packed<slopes, 1, P, T, A>, P::size);
      } else {
        start(forward_packed<slopes, kPacksPerThread, P, T, A>, kPacksPerThread * P::size);
      }
    });
  });
}

}  // namespace

KernelVariant cuda_forward_packed() {
  return {
      .name = "cuda/forward_packed",
      .summary = "16-byte packs, four in flight per thread",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .promises = {.accesses_per_element = 2,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .launch = launch,
  };
}

}  // namespace prelu::variants
