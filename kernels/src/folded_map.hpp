// A BroadcastMap made cheap for a GPU: as few axes as it takes, and no division by hardware.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "divisor.hpp"
#include "prelu/problem.hpp"

namespace prelu {

/// Maps as the BroadcastMap does. Neighbouring axes that alpha follows like one (both broadcast, or
/// both dense) are one here, so that one slope for all has 1 axis, one a channel in NCHW 3, and a
/// division less than axes is needed.
class FoldedMap {
 public:
  constexpr explicit FoldedMap(const BroadcastMap& map) {
    for (std::size_t axis = Broadcast::kAxes; axis-- > 0;) {
      add_outer(map.extent[axis], map.stride[axis]);
    }
  }

  constexpr std::int64_t operator()(std::int64_t i) const {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < Broadcast::kAxes; ++axis) {  // the compiler unrolls it
      if (axis + 1 < axes_) {
        const std::int64_t outer = extent_[axis].quotient(i);
        offset += (i - outer * extent_[axis].value()) * stride_[axis];
        i = outer;
      } else if (axis + 1 == axes_) {
        offset += i * stride_[axis];
      }
    }
    return offset;
  }

  constexpr std::size_t axes() const { return axes_; }

  /// How many elements from `i` on have slopes inner_stride() apart, `i` among them.
  constexpr std::int64_t run(std::int64_t i) const {
    return extent_[0].value() - extent_[0].remainder(i);
  }
  /// The length of a whole run.
  constexpr std::int64_t inner_extent() const { return extent_[0].value(); }
  /// 0 or 1.
  constexpr std::int64_t inner_stride() const { return stride_[0]; }

 private:
  constexpr void add_outer(std::int64_t extent, std::int64_t stride) {
    if (extent == 1) return;
    const std::size_t last = axes_ - 1;
    if (axes_ > 0 && stride == stride_[last] * extent_[last].value()) {
      extent_[last] = Divisor(extent_[last].value() * extent);
    } else {
      extent_[axes_] = Divisor(extent);
      stride_[axes_] = stride;
      ++axes_;
    }
  }

  std::array<Divisor, Broadcast::kAxes> extent_;  ///< innermost first
  std::array<std::int64_t, Broadcast::kAxes> stride_{};
  std::size_t axes_ = 0;
};

}  // namespace prelu
