// From the sums of threads that walked a period (period.cuh) to one sum a slope, in one launch.
//
//   1. A block adds its rows:     a lane of the tile has one sum               (add_rows)
//   2. and what shares a slope:   a run of the tile has one sum                (add_runs)
//   3. The last block adds slices, and the tiles and copies of a slope         (finish_slopes)
//
// Where a block has a slope to itself, step 3 and the workspace fall away. Where no slope lies in
// two tiles, each tile has a ticket of its own, so that the last steps of many tiles run side by
// side; otherwise the last block of all does it for every slope.
#pragma once

#include <cstdint>
#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file

#include "last_block.cuh"
#include "period.cuh"

namespace prelu::cuda {

/// Where blocks leave what another finishes.
template <class Sum>
struct Partials {
  Sum* sums;
  unsigned* tickets;
};

template <class Sum>
Partials<Sum> partials_in(const Operands& operands) {
  return {.sums = after_tickets<Sum>(operands), .tickets = tickets(operands)};
}

inline std::size_t period_workspace_bytes(const Problem& problem, const TileWish& wish) {
  const std::int64_t partials = most_partials(problem, alpha_map(problem), wish,
                                              [](const PeriodCut& cut) { return cut.partials(); });
  if (partials == 0) return 0;
  return kTicketBytes + static_cast<std::size_t>(partials * accumulator_bytes(problem));
}

/// Adds the rows of the block; the sums of the first row are the tile's then. Begins and ends with
/// a barrier.
template <int kSums, class Sum>
__device__ void add_rows(LaneSums<kSums, Sum>& sums, const PeriodCut& cut) {
  const int thread = static_cast<int>(threadIdx.x);
  __syncthreads();
  for (int rows = cut.down; rows > 1;) {
    const int half = (rows + 1) / 2;
    if (thread < (rows - half) * cut.across) {
#pragma unroll
      for (int k = 0; k < kSums; ++k) sums[k][thread] += sums[k][thread + half * cut.across];
    }
    rows = half;
    __syncthreads();
  }
}

/// Keeps the sum of a run in this block's tile: for store(slope, sum), or for the last block.
template <class Sum, class Store>
__device__ void keep_run(const Partials<Sum>& partials, const PeriodCut& cut, const Place& place,
                         std::int64_t run, Sum sum, const Store& store) {
  if (cut.direct()) {
    store(run, sum);
  } else {
    partials.sums[(run + place.tile) * cut.slices + place.slice] = sum;
  }
}

/// How many threads add up each of `sums` sums: a power of two, so that they can shuffle.
__device__ inline int threads_for(std::int64_t sums) {
  int threads = 32;
  while (threads > 1 && threads * sums > kPeriodBlockSize) threads /= 2;
  return threads;
}

/// Adds `value` over groups of so many threads; valid in the first of each.
template <class Sum>
__device__ Sum group_sum(Sum value, int threads) {
  for (int distance = threads / 2; distance > 0; distance /= 2) {
    value += __shfl_down_sync(0xFFFFFFFFU, value, static_cast<unsigned>(distance), threads);
  }
  return value;
}

/// The runs that touch a tile: [first, last).
struct RunRange {
  std::int64_t first;
  std::int64_t last;
};

template <class P>
__device__ RunRange runs_of(const PeriodCut& cut, std::int64_t tile) {
  const std::int64_t begin = tile * cut.across * P::size;
  const std::int64_t far = begin + cut.across * P::size;
  const std::int64_t end = far < cut.period * P::size ? far : cut.period * P::size;
  return {.first = begin / cut.map.inner, .last = (end - 1) / cut.map.inner + 1};
}

/// Adds the lanes of a tile that share a slope. A run is a group of threads'.
template <class P, int kSums, class Sum, class Store>
__device__ void add_runs(const LaneSums<kSums, Sum>& sums, const Partials<Sum>& partials,
                         const PeriodCut& cut, const Place& place, const Store& store) {
  constexpr int kUnit = P::size / kSums;  // the elements that a sum stands for
  const std::int64_t first_lane = std::int64_t{place.tile} * cut.across * kSums;
  const std::int64_t lanes_left = cut.period * kSums - first_lane;
  const int lanes =
      cut.across * kSums < lanes_left ? cut.across * kSums : static_cast<int>(lanes_left);
  const RunRange runs = runs_of<P>(cut, place.tile);
  const int count = static_cast<int>(runs.last - runs.first);
  const int threads = threads_for(count);
  const int member = static_cast<int>(threadIdx.x) & (threads - 1);
#pragma unroll 1
  for (int base = 0; base < count; base += kPeriodBlockSize / threads) {
    const int i = base + static_cast<int>(threadIdx.x) / threads;
    const std::int64_t run = runs.first + i;
    Sum sum{0};
    if (i < count) {
      const std::int64_t begin = run * cut.map.inner / kUnit - first_lane;
      const std::int64_t end = begin + cut.map.inner / kUnit;
      const int last = end < lanes ? static_cast<int>(end) : lanes;
      for (int lane = (begin > 0 ? static_cast<int>(begin) : 0) + member; lane < last;
           lane += threads) {
        sum += sums[lane % kSums][lane / kSums];
      }
    }
    sum = group_sum(sum, threads);
    if (i < count && member == 0) keep_run(partials, cut, place, run, sum, store);
  }
}

/// The last block calls store(slope, sum) for each slope of its tile, or of all.
template <class P, class Sum, class Store>
__device__ void finish_slopes(const Partials<Sum>& partials, const PeriodCut& cut,
                              const Place& place, const Store& store) {
  if (cut.direct()) return;
  const std::int64_t blocks = cut.whole ? cut.slices : cut.slices * cut.tiles;
  if (!finishes_last(partials.tickets + (cut.whole ? place.tile : 0), blocks)) return;

  RunRange slopes{.first = 0, .last = cut.map.count};
  if (cut.whole) slopes = runs_of<P>(cut, place.tile);
  const std::int64_t tile_elements = cut.across * P::size;
  const int threads = threads_for(slopes.last - slopes.first);
  const int member = static_cast<int>(threadIdx.x) & (threads - 1);
  const int groups = kPeriodBlockSize / threads;
  for (std::int64_t base = slopes.first; base < slopes.last; base += groups) {
    const std::int64_t slope = base + static_cast<int>(threadIdx.x) / threads;
    Sum sum{0};
    if (slope < slopes.last) {
      for (std::int64_t run = slope; run < cut.runs; run += cut.map.count) {
        // A run's tiles, and their slices, lie side by side.
        const std::int64_t first_tile = run * cut.map.inner / tile_elements;
        const std::int64_t last_tile = ((run + 1) * cut.map.inner - 1) / tile_elements;
        const std::int64_t count = (last_tile - first_tile + 1) * cut.slices;
        const Sum* const of_run = partials.sums + (run + first_tile) * cut.slices;
#pragma unroll 4
        for (std::int64_t i = member; i < count; i += threads) sum += of_run[i];
      }
    }
    sum = group_sum(sum, threads);
    if (slope < slopes.last && member == 0) store(slope, sum);
  }
}

}  // namespace prelu::cuda
