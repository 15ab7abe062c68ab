// Forward where the slope changes from element to element (NHWC, [N, C], one an element): the
// slopes stay in registers.
//
// The tensor is read as rows of packs, so long that the slopes repeat from row to row: `count`
// slopes repeat after count / gcd(count, pack) packs, whole packs even where a channel count is no
// multiple of one (10, 45, 75). A thread owns a column of packs: it fetches the column's slopes
// once, as a pack beside x where they lie so, and walks down the rows with four loads in flight and
// no division. Short periods are repeated until a row is about as wide as a block, so that no lane
// idles and neighbours read neighbouring packs.
//
// Wins: against forward_packed, which asks the cache for a slope an element (derived; not yet
// measured on a GPU). Loses: where a slope is used by a few rows only there is nothing to keep, and
// a row just wider than a block leaves lanes of the last one idle. Pointers that are not 16-byte
// aligned get the same kernel with packs of one element.
#include <algorithm>
#include <numeric>

#include "divisor.hpp"
#include "dtype.hpp"
#include "element.cuh"
#include "forward.cuh"
#include "gpu.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::Pack;

constexpr int kBlockSize = 256;
constexpr int kBlocksPerSm = 4;  // at least: 1024 threads leave 64 registers each
constexpr int kRowsInFlight = 4;
constexpr std::int64_t kMostRows = 32;  // of a thread: its slopes are 1/32 of what it reads then
constexpr int kWarpSize = 32;

/// How the tensor is cut into rows and columns of packs.
struct Cut {
  std::int64_t packs;  ///< whole ones of the tensor
  std::int64_t width;  ///< packs of a row
  std::int64_t rows;   ///< the last may be shorter
  std::int64_t rows_per_block;
  std::int64_t tiles;  ///< blocks across a row
  int threads;         ///< of a block
};

Cut cut_for(std::int64_t elements, std::int64_t count, std::int64_t pack) {
  const std::int64_t packs = elements / pack;
  const std::int64_t period = count / std::gcd(count, pack);
  std::int64_t repeats = std::max<std::int64_t>(1, kBlockSize / period);
  if (repeats > 1) repeats -= repeats % 2;  // rows of an odd number of packs split 32-byte sectors
  const std::int64_t width = period * repeats;
  const std::int64_t rows = std::max<std::int64_t>(1, cuda::ceil_div(packs, width));
  const std::int64_t tiles = cuda::ceil_div(width, kBlockSize);
  const std::int64_t warps = cuda::ceil_div(cuda::ceil_div(width, tiles), kWarpSize);
  return {.packs = packs,
          .width = width,
          .rows = rows,
          .rows_per_block =
              std::clamp<std::int64_t>(cuda::ceil_div(packs, cuda::full_wave()), 1, kMostRows),
          .tiles = tiles,
          .threads = static_cast<int>(warps * kWarpSize)};
}

/// The slopes of the N elements from `first` on, which is below count.
template <int N, class Sum, class A>
__device__ void fetch_slopes(Sum (&slopes)[N], const A* __restrict__ alpha, std::int64_t first,
                             std::int64_t count, bool packed) {
  if (packed) {
    const auto pack = reinterpret_cast<const Pack<A, N>*>(alpha)[first / N];
#pragma unroll
    for (int k = 0; k < N; ++k) slopes[k] = static_cast<Sum>(pack.lane[k]);
  } else {
#pragma unroll
    for (int k = 0; k < N; ++k) {
      slopes[k] = static_cast<Sum>(alpha[first]);
      if (++first == count) first = 0;
    }
  }
}

/// y of a pack whose lanes have a slope each.
template <class T, int N, class Sum>
__device__ Pack<T, N> forward_lanes(Pack<T, N> pack, const Sum (&slopes)[N], SlopeAtZero at_zero) {
#pragma unroll
  for (int k = 0; k < N; ++k) {
    pack.lane[k] = cuda::forward_element(pack.lane[k], slopes[k], at_zero);
  }
  return pack;
}

template <class P, class T, class A>
__global__ void __launch_bounds__(kBlockSize, kBlocksPerSm)
    forward_nhwc(const T* x, const A* __restrict__ alpha, T* y, std::int64_t elements, Cut cut,
                 Divisor tiles, Divisor count, bool packed_alpha, SlopeAtZero at_zero) {
  using Sum = accumulate_t<T>;
  const std::int64_t slice = tiles.quotient(blockIdx.x);
  const std::int64_t tile = blockIdx.x - slice * tiles.value();
  const std::int64_t column = tile * blockDim.x + threadIdx.x;

  if (column < cut.width) {
    Sum slopes[P::size];
    fetch_slopes(slopes, alpha, count.remainder(column * P::size), count.value(), packed_alpha);
    const std::int64_t begin = slice * cut.rows_per_block;
    std::int64_t end = begin + cut.rows_per_block;
    if (end >= cut.rows) {  // the last row may be shorter
      end = cut.rows;
      if ((end - 1) * cut.width + column >= cut.packs) --end;
    }
    const auto* x_pack = reinterpret_cast<const P*>(x) + begin * cut.width + column;
    auto* y_pack = reinterpret_cast<P*>(y) + begin * cut.width + column;
    for (auto left = static_cast<int>(end - begin); left > 0; left -= kRowsInFlight) {
      cuda::Waiting<P> waiting[kRowsInFlight];
#pragma unroll
      for (int k = 0; k < kRowsInFlight; ++k) {
        if (k < left) waiting[k] = cuda::load_waiting(x_pack, k * cut.width);
      }
#pragma unroll
      for (int k = 0; k < kRowsInFlight; ++k) {
        if (k < left) y_pack[k * cut.width] = forward_lanes(waiting[k].pack(), slopes, at_zero);
      }
      x_pack += kRowsInFlight * cut.width;
      y_pack += kRowsInFlight * cut.width;
    }
  }

  const auto alpha_of = [&](std::int64_t i) { return count.remainder(i); };
  cuda::forward_tail(x, alpha, y, cut.packs * P::size, elements, alpha_of, at_zero);
}

Unsupported check(const Problem& problem) {
  if (problem.alpha_mode == AlphaMode::shared) return "needs more than one slope";
  if (alpha_map(problem).inner > 1) return "needs a slope that changes with every element";
  return {};
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const std::int64_t elements = problem.shape.elements();
  if (elements == 0) return;
  const std::int64_t count = alpha_map(problem).count;
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    const bool wide = cuda::aligned_to(sizeof(Pack<T>), typed.x, typed.y);
    cuda::visit_pack<T>(wide, [&]<class P>(std::type_identity<P>) {
      const Cut cut = cut_for(elements, count, P::size);
      const bool packed_alpha =
          count % P::size == 0 && cuda::aligned_to(sizeof(Pack<A, P::size>), typed.alpha);
      const std::int64_t slices = cuda::ceil_div(cut.rows, cut.rows_per_block);
      gpu::launch(forward_nhwc<P, T, A>,
                  {.grid = static_cast<unsigned>(slices * cut.tiles),
                   .block = static_cast<unsigned>(cut.threads),
                   .stream = stream},
                  typed.x, typed.alpha, typed.y, elements, cut, Divisor(cut.tiles), Divisor(count),
                  packed_alpha, problem.at_zero);
    });
  });
}

}  // namespace

KernelVariant cuda_forward_nhwc() {
  return {
      .name = "cuda/forward_nhwc",
      .summary = "slopes along the innermost axis: kept in registers down the rows",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .promises = {.accesses_per_element = 2,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = check,
      .launch = launch,
  };
}

}  // namespace prelu::variants
