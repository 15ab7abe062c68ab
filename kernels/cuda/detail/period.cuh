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
#include <type_traits>
#include <utility>

#include "backward.cuh"
#include "element.cuh"
#include "op.hpp"
#include "variant.hpp"
#include "wave.cuh"

namespace prelu::cuda {

inline constexpr int kPeriodBlockSize = 256;

/// How a tensor is cut. Depends on the problem and on the width of a pack.
struct PeriodCut {
  std::int64_t elements = 0;   ///< of the tensor
  AlphaMap map{};              ///< of a shared alpha, {pack, 1}: any width serves
  std::int64_t period = 0;     ///< in packs
  std::int64_t full_rows = 0;  ///< whole periods in the tensor
  std::int64_t rest = 0;       ///< whole packs after them, in a row that is ragged
  int rows_per_slice = 0;      ///< fewer in the last slice
  std::int64_t slices = 0;     ///< of the rows
  std::int64_t tiles = 0;      ///< of the period
  std::int64_t runs = 0;       ///< of elements with one slope, in a period: count, or copies of it
  int across = 0;              ///< packs of a tile; fewer in the last
  int down = 0;                ///< rows that a block reads at once
  std::int64_t step = 0;       ///< down rows, in packs
  bool whole = false;          ///< each slope lies in one tile, once

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
  bool sums = true;    ///< there are sums, which cost something
  bool copies = true;  ///< a slope may come several times in a period, and be added up at the end
};

/// Partial sums may cost a twentieth of what the tensors do.
inline constexpr std::int64_t kCheap = 20;

/// From how many rows on the partial sums of a slice are cheap. Each is written and read, once for
/// a slice; x, dy and dx are in every row.
inline std::int64_t cheap_rows(const Problem& problem, const PeriodCut& cut, std::int64_t pack) {
  const std::int64_t sums = 2 * accumulator_bytes(problem) * (cut.runs + cut.tiles - 1);
  const std::int64_t row =
      3 * static_cast<std::int64_t>(size_of(problem.dtype)) * cut.period * pack;
  return std::max<std::int64_t>(1, ceil_div(kCheap * sums, row));
}

inline PeriodCut cut_period(const Problem& problem, const AlphaMap& map, std::int64_t pack,
                            const TileWish& wish) {
  PeriodCut cut{.elements = problem.shape.elements(), .map = map};
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
  // At least a cache line across; more where there are few rows to read further down.
  constexpr std::int64_t kRowsPerThread = 2;  // what a thread reads at once
  const std::int64_t line = wish.bytes / (pack * static_cast<std::int64_t>(size_of(problem.dtype)));
  const std::int64_t wanted =
      std::max(line, ceil_div(kPeriodBlockSize * kRowsPerThread, std::max<std::int64_t>(1, rows)));
  const std::int64_t units =
      std::min(ceil_div(wanted, unit), std::max<std::int64_t>(1, kPeriodBlockSize / unit));
  const std::int64_t across = unit > kPeriodBlockSize ? kPeriodBlockSize : units * unit;
  cut.across = static_cast<int>(std::min(across, cut.period));
  cut.down = std::min(kPeriodBlockSize / cut.across, wish.most_down);
  cut.step = cut.down * cut.period;
  cut.tiles = ceil_div(cut.period, cut.across);

  // Slices that are long enough for their partial sums to cost little.
  const std::int64_t pass = std::int64_t{cut.down} * kRowsPerThread;
  const std::int64_t passes = ceil_div(rows, pass);
  const std::int64_t least = wish.sums ? ceil_div(cheap_rows(problem, cut, pack), pass) : 1;
  const std::int64_t most = std::max<std::int64_t>(1, passes / least);
  const std::int64_t rows_per_slice =
      ceil_div(passes, std::min(most, slices_for(cut.tiles))) * pass;
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
  const std::int64_t first_row = std::int64_t{place.slice} * cut.rows_per_slice + place.row;
  const std::int64_t rows = cut.full_rows + (place.pack < cut.rest ? 1 : 0) - first_row;
  const std::int64_t most = cut.rows_per_slice - place.row;
  int left = static_cast<int>((rows < most ? rows : most) + cut.down - 1) / cut.down;
  std::int64_t at = first_row * cut.period + place.pack;
#pragma unroll 1
  while (left > 0) {
    Sum sum[kSums] = {};
    int now = left < kRowsPerSum ? left : kRowsPerSum;
    left -= now;
#pragma unroll 1
    for (; now > 0; now -= kRowsAtOnce) {
      Waiting<P> x_pack[kRowsAtOnce];
      Waiting<P> dy_pack[kRowsAtOnce];
      // The row that may be missing first: ptxas puts off what is asked for under a condition, and
      // for bf16 on sm_100 it would come after the first use.
#pragma unroll
      for (int k = kRowsAtOnce; k-- > 0;) {
        if (k < now) {
          x_pack[k] = load_waiting(reinterpret_cast<const P*>(x), at + k * cut.step);
          dy_pack[k] = load_waiting(reinterpret_cast<const P*>(dy), at + k * cut.step);
        }
      }
#pragma unroll
      for (int k = 0; k < kRowsAtOnce; ++k) {
        if (k < now) {
          const P dx_pack =
              backward_lanes<T>(x_pack[k].pack(), dy_pack[k].pack(), slopes, at_zero, sum);
          if constexpr (kWalk != Walk::sums) {
            reinterpret_cast<P*>(dx)[at + k * cut.step] = dx_pack;
          }
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

/// Whether packs of 16 bytes serve. Copies of slopes have partial sums even in a single slice:
/// where they are not cheap, or too many for the one block that adds them, a pack is one element.
inline bool serves_wide(const Problem& problem, const PeriodCut& cut, const TileWish& wish) {
  constexpr std::int64_t kMostPartials = 65536;
  if (cut.runs == cut.map.count || !wish.sums) return true;
  const std::int64_t pack = pack_size(problem.dtype);
  const std::int64_t cheap = cheap_rows(problem, cut, pack) * cut.period;
  return wish.copies && cut.elements / pack >= cheap && cut.partials() <= kMostPartials;
}

/// The most partial sums, partials_of(cut), that a launch may have. Only the launch knows whether
/// the pointers are aligned, so the packs may be narrow even where wide ones serve.
template <class PartialsOf>
std::int64_t most_partials(const Problem& problem, const AlphaMap& map, const TileWish& wish,
                           const PartialsOf& partials_of) {
  const PeriodCut wide = cut_period(problem, map, pack_size(problem.dtype), wish);
  const std::int64_t narrow = partials_of(cut_period(problem, map, 1, wish));
  return serves_wide(problem, wide, wish) ? std::max<std::int64_t>(partials_of(wide), narrow)
                                          : narrow;
}

/// Calls visitor(type_identity<P>, integral_constant<kSums>, cut) with the widest packs that will
/// do.
template <class T, class Visitor>
void visit_period(const Problem& problem, const AlphaMap& map, const Operands& operands,
                  const TileWish& wish, Visitor&& visitor) {
  const PeriodCut cut = cut_period(problem, map, Pack<T>::size, wish);
  const bool wide = aligned_to(sizeof(Pack<T>), operands.x, operands.dy, operands.dx) &&
                    serves_wide(problem, cut, wish);
  if (!wide) {
    visitor(std::type_identity<Pack<T, 1>>{}, std::integral_constant<int, 1>{},
            cut_period(problem, map, 1, wish));
  } else if (cut.map.inner % Pack<T>::size == 0) {
    visitor(std::type_identity<Pack<T>>{}, std::integral_constant<int, 1>{}, cut);
  } else {
    visitor(std::type_identity<Pack<T>>{}, std::integral_constant<int, Pack<T>::size>{}, cut);
  }
}

template <class T, class Visitor>
void visit_period(const Problem& problem, const Operands& operands, const TileWish& wish,
                  Visitor&& visitor) {
  visit_period<T>(problem, alpha_map(problem), operands, wish, std::forward<Visitor>(visitor));
}

inline dim3 grid_of(const PeriodCut& cut) {
  return dim3(static_cast<unsigned>(cut.tiles), static_cast<unsigned>(cut.slices));
}

}  // namespace prelu::cuda
