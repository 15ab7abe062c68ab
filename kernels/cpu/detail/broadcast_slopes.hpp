// The slopes of any broadcast, run by run, for tiles that lie in the order of memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "dtype.hpp"
#include "finish_slopes.hpp"
#include "folded_map.hpp"
#include "tile_slopes.hpp"

namespace prelu::cpu {

/// Calls visit(at, slope, count) for the runs of elements `begin` to `begin + length`: `count`
/// elements from begin + at on, whose slopes lie map.inner_stride() apart from `slope` on.
template <class Visit>
void for_each_run(const FoldedMap& map, std::int64_t begin, std::int64_t length,
                  const Visit& visit) {
  for (std::int64_t at = 0; at < length;) {
    const std::int64_t count =
        map.axes() == 0 ? length : std::min(length - at, map.run(begin + at));
    visit(at, map(begin + at), count);
    at += count;
  }
}

/// The slope of each of `length` elements from `begin` on.
template <class T, class A>
void expand_broadcast(const A* alpha, const FoldedMap& map, std::int64_t begin, std::int64_t length,
                      TileSlopes<T>& room) {
  for_each_run(map, begin, length, [&](std::int64_t at, std::int64_t slope, std::int64_t count) {
    auto* to = room.data() + at;
    if (map.inner_stride() == 0) {
      std::fill_n(to, count, slope_for_kernels(alpha[slope]));
    } else {
      std::transform(alpha + slope, alpha + slope + count, to, slope_for_kernels<A>);
    }
  });
}

/// Adds each of the elements' sums to the partial sum of its slope.
template <class Sum>
void add_broadcast(const Sum* sums, const FoldedMap& map, std::int64_t begin, std::int64_t length,
                   double* partial) {
  for_each_run(map, begin, length, [&](std::int64_t at, std::int64_t slope, std::int64_t count) {
    if (map.inner_stride() == 0) {
      partial[slope] += sum_of(sums + at, count);
      return;
    }
    for (std::int64_t k = 0; k < count; ++k) partial[slope + k] += double{sums[at + k]};
  });
}

}  // namespace prelu::cpu
