// Forward, 32 bytes at a time: one 256-bit access on the GPUs that have it.
//
// From sm_100 on a thread loads and stores 32 bytes by one instruction (ld.global.v8.f32); before,
// the same pack is two 16-byte accesses. Half as many instructions move the same bytes, and a
// warp's access covers 1 KiB of neighbouring memory. A thread has two packs, 64 bytes, in flight:
// as much as forward_packed asks for with four.
//
// Wins: on sm_100 and later, where instructions are scarce beside 8 TB/s (derived, not yet measured
// on a GPU). Loses: nothing is gained before sm_100, where the two halves of a warp's pack are
// strided accesses, each touching every second 16 bytes of 1 KiB: the same sectors twice, the
// second time from the cache. Pointers aligned to 16 bytes only, or to less, get the same kernel
// with packs of 16 bytes or of one element.
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
constexpr int kBlocksPerSm = 4;  // at least: 1024 threads leave 64 registers each
constexpr int kPacksPerThread = 2;
constexpr int kPackBytes = 32;

template <Slopes kSlopes, class P, class T, class A>
__global__ void __launch_bounds__(kBlockSize, kBlocksPerSm)
    forward_packed256(const T* x, const A* __restrict__ alpha, T* y, std::int64_t elements,
                      FastAlphaMap alpha_of, SlopeAtZero at_zero) {
  const std::int64_t packs = elements / P::size;
  const auto first = std::int64_t{blockIdx.x} * (kBlockSize * kPacksPerThread) + threadIdx.x;
  const std::int64_t second = first + kBlockSize;

  P packs_here[kPacksPerThread];
  if (first < packs) packs_here[0] = reinterpret_cast<const P*>(x)[first];
  if (second < packs) packs_here[1] = reinterpret_cast<const P*>(x)[second];
  if (first < packs) {
    const PackSlopes<kSlopes, P::size, A> slopes(alpha, first * P::size, alpha_of);
    reinterpret_cast<P*>(y)[first] = slopes.forward(packs_here[0], at_zero);
  }
  if (second < packs) {
    const PackSlopes<kSlopes, P::size, A> slopes(alpha, second * P::size, alpha_of);
    reinterpret_cast<P*>(y)[second] = slopes.forward(packs_here[1], at_zero);
  }

  cuda::forward_tail(x, alpha, y, packs * P::size, elements, alpha_of, at_zero);
}

template <class P, class T, class A>
void launch_packs(const Problem& problem, const Operands& operands, Stream stream) {
  const AlphaMap map = alpha_map(problem);
  cuda::visit_slopes<P::size>(map, [&](auto slopes) {
    cuda::launch_forward(forward_packed256<slopes, P, T, A>, kBlockSize, kPacksPerThread * P::size,
                         problem, operands, FastAlphaMap(map), stream);
  });
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using Wide = Pack<T, kPackBytes / static_cast<int>(sizeof(T))>;
    if (cuda::aligned_to(sizeof(Wide), operands.x, operands.y)) {
      launch_packs<Wide, T, A>(problem, operands, stream);
    } else if (cuda::aligned_to(sizeof(Pack<T>), operands.x, operands.y)) {
      launch_packs<Pack<T>, T, A>(problem, operands, stream);
    } else {
      launch_packs<Pack<T, 1>, T, A>(problem, operands, stream);
    }
  });
}

}  // namespace

KernelVariant cuda_forward_packed256() {
  return {
      .name = "cuda/forward_packed256",
      .summary = "32-byte packs, two in flight per thread",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .promises = {.accesses_per_element = 2,
                   .coalesced = true,
                   .access_bits = 256,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .launch = launch,
  };
}

}  // namespace prelu::variants
