// The slopes of one tile, an accumulator for each element: what the varying kernels read.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "cut.hpp"
#include "dtype.hpp"
#include "row_kernels.hpp"

namespace prelu::cpu {

/// A slope as the row kernels ask for it: a NaN of f32 may have any bits.
template <class A>
auto slope_for_kernels(A alpha) {
  const auto slope = widen(alpha);
  using Slope = std::remove_const_t<decltype(slope)>;
  return slope == slope ? slope : std::numeric_limits<Slope>::quiet_NaN();
}

/// The slopes of the runs of one item.
template <class T>
using RunSlopes = std::array<accumulate_t<T>, static_cast<std::size_t>(RunCut::kMostRuns)>;

template <class T, class A>
RunSlopes<T> slopes_of_runs(const A* alpha, const RunCut::Item& item) {
  RunSlopes<T> slopes;
  const A* first = alpha + item.first_slope;
  std::transform(first, first + item.runs, slopes.data(), slope_for_kernels<A>);
  return slopes;
}

/// Room for the slopes of one tile.
template <class T>
using TileSlopes = std::array<accumulate_t<T>, static_cast<std::size_t>(kTile + kSlack)>;

/// Each of `runs` slopes `inner` times, in `to`, which has room for kSlack more.
template <class T, class A>
void fill_slopes(const A* alpha, std::int64_t runs, std::int64_t inner, accumulate_t<T>* to) {
  constexpr std::int64_t kTogether = 64;
  std::array<accumulate_t<T>, static_cast<std::size_t>(kTogether)> slopes;
  for (std::int64_t k = 0; k < runs; k += kTogether) {
    const std::int64_t count = std::min(kTogether, runs - k);
    std::transform(alpha + k, alpha + k + count, slopes.data(), slope_for_kernels<A>);
    row_kernels<T>().fill_runs(slopes.data(), count, inner, to + k * inner);
  }
}

/// The slope of each of a tile's `length` elements: in `room`, or in alpha itself where it already
/// has one slope an element.
template <class T, class A>
const accumulate_t<T>* expand_slopes(const A* alpha, const AlphaMap& map, std::int64_t first_slope,
                                     std::int64_t length, TileSlopes<T>& room) {
  const std::int64_t slopes = std::min(map.count - first_slope, length / map.inner);
  if constexpr (std::is_same_v<A, T> && std::is_same_v<T, accumulate_t<T>>) {
    if (map.inner == 1 && slopes == length) return alpha + first_slope;
  }
  auto* to = room.data();
  if (map.inner == 1) {
    if constexpr (std::is_same_v<A, T>) {
      row_kernels<T>().widen(alpha + first_slope, to, slopes);
    } else {
      std::transform(alpha + first_slope, alpha + first_slope + slopes, to, slope_for_kernels<A>);
    }
  } else {
    fill_slopes<T>(alpha + first_slope, slopes, map.inner, to);
  }
  // The rest repeats what is there, in ever longer strides.
  for (std::int64_t done = slopes * map.inner; done < length;) {
    const std::int64_t more = std::min(done, length - done);
    std::copy_n(to, more, to + done);
    done += more;
  }
  return to;
}

}  // namespace prelu::cpu
