// How a tensor is cut into the work items of the threaded variants. Depends on the problem alone,
// never on the number of threads, so that sums come out the same with any number of them.
//
// Where a slope stays the same for long, an item is a piece of one such run. Where it changes often
// (NHWC, small planes, a slope per element), the slopes repeat with a period: an item is a tile of
// that period, its slopes expanded once, in several of its repetitions.
#pragma once

#include <algorithm>
#include <cstdint>

#include "prelu/problem.hpp"
#include "row_kernels.hpp"

namespace prelu::cpu {

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Runs at least this long are worth a call each; shorter ones break up lines and vectors.
inline constexpr std::int64_t kLongRun = 512;
/// A piece of a long run: some ten microseconds.
inline constexpr std::int64_t kPiece = 16384;
/// Elements of a tile at most: their slopes and sums stay in the first-level cache.
inline constexpr std::int64_t kTile = 2048;

/// True where the slope changes too often to treat runs one by one. Needs at least one element.
inline bool slopes_vary(const AlphaMap& map) { return map.count > 1 && map.inner < kLongRun; }

/// Long runs, each with one slope, cut into pieces of nearly equal length.
class RunCut {
 public:
  struct Piece {
    std::int64_t begin;  ///< offset of its first element
    std::int64_t count;
    std::int64_t slope;  ///< which
    std::int64_t slice;  ///< its number among the pieces of that slope
  };

  explicit RunCut(const Problem& problem) {
    const AlphaMap map = alpha_map(problem);
    count_ = map.count;
    length_ = map.count == 1 ? problem.shape.elements() : map.inner;
    runs_ = problem.shape.elements() / length_;
    pieces_per_run_ = ceil_div(length_, kPiece);
    piece_ = ceil_div(length_, pieces_per_run_);
    // Only a run's last piece ends in a part of a vector.
    if (pieces_per_run_ > 1) piece_ = ceil_div(piece_, kAlignment) * kAlignment;
  }

  std::int64_t items() const { return runs_ * pieces_per_run_; }

  /// Partial sums of each slope.
  std::int64_t slices() const { return ceil_div(runs_, count_) * pieces_per_run_; }

  Piece piece(std::int64_t item) const {
    const std::int64_t run = item / pieces_per_run_;
    const std::int64_t in_run = item % pieces_per_run_;
    const std::int64_t begin = std::min(length_, in_run * piece_);
    return {.begin = run * length_ + begin,
            .count = std::min(length_ - begin, piece_),
            .slope = run % count_,
            .slice = run / count_ * pieces_per_run_ + in_run};
  }

 private:
  static constexpr std::int64_t kAlignment = 64;
  std::int64_t count_;
  std::int64_t length_;
  std::int64_t runs_;
  std::int64_t pieces_per_run_;
  std::int64_t piece_;
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
      length_ = kTile / period * period;
      tiles_ = 1;
      stride_ = length_;
    } else {  // a period is made of tiles, each of whole runs
      tiles_ = ceil_div(period, kTile);
      length_ = ceil_div(map_.count, tiles_) * map_.inner;
      if (length_ > kTile) length_ = kTile / map_.inner * map_.inner;
      tiles_ = ceil_div(period, length_);
      stride_ = period;
    }
    const std::int64_t repetitions = ceil_div(elements_, stride_);
    per_slice_ =
        std::clamp(ceil_div(repetitions * tiles_, kWantedItems), kLeastPerSlice, kMostTermsInSum);
    slices_ = ceil_div(repetitions, per_slice_);
  }

  std::int64_t items() const { return slices_ * tiles_; }
  std::int64_t slices() const { return slices_; }
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

  /// Offset and number of the elements of one repetition.
  std::int64_t begin(const Tile& tile, std::int64_t repetition) const {
    return tile.begin + repetition * stride_;
  }
  std::int64_t count(const Tile& tile, std::int64_t repetition) const {
    return std::min(length(tile), elements_ - begin(tile, repetition));
  }

 private:
  /// Enough for many cores; fewer repetitions a slice than the least would make expanding the
  /// slopes, and writing partial sums, a cost of its own.
  static constexpr std::int64_t kWantedItems = 128;
  static constexpr std::int64_t kLeastPerSlice = 8;

  AlphaMap map_;
  std::int64_t elements_;
  std::int64_t length_;
  std::int64_t tiles_;
  std::int64_t stride_;
  std::int64_t per_slice_;
  std::int64_t slices_;
};

}  // namespace prelu::cpu
