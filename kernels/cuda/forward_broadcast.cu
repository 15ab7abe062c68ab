// Forward for any broadcast of alpha, up to five dimensions: ONNX's slope, Keras' shared_axes.
//
// Before the launch neighbouring axes that alpha follows like one are folded together, which leaves
// two or three in practice; the divisions along them are multiplications. Along the innermost axis
// left, slopes are a run: all the same, or each beside the one before. A 16-byte pack that is no
// longer than a run meets at most two, so it looks up where they start and steps along; otherwise,
// and where pointers are not 16-byte aligned, packs are of one element.
//
// Wins: nothing else serves a broadcast. Loses: to forward_packed, forward_plane and forward_nhwc
// on what those serve, by the slopes it loads one at a time and by its divisions (derived; not yet
// measured on a GPU); where the innermost run is shorter than a pack, by its narrow accesses too.
#include "dtype.hpp"
#include "element.cuh"
#include "folded_map.hpp"
#include "forward.cuh"
#include "gpu.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::Pack;

constexpr int kBlockSize = 256;
constexpr int kBlocksPerSm = 4;  // at least: 1024 threads leave 64 registers each
constexpr int kPacksPerThread = 4;

/// y of the pack that starts at the element `first`. kSame: slopes are the same along a run.
template <bool kSame, class T, int N, class A>
__device__ Pack<T, N> forward_run(Pack<T, N> pack, const A* __restrict__ alpha, std::int64_t first,
                                  const FoldedMap& offset_of, SlopeAtZero at_zero) {
  using Sum = accumulate_t<T>;
  const std::int64_t left = offset_of.run(first);
  const A* here = alpha + offset_of(first);
  const A* there = here;  // of the elements after the run
  if (left < N) there = alpha + offset_of(first + left);
  if constexpr (kSame) {
    const auto here_slope = static_cast<Sum>(*here);
    const auto there_slope = static_cast<Sum>(*there);
#pragma unroll
    for (int k = 0; k < N; ++k) {
      const Sum slope = k < left ? here_slope : there_slope;
      pack.lane[k] = cuda::forward_element(pack.lane[k], slope, at_zero);
    }
  } else {
#pragma unroll
    for (int k = 0; k < N; ++k) {
      const auto slope = static_cast<Sum>(k < left ? here[k] : there[k - left]);
      pack.lane[k] = cuda::forward_element(pack.lane[k], slope, at_zero);
    }
  }
  return pack;
}

template <bool kSame, class P, class T, class A>
__global__ void __launch_bounds__(kBlockSize, kBlocksPerSm)
    forward_broadcast(const T* x, const A* __restrict__ alpha, T* y, std::int64_t elements,
                      FoldedMap offset_of, SlopeAtZero at_zero) {
  const std::int64_t packs = elements / P::size;
  const auto first = std::int64_t{blockIdx.x} * (kBlockSize * kPacksPerThread) + threadIdx.x;

  P pack[kPacksPerThread];
#pragma unroll
  for (int k = 0; k < kPacksPerThread; ++k) {
    const std::int64_t i = first + k * kBlockSize;
    if (i < packs) pack[k] = reinterpret_cast<const P*>(x)[i];
  }
#pragma unroll
  for (int k = 0; k < kPacksPerThread; ++k) {
    const std::int64_t i = first + k * kBlockSize;
    if (i < packs) {
      reinterpret_cast<P*>(y)[i] =
          forward_run<kSame>(pack[k], alpha, i * P::size, offset_of, at_zero);
    }
  }

  cuda::forward_tail(x, alpha, y, packs * P::size, elements, offset_of, at_zero);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const FoldedMap offset_of(broadcast_map(problem));
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using P = Pack<T>;
    const auto start = [&](auto kernel, std::int64_t pack) {
      cuda::launch_forward<T, A>(kernel, kBlockSize, kPacksPerThread * pack, problem, operands,
                                 offset_of, stream);
    };
    const bool wide =
        cuda::aligned_to(sizeof(P), operands.x, operands.y) && offset_of.inner_extent() >= P::size;
    if (!wide) {
      start(forward_broadcast<true, Pack<T, 1>, T, A>, 1);
    } else if (offset_of.inner_stride() == 0) {
      start(forward_broadcast<true, P, T, A>, P::size);
    } else {
      start(forward_broadcast<false, P, T, A>, P::size);
    }
  });
}

}  // namespace

KernelVariant cuda_forward_broadcast() {
  return {
      .name = "cuda/forward_broadcast",
      .summary = "any broadcast of alpha: folded axes, divisions by multiplication",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .broadcasts = true,
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
