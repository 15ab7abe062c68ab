// Walking a tensor by its period: the distance after which the slopes, and their places in a
// 16-byte pack, repeat.
//
// Slopes alpha[(i / inner) % count] repeat after inner * count elements, or after up to 8 times as
// many where those are no whole number of packs. Written below one another, the periods are the
// rows of a matrix, and a thread that walks down a column of packs meets the same slopes all the
// way:
//
//                       one period, `across` packs a tile
//                      | tile 0    | tile 1    | ...
//   slice 0   row 0    | a b c d e | . . . . . |          block = a tile of a slice
//             row 1    | f g h i j | . . . . . |          thread = a pack of the tile (a..e), and
//             row 2    | a b c d e | . . . . . |          every `down`-th row (2 here)
//   slice 1   row 3    | a b c d e | . . . . . |          another block
//
// So nothing is divided on the way, neighbours read neighbouring packs whatever the layout, and the
// sums stay in registers, one for each lane of the pack, or a single one where a pack never holds
// two slopes. Afterwards a block adds its rows, and then, in NCHW, the elements that share a slope.
#pragma once

#include <algorithm>
#include <cstdint>
#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file
#include <numeric>

#include "backward.cuh"
#include "element.cuh"
#include "op.hpp"
#include "variant.hpp"
#include "wave.cuh"

namespace prelu::cuda {

inline constexpr int kPeriodBlockSize = 256;

/// How a tensor is cut. Depends on the problem and on the width of a pack.
struct PeriodCut {
  std::int64_t elements;   ///< of the tensor
  AlphaMap map;            ///< of a shared alpha, {pack, 1}: any width serves
  std::int64_t period;     ///< in packs
  std::int64_t full_rows;  ///< whole periods in the tensor
  std::int64_t rest;       ///< whole packs after them, in a row that is ragged
  int rows_per_slice;      ///< fewer in the last slice
  std::int64_t slices;     ///< of the rows
  std::int64_t tiles;      ///< of the period
  std::int64_t runs;       ///< of elements with one slope, in a period: count, or copies of it
  int across;              ///< packs of a tile; fewer in the last
  int down;                ///< rows that a block reads at once
  std::int64_t step;       ///< down rows, in packs
  bool whole;              ///< each slope lies in one tile, once

  /// No block needs another's sums.
  constexpr bool direct() const { return whole && slices == 1; }
  /// Partial sums: of each run in each tile that it touches (run + tile numbers them), by slice.
  constexpr std::int64_t partials() const {
    return direct() ? 0 : (runs + std::max<std::int64_t>(tiles, 1) - 1) * slices;
  }
};

/// What a kernel wants its tiles to be like.
struct TileWish {
  std::int64_t bytes = 128;  ///< across, at least: a cache line
  int most_down = kPeriodBlockSize;
  bool copies = true;  ///< a slope may come several times in a period, and be added up at the end
};

inline PeriodCut cut_period(const Problem& problem, std::int64_t pack, const TileWish& wish = {}) {
  PeriodCut cut{.elements = problem.shape.elements(), .map = alpha_map(problem)};
  cut.map.inner = std::max<std::int64_t>(1, cut.map.inner);  // of an empty tensor
  if (cut.map.count == 1) cut.map = {.inner = pack, .count = 1};
  if (cut.map.count == 0) return cut;  // no tiles

  const auto [inner, count] = cut.map;
  const std::int64_t copies = pack / std::gcd(inner * count, pack);
  cut.period = inner * count * copies / pack;
  cut.runs = count * copies;
  const std::int64_t packs = cut.elements / pack;
  cut.full_rows = packs / cut.period;
  cut.rest = packs - cut.full_rows * cut.period;
  const std::int64_t rows = ceil_div(cut.elements, cut.period * pack);

  // Whole slopes that are whole packs as well: 4 planes of 7 x 7 are 49 packs in fp32.
  const std::int64_t unit = inner / std::gcd(inner, pack);
  cut.whole = copies == 1 && unit <= kPeriodBlockSize;
  const std::int64_t wanted =
      wish.bytes / (pack * static_cast<std::int64_t>(size_of(problem.dtype)));
  const std::int64_t across =
      unit <= kPeriodBlockSize ? ceil_div(wanted, unit) * unit : kPeriodBlockSize;
  cut.across = static_cast<int>(std::min({across, cut.period, std::int64_t{kPeriodBlockSize}}));
  cut.down = std::min(kPeriodBlockSize / cut.across, wish.most_down);
  cut.step = cut.down * cut.period;
  cut.tiles = ceil_div(cut.period, cut.across);

  constexpr std::int64_t kRowsPerThread = 2;  // what a thread reads at once
  const std::int64_t pass = std::int64_t{cut.down} * kRowsPerThread;
  const std::int64_t passes = ceil_div(rows, pass);
  const std::int64_t rows_per_slice =
      ceil_div(passes, std::clamp<std::int64_t>(passes, 1, slices_for(cut.tiles))) * pass;
  cut.slices = rows == 0 ? 1 : ceil_div(rows, rows_per_slice);
  cut.rows_per_slice = static_cast<int>(rows_per_slice);  // below 2^31 for anything that fits a GPU
  return cut;
}

/// Where a thread stands.
struct Place {
  int tile;
  int slice;
  std::int64_t pack;  ///< of the period
  int row;            ///< of the `down`
  bool inside;        ///< there is such a pack and such a row
};

__device__ inline Place place_in(const PeriodCut& cut) {
  const int row = static_cast<int>(threadIdx.x) / cut.across;
  const int lane = static_cast<int>(threadIdx.x) - row * cut.across;
  const std::int64_t pack = std::int64_t{blockIdx.x} * cut.across + lane;
  return {.tile = static_cast<int>(blockIdx.x),
          .slice = static_cast<int>(blockIdx.y),
          .pack = pack,
          .row = row,
          .inside = pack < cut.period && row < cut.down};
}

/// The slopes of a pack of the period: of each lane, or the single one.
template <class P, int kSums, class Sum, class A>
__device__ void load_slopes(const A* alpha, const PeriodCut& cut, const Place& place,
                            Sum (&slopes)[kSums]) {
  if (!place.inside) return;
  const std::int64_t run = place.pack * P::size / cut.map.inner;
  std::int64_t within = place.pack * P::size - run * cut.map.inner;
  std::int64_t slope = run % cut.map.count;
#pragma unroll
  for (int k = 0; k < kSums; ++k) {
    slopes[k] = static_cast<Sum>(alpha[slope]);
    if (++within < cut.map.inner) continue;
    within = 0;
    if (++slope == cut.map.count) slope = 0;
  }
}

/// dx of one pack whose lanes have a slope and a sum each (or one for all of them).
template <class T, int kSums, class P, class Sum>
__device__ P backward_lanes(const P& x, const P& dy, const Sum (&slopes)[kSums],
                            SlopeAtZero at_zero, Sum (&sum)[kSums]) {
  P dx;
#pragma unroll
  for (int k = 0; k < P::size; ++k) {
    const op::Slope<Sum> slope(slopes[k % kSums], at_zero);
    const auto x_k = static_cast<Sum>(x.lane[k]);
    const auto dy_k = static_cast<Sum>(dy.lane[k]);
    dx.lane[k] = static_cast<T>(op::backward_dx(x_k, dy_k, slope));
    sum[k % kSums] += op::backward_dalpha(x_k, dy_k, slope);
  }
  return dx;
}

/// What a walk is for. What is not asked for costs nothing.
enum class Walk { both, dx, sums };

/// A block's sums in shared memory: [lane of the pack][thread]. The extra column keeps the lanes of
/// one pack in different banks.
template <int kSums, class Sum>
using LaneSums = Sum[kSums][kPeriodBlockSize + 1];

/// The elements after the last whole pack belong to the thread whose next pack they would be.
template <Walk kWalk, class P, int kSums, class T, class Sum, class Total>
__device__ void walk_tail(const T* x, const T* dy, T* dx, const PeriodCut& cut, const Place& place,
                          const Sum (&slopes)[kSums], SlopeAtZero at_zero, const Total& total) {
  const std::int64_t first = (cut.full_rows * cut.period + cut.rest) * P::size;
  if (first == cut.elements || place.pack != cut.rest || place.slice != cut.slices - 1) return;
  const std::int64_t row = cut.full_rows - std::int64_t{place.slice} * cut.rows_per_slice;
  if (static_cast<int>(row) % cut.down != place.row) return;
  using One = Pack<T, 1>;
#pragma unroll
  for (int k = 0; k < P::size; ++k) {
    if (first + k >= cut.elements) continue;
    const Sum slope[1] = {slopes[k % kSums]};
    Sum sum[1] = {};
    const One dx_one =
        backward_lanes<T>(reinterpret_cast<const One*>(x)[first + k],
                          reinterpret_cast<const One*>(dy)[first + k], slope, at_zero, sum);
    if constexpr (kWalk != Walk::sums) reinterpret_cast<One*>(dx)[first + k] = dx_one;
    if constexpr (kWalk != Walk::dx) total(k % kSums) = total(k % kSums) + sum[0];
  }
}

/// The thread's walk down its column of packs, within the slice; its sums are in its column of
/// `totals` afterwards. Two rows at a time: four loads are under way before the first is needed.
/// The sums are taken in blocks, so that no chain of additions grows as long as the tensor is tall,
/// and those of the blocks added in shared memory, where they cost no registers.
template <Walk kWalk, class P, int kSums, class T, class Sum>
__device__ void walk_period(const T* x, const T* dy, T* dx, const PeriodCut& cut,
                            const Place& place, const Sum (&slopes)[kSums], SlopeAtZero at_zero,
                            LaneSums<kSums, Sum>* totals) {
  constexpr int kRowsAtOnce = 2;
  constexpr int kRowsPerSum = 64;
  // Volatile, or the compiler keeps them in registers all the same.
  const auto total = [&](int k) -> volatile Sum& { return (*totals)[k][threadIdx.x]; };
  if constexpr (kWalk != Walk::dx) {
#pragma unroll
    for (int k = 0; k < kSums; ++k) total(k) = 0;
  }
  if (!place.inside) return;
  if constexpr (P::size > 1) walk_tail<kWalk, P>(x, dy, dx, cut, place, slopes, at_zero, total);
  const std::int64_t first_row = std::int64_t{place.slice} * cut.rows_per_slice;
  const std::int64_t rows_left = cut.full_rows + (place.pack < cut.rest ? 1 : 0) - first_row;
  const int rows =
      rows_left < cut.rows_per_slice ? static_cast<int>(rows_left) : cut.rows_per_slice;
  std::int64_t at = (first_row + place.row) * cut.period + place.pack;

  int row = place.row;
#pragma unroll 1
  while (row < rows) {
    Sum sum[kSums] = {};
    const int far = row + kRowsPerSum * cut.down;
    const int pause = far < rows ? far : rows;
#pragma unroll 1
    for (; row < pause; row += kRowsAtOnce * cut.down) {
      Waiting<P> x_pack[kRowsAtOnce];
      Waiting<P> dy_pack[kRowsAtOnce];
#pragma unroll
      for (int k = 0; k < kRowsAtOnce; ++k) {
        if (row + k * cut.down < pause) {
          x_pack[k] = load_waiting(reinterpret_cast<const P*>(x), at + k * cut.step);
          dy_pack[k] = load_waiting(reinterpret_cast<const P*>(dy), at + k * cut.step);
        }
      }
#pragma unroll
      for (int k = 0; k < kRowsAtOnce; ++k) {
        if (row + k * cut.down < pause) {
          const P dx_pack =
              backward_lanes<T>(x_pack[k].pack(), dy_pack[k].pack(), slopes, at_zero, sum);
          if constexpr (kWalk != Walk::sums) reinterpret_cast<P*>(dx)[at + k * cut.step] = dx_pack;
        }
      }
      at += kRowsAtOnce * cut.step;
    }
    if constexpr (kWalk != Walk::dx) {
#pragma unroll
      for (int k = 0; k < kSums; ++k) total(k) = total(k) + sum[k];
    }
  }
}

/// Calls visitor(type_identity<P>, integral_constant<kSums>, cut) with the widest packs that will
/// do. Copies of slopes cost partial sums: where they would be too many, a pack is one element.
template <class T, class Visitor>
void visit_period(const Problem& problem, const Operands& operands, const TileWish& wish,
                  Visitor&& visitor) {
  constexpr std::int64_t kMostPartials = 65536;
  const PeriodCut cut = cut_period(problem, Pack<T>::size, wish);
  const bool copied = cut.runs > cut.map.count;
  const bool too_many = copied && (!wish.copies || cut.partials() > kMostPartials);
  const bool wide = aligned_to(sizeof(Pack<T>), operands.x, operands.dy, operands.dx) && !too_many;
  if (!wide) {
    visitor(std::type_identity<Pack<T, 1>>{}, std::integral_constant<int, 1>{},
            cut_period(problem, 1, wish));
  } else if (cut.map.inner % Pack<T>::size == 0) {
    visitor(std::type_identity<Pack<T>>{}, std::integral_constant<int, 1>{}, cut);
  } else {
    visitor(std::type_identity<Pack<T>>{}, std::integral_constant<int, Pack<T>::size>{}, cut);
  }
}

inline dim3 grid_of(const PeriodCut& cut) {
  return dim3(static_cast<unsigned>(cut.tiles), static_cast<unsigned>(cut.slices));
}

}  // namespace prelu::cuda
