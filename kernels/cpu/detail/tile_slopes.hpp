// The slopes of one tile, an accumulator for each element: what the varying kernels read.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "cut.hpp"
#include "dtype.hpp"
#include "row_kernels.hpp"

namespace prelu::cpu {

/// Room for the slopes of one tile.
template <class T>
using TileSlopes = std::array<accumulate_t<T>, static_cast<std::size_t>(kTile)>;

/// The slope of each of a tile's `length` elements: in `room`, or in alpha itself where it already
/// has one slope an element.
template <class T, class A>
const accumulate_t<T>* expand_slopes(const A* alpha, const AlphaMap& map, std::int64_t first_slope,
                                     std::int64_t length, TileSlopes<T>& room) {
  const std::int64_t slopes = std::min(map.count - first_slope, length / map.inner);
  if constexpr (std::is_same_v<A, accumulate_t<T>>) {
    if (map.inner == 1 && slopes == length) return alpha + first_slope;
  }
  auto* to = room.data();
  if (map.inner == 1) {
    if constexpr (std::is_same_v<A, T>) {
      row_kernels<T>().widen(alpha + first_slope, to, slopes);
    } else {
      std::copy_n(alpha + first_slope, slopes, to);
    }
  } else {
    for (std::int64_t k = 0; k < slopes; ++k) {
      std::fill_n(to + k * map.inner, map.inner, widen(alpha[first_slope + k]));
    }
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
