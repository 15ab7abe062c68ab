// How a tensor is cut into the work items of the threaded variants. Depends on the problem alone,
// never on the number of threads, so that sums come out the same with any number of them.
//
// Where a slope stays the same for long, an item is a piece of one such run. Where it changes often
// (NHWC, small planes, a slope per element), the slopes repeat with a period: an item is a tile of
// that period, its slopes expanded once, in several of its repetitions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "dtype.hpp"
#include "prelu/problem.hpp"
#include "row_kernels.hpp"

namespace prelu::cpu {

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Runs at least this long are worth a call each; shorter ones break up lines and vectors.
inline constexpr std::int64_t kLongRun = 512;
/// Of tensors that one thread computes, and does not write past the caches.
inline constexpr std::int64_t kSmall = 32768;
inline constexpr std::int64_t kLongRunOfSmall = 64;
/// A piece of a long run: some ten microseconds.
inline constexpr std::int64_t kPiece = 16384;
/// Elements of a tile at most: their slopes and sums stay in the first-level cache.
inline constexpr std::int64_t kTile = 2048;

/// Elements of a tile that holds several periods of at most so many: one step of the row kernels.
inline constexpr std::int64_t kShortTile = 128;

/// How a problem's slopes lie, and so how it is cut.
enum class Pattern {
  runs,    ///< long runs, each with one slope: RunCut
  groups,  ///< short runs of several elements, in a long period: GroupCut
  tiles,   ///< a short period, or a slope for each element: TileCut
};

/// Needs at least one element.
inline Pattern pattern_of(const Problem& problem) {
  const AlphaMap map = alpha_map(problem);
  const std::int64_t long_run = problem.shape.elements() < kSmall ? kLongRunOfSmall : kLongRun;
  if (map.count == 1 || map.inner >= long_run) return Pattern::runs;
  return map.inner > 1 && map.inner * map.count > kTile ? Pattern::groups : Pattern::tiles;
}

/// Long runs, each with one slope: several of one repetition of the slopes together, or a piece of
/// one.
class RunCut {
 public:
  struct Item {
    std::int64_t begin;  ///< offset of its first element
    std::int64_t count;  ///< elements of each run
    std::int64_t runs;
    std::int64_t first_slope;
    std::int64_t slice;  ///< its number among the items of those slopes
  };
  /// The most runs in an item.
  static constexpr std::int64_t kMostRuns = kPiece / kLongRunOfSmall;

  explicit RunCut(const Problem& problem) {
    const AlphaMap map = alpha_map(problem);
    count_ = map.count;
    length_ = map.count == 1 ? problem.shape.elements() : map.inner;
    repetitions_ = problem.shape.elements() / (length_ * count_);
    pieces_per_run_ = ceil_div(length_, kPiece);
    piece_ = ceil_div(length_, pieces_per_run_);
    // Only a run's last piece ends in a part of a vector.
    if (pieces_per_run_ > 1) piece_ = ceil_div(piece_, kAlignment) * kAlignment;
    together_ = std::clamp(kPiece / length_, std::int64_t{1}, count_);
    groups_ = ceil_div(count_, together_);
  }

  std::int64_t items() const { return repetitions_ * groups_ * pieces_per_run_; }

  /// Partial sums of each slope.
  std::int64_t slices() const { return repetitions_ * pieces_per_run_; }

  /// From one run to the next.
  std::int64_t stride() const { return length_; }

  Item item(std::int64_t i) const {
    const std::int64_t in_run = i % pieces_per_run_;
    const std::int64_t group = i / pieces_per_run_ % groups_;
    const std::int64_t repetition = i / pieces_per_run_ / groups_;
    const std::int64_t first = group * together_;
    const std::int64_t begin = std::min(length_, in_run * piece_);
    return {.begin = (repetition * count_ + first) * length_ + begin,
            .count = std::min(length_ - begin, piece_),
            .runs = std::min(together_, count_ - first),
            .first_slope = first,
            .slice = repetition * pieces_per_run_ + in_run};
  }

 private:
  static constexpr std::int64_t kAlignment = 64;
  std::int64_t count_;
  std::int64_t length_;
  std::int64_t repetitions_;
  std::int64_t pieces_per_run_;
  std::int64_t piece_;
  std::int64_t together_;
  std::int64_t groups_;
};

/// Runs of a few to some hundred elements, in the order of memory: an item is a part of the runs of
/// each of several repetitions of the slopes.
class GroupCut {
 public:
  struct Item {
    std::int64_t first_repetition;
    std::int64_t last_repetition;
    std::int64_t first_slope;
    std::int64_t last_slope;
    std::int64_t slice;  ///< of the repetitions
  };

  explicit GroupCut(const Problem& problem)
      : map_(alpha_map(problem)), side_by_side_(side_by_side(problem)) {
    repetitions_ = problem.shape.elements() / (map_.inner * map_.count);
    // Fewer elements for each partial sum would make writing it a cost of its own.
    constexpr std::int64_t kLeastElementsPerSum = 32;
    per_slice_ = std::max({ceil_div(repetitions_, kWantedItems), side_by_side_,
                           ceil_div(kLeastElementsPerSum, map_.inner)});
    slices_ = ceil_div(repetitions_, per_slice_);
    const std::int64_t groups = ceil_div(map_.count, group());
    parts_ = std::min(groups, ceil_div(kWantedItems, slices_));
    per_part_ = ceil_div(groups, parts_) * group();
    parts_ = ceil_div(map_.count, per_part_);
  }

  std::int64_t items() const { return slices_ * parts_; }
  std::int64_t slices() const { return slices_; }
  const AlphaMap& map() const { return map_; }
  /// The runs that are computed together: so many that groups begin where cache lines do, if that
  /// can be.
  std::int64_t group() const {
    constexpr std::int64_t kLine = 32;  // of the narrowest elements
    const std::int64_t unit = kLine / std::gcd(kLine, map_.inner);
    const std::int64_t most = kTile / map_.inner;
    return unit > most ? most : most / unit * unit;
  }

  Item item(std::int64_t i) const {
    const std::int64_t slice = i / parts_;
    const std::int64_t part = i % parts_;
    return {.first_repetition = slice * per_slice_,
            .last_repetition = std::min(repetitions_, (slice + 1) * per_slice_),
            .first_slope = part * per_part_,
            .last_slope = std::min(map_.count, (part + 1) * per_part_),
            .slice = slice};
  }

  /// The runs of `slopes` slopes, in `rows` repetitions.
  struct Group {
    std::int64_t begin;
    std::int64_t first_slope;
    std::int64_t slopes;
    std::int64_t rows;
  };
  /// From one repetition to the next.
  std::int64_t stride() const { return map_.inner * map_.count; }

  /// Each group of an item, in the order of memory but for the repetitions that are side by side.
  template <class Visit>
  void for_each_group(const Item& item, const Visit& visit) const {
    const std::int64_t together = group();
    for (std::int64_t i = item.first_repetition; i < item.last_repetition; i += side_by_side_) {
      const std::int64_t rows = std::min(side_by_side_, item.last_repetition - i);
      for (std::int64_t k = item.first_slope; k < item.last_slope; k += together) {
        visit(Group{.begin = i * stride() + k * map_.inner,
                    .first_slope = k,
                    .slopes = std::min(together, item.last_slope - k),
                    .rows = rows});
      }
    }
  }

 private:
  /// Enough for many cores.
  static constexpr std::int64_t kWantedItems = 64;
  /// So many repetitions share the expansion of slopes, and sums: few where nothing but the order
  /// of memory counts.
  static std::int64_t side_by_side(const Problem& problem) {
    const bool only_memory = problem.direction == Direction::forward && size_of(problem.dtype) > 2;
    return only_memory ? 4 : 32;
  }

  AlphaMap map_;
  std::int64_t side_by_side_;
  std::int64_t repetitions_;
  std::int64_t per_slice_;
  std::int64_t slices_;
  std::int64_t parts_;
  std::int64_t per_part_;
};

/// Tiles of slopes, each with several of its repetitions.
class TileCut {
 public:
  struct Tile {
    std::int64_t begin;        ///< offset of its first element in its first repetition
    std::int64_t first_slope;  ///< of its first element, where a run of that slope starts
    std::int64_t repetitions;
    std::int64_t slice;  ///< the number of its range of repetitions
  };

  explicit TileCut(const Problem& problem)
      : map_(alpha_map(problem)), elements_(problem.shape.elements()) {
    const std::int64_t period = map_.inner * map_.count;
    if (period <= kTile) {  // a tile holds whole periods
      length_ = whole_periods(period);
      tiles_ = 1;
      stride_ = length_;
    } else {  // a period is made of tiles; every element has a slope
      tiles_ = ceil_div(period, kTile);
      length_ = std::min(kTile, ceil_div(ceil_div(period, tiles_), kLine) * kLine);
      tiles_ = ceil_div(period, length_);
      stride_ = period;
    }
    const std::int64_t repetitions = ceil_div(elements_, stride_);
    const std::int64_t slices = std::clamp(
        std::min(elements_ / kLeastPerItem, kWantedItems / tiles_), std::int64_t{1}, repetitions);
    per_slice_ = std::min(ceil_div(repetitions, slices), kMostTermsInSum);
    slices_ = ceil_div(repetitions, per_slice_);
    if (slices_ > kEven) {  // threads get as many slices each
      per_slice_ = ceil_div(repetitions, ceil_div(slices_, kEven) * kEven);
      slices_ = ceil_div(repetitions, per_slice_);
    }
  }

  std::int64_t items() const { return slices_ * tiles_; }
  std::int64_t slices() const { return slices_; }
  /// Of a period; 1 where a tile holds whole periods.
  std::int64_t tiles() const { return tiles_; }
  const AlphaMap& map() const { return map_; }

  Tile tile(std::int64_t item) const {
    const std::int64_t slice = item / tiles_;
    const std::int64_t offset = item % tiles_ * length_;
    const std::int64_t first = slice * per_slice_;
    const std::int64_t repetitions = ceil_div(elements_, stride_);
    return {.begin = first * stride_ + offset,
            .first_slope = offset / map_.inner,
            .repetitions = std::min(per_slice_, repetitions - first),
            .slice = slice};
  }

  /// The elements of a tile, in any repetition but a ragged last one.
  std::int64_t length(const Tile& tile) const {
    return tiles_ == 1 ? std::min(length_, elements_)
                       : std::min(length_, (map_.count - tile.first_slope) * map_.inner);
  }

  /// A tile's elements in `rows` of its repetitions, one stride() apart.
  struct Block {
    std::int64_t begin;
    std::int64_t count;
    std::int64_t rows;
  };
  std::int64_t stride() const { return stride_; }

  /// All repetitions of a tile; only the tensor's last one can be ragged.
  template <class Visit>
  void for_each_block(const Tile& tile, const Visit& visit) const {
    const std::int64_t last = tile.begin + (tile.repetitions - 1) * stride_;
    const std::int64_t count = length(tile);
    const bool ragged = last + count > elements_;
    const std::int64_t whole = tile.repetitions - (ragged ? 1 : 0);
    if (whole > 0) visit(Block{.begin = tile.begin, .count = count, .rows = whole});
    if (ragged) visit(Block{.begin = last, .count = elements_ - last, .rows = 1});
  }

 private:
  /// So many periods that tiles begin where cache lines do, if that can be, and have a step.
  static std::int64_t whole_periods(std::int64_t period) {
    std::int64_t length = period;
    while (length % kLine != 0 && 2 * length <= kTile) length *= 2;
    return std::max(kShortTile / length, std::int64_t{1}) * length;
  }

  /// Enough for many cores; items with less to do would make expanding the slopes, and writing
  /// partial sums, a cost of its own.
  static constexpr std::int64_t kWantedItems = 128;
  static constexpr std::int64_t kLeastPerItem = 32768;
  static constexpr std::int64_t kEven = 4;
  static constexpr std::int64_t kLine = 32;  // elements of a cache line, the narrowest

  AlphaMap map_;
  std::int64_t elements_;
  std::int64_t length_;
  std::int64_t tiles_;
  std::int64_t stride_;
  std::int64_t per_slice_;
  std::int64_t slices_;
};

}  // namespace prelu::cpu
