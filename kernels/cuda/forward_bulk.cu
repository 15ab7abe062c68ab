// Forward by bulk copies: tiles travel through shared memory, moved by the hardware.
//
// A block keeps a ring of four tiles of 8 KiB. One warp starts the copies: two tiles are on their
// way in, one is computed in place by all threads, one is on its way out. Bytes in flight are
// tiles, not registers, so a block of 256 threads has 16 KiB of loads outstanding whatever it
// computes, and no thread spends an instruction on an address. Blocks stay: a grid as large as fits
// walks over the tiles.
//
//   load step + 2 -> [stage]   wait for the barrier of this step   compute   publish   store
//
// A stage is refilled two steps after its tile was computed, when its store, one of the last two,
// has read it.
//
// Wins: on GPUs that want more bytes in flight than their threads have registers for, H200 and B200
// (derived, not yet measured on a GPU). Loses: small problems, which do not fill the rings; and
// before sm_90, which has no bulk copies, so that one warp copies by hand. Pointers that are not
// 16-byte aligned cannot be copied in bulk: one element a thread.
#include <algorithm>

#include "bulk.cuh"
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
constexpr int kCopyingThreads = 32;  // the first warp
constexpr std::int64_t kTileBytes = 8192;
constexpr int kStages = 4;
constexpr int kLoadsAhead = 2;
constexpr int kStoresBehind = kStages - kLoadsAhead - 1;
constexpr std::int64_t kRingBytes = kStages * kTileBytes;  // of the 48 KiB a block has unasked
constexpr std::int64_t kBlocksPerSm = 6;                   // 192 of an H100's 227 KiB

template <Slopes kSlopes, class T, class A>
__global__ void __launch_bounds__(kBlockSize)
    forward_bulk(const T* x, const A* __restrict__ alpha, T* y, std::int64_t elements,
                 FastAlphaMap alpha_of, SlopeAtZero at_zero) {
  using P = Pack<T>;
  constexpr std::int64_t kTile = kTileBytes / static_cast<std::int64_t>(sizeof(P));
  __shared__ gpu::Barrier loaded[kStages];
  P* const ring = gpu::dynamic_shared<P>();
  const auto* x_packs = reinterpret_cast<const P*>(x);
  auto* y_packs = reinterpret_cast<P*>(y);
  const std::int64_t packs = elements / P::size;
  const bool copies = threadIdx.x < kCopyingThreads;

  const auto stage_of = [&](std::int64_t step) { return static_cast<int>(step % kStages); };
  const auto start_of = [&](std::int64_t step) { return (blockIdx.x + step * gridDim.x) * kTile; };
  const auto packs_from = [&](std::int64_t start) {
    return packs - start < kTile ? packs - start : kTile;
  };
  const auto load = [&](std::int64_t step) {
    const std::int64_t start = start_of(step);
    if (start >= packs) return;
    gpu::bulk_load(ring + stage_of(step) * kTile, x_packs + start,
                   static_cast<std::size_t>(packs_from(start)) * sizeof(P), loaded[stage_of(step)]);
  };

  if (threadIdx.x == 0) {
    for (gpu::Barrier& barrier : loaded) barrier.init(1);
  }
  __syncthreads();
  if (copies) {
    for (int step = 0; step < kLoadsAhead; ++step) load(step);
  }

  for (std::int64_t step = 0; start_of(step) < packs; ++step) {
    if (copies) {
      gpu::bulk_wait<kStoresBehind>();
      load(step + kLoadsAhead);
    }
    const std::int64_t start = start_of(step);
    const std::int64_t count = packs_from(start);
    P* const tile = ring + stage_of(step) * kTile;
    loaded[stage_of(step)].wait(static_cast<unsigned>(step / kStages % 2));
    for (std::int64_t i = threadIdx.x; i < count; i += kBlockSize) {
      const PackSlopes<kSlopes, P::size, A> slopes(alpha, (start + i) * P::size, alpha_of);
      tile[i] = slopes.forward(tile[i], at_zero);
    }
    gpu::bulk_publish();
    if (copies) {
      gpu::bulk_store(y_packs + start, tile, static_cast<std::size_t>(count) * sizeof(P));
    }
  }
  if (copies) gpu::bulk_wait<0>();

  cuda::forward_tail(x, alpha, y, packs * P::size, elements, alpha_of, at_zero);
}

/// What bulk copies cannot serve: one element a thread.
template <class T, class A>
__global__ void __launch_bounds__(kBlockSize)
    forward_unaligned(const T* x, const A* __restrict__ alpha, T* y, std::int64_t elements,
                      FastAlphaMap alpha_of, SlopeAtZero at_zero) {
  const auto i = std::int64_t{blockIdx.x} * kBlockSize + threadIdx.x;
  if (i >= elements) return;
  const auto slope = static_cast<accumulate_t<T>>(alpha[alpha_of(i)]);
  y[i] = cuda::forward_element(x[i], slope, at_zero);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const std::int64_t elements = problem.shape.elements();
  if (elements == 0) return;
  const AlphaMap map = alpha_map(problem);
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    if (!cuda::aligned_to(sizeof(Pack<T>), typed.x, typed.y)) {
      cuda::launch_forward(forward_unaligned<T, A>, kBlockSize, 1, problem, operands,
                           FastAlphaMap(map), stream);
      return;
    }
    const auto bytes = elements * static_cast<std::int64_t>(sizeof(T));
    const std::int64_t blocks =
        std::min(cuda::ceil_div(bytes, kTileBytes), gpu::multiprocessors() * kBlocksPerSm);
    cuda::visit_slopes<Pack<T>::size>(map, [&](auto slopes) {
      gpu::launch(forward_bulk<slopes, T, A>,
                  {.grid = static_cast<unsigned>(blocks),
                   .block = kBlockSize,
                   .shared_bytes = kRingBytes,
                   .stream = stream},
                  typed.x, typed.alpha, typed.y, elements, FastAlphaMap(map), problem.at_zero);
    });
  });
}

}  // namespace

KernelVariant cuda_forward_bulk() {
  return {
      .name = "cuda/forward_bulk",
      .summary = "bulk copies through a ring of tiles in shared memory",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .promises = {.accesses_per_element = 2,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .dynamic_shared_bytes = kRingBytes,
                   .divides_in_loop = false},
      .launch = launch,
  };
}

}  // namespace prelu::variants
