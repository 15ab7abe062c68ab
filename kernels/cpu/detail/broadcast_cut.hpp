// How backward cuts a tensor whose alpha broadcasts along any of its axes. Depends on the problem
// alone, so that sums come out the same with any number of threads.
//
// Outermost, the slopes repeat: that is what the repetitions are. Inside one of them, along its
// outermost axis, slopes are never shared: blocks along it may be summed into the same row of
// partial sums at the same time. Only where both give too few items for many cores is a block cut
// further, each part with a row of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "cut.hpp"
#include "prelu/problem.hpp"

namespace prelu::cpu {

class BroadcastCut {
 public:
  /// In each of the repetitions `first` to `last`, elements `begin` to `end` of the period.
  struct Item {
    std::int64_t first;
    std::int64_t last;
    std::int64_t begin;
    std::int64_t end;
    std::int64_t row;  ///< of partial sums
  };

  explicit BroadcastCut(const Problem& problem) {
    const BroadcastMap map = broadcast_map(problem);
    const std::int64_t elements = problem.shape.elements();
    if (elements == 0) return;
    std::size_t axis = 0;
    for (; axis < Broadcast::kAxes && map.stride[axis] == 0; ++axis) {
      repetitions_ *= map.extent[axis];
    }
    period_ = elements / repetitions_;
    const std::int64_t blocks = axis == Broadcast::kAxes ? 1 : map.extent[axis];
    if (axis == Broadcast::kAxes) {  // one slope for all: parts of a single repetition
      period_ = elements;
      repetitions_ = 1;
    }
    const std::int64_t block = period_ / blocks;

    // Rows of partial sums are written and read once more: few enough not to count.
    const std::int64_t most_rows =
        std::max<std::int64_t>(1, elements / (kElementsPerPartialSum * slope_count(problem)));
    const std::int64_t rows =
        std::min(most_rows, ceil_div(kWantedItems, std::min(blocks, kWantedItems)));
    slices_ = std::min(repetitions_, rows);
    const std::int64_t parts = std::clamp<std::int64_t>(rows / slices_, 1, ceil_div(block, kTile));
    if (parts > 1) {
      parts_ = parts;
      pieces_ = blocks * parts;
      piece_ = ceil_div(block, parts);
      block_ = block;
    } else {
      const std::int64_t together = std::clamp<std::int64_t>(kTile / block, 1, blocks);
      pieces_ = ceil_div(blocks, together);
      piece_ = block_ = together * block;
    }
    per_slice_ = ceil_div(repetitions_, slices_);
  }

  std::int64_t items() const { return slices_ * pieces_; }
  /// Rows of partial sums; 0 where there is no element.
  std::int64_t rows() const { return slices_ * parts_; }
  std::int64_t period() const { return period_; }

  Item item(std::int64_t i) const {
    const std::int64_t slice = i / pieces_;
    const std::int64_t piece = i % pieces_;
    const std::int64_t part = piece % parts_;
    const std::int64_t block_begin = piece / parts_ * block_;
    const std::int64_t block_end = std::min(period_, block_begin + block_);
    const std::int64_t begin = std::min(block_end, block_begin + part * piece_);
    return {.first = std::min(repetitions_, slice * per_slice_),
            .last = std::min(repetitions_, (slice + 1) * per_slice_),
            .begin = begin,
            .end = std::min(block_end, begin + piece_),
            .row = slice * parts_ + part};
  }

 private:
  static constexpr std::int64_t kWantedItems = 128;
  /// A partial sum is 8 bytes, written and read: an eighth of the tensors' bytes in the worst case.
  static constexpr std::int64_t kElementsPerPartialSum = 16;

  std::int64_t repetitions_ = 1;
  std::int64_t period_ = 0;
  std::int64_t slices_ = 0;
  std::int64_t per_slice_ = 0;
  std::int64_t parts_ = 1;
  std::int64_t pieces_ = 0;
  std::int64_t piece_ = 0;
  std::int64_t block_ = 0;
};

}  // namespace prelu::cpu
