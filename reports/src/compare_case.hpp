// One case, timed on both sides: how much it changed, and what may be said of that.
#pragma once

#include <cstdint>
#include <optional>

#include "bootstrap.hpp"

namespace prelu::reports {

enum class Change { same, faster, slower, inconclusive };

/// What a case's threshold follows from.
struct ThresholdParts {
  double baseline_us = 0;
  double clock_resolution_us = 0;
  std::optional<double> noise;  ///< the 99th percentile of its differences against itself
};

/// The smallest relative change that counts: 2 %, or 5 % below 10 us, or the case's own noise, or
/// one tick of the clock, whichever is largest.
double threshold_for(const ThresholdParts& parts);

/// Slower: the estimate is above 1 + threshold, and the interval above 1. Faster: the other way
/// round. Same: the interval lies within the threshold. Else inconclusive.
Change judge(const Ratio& ratio, double threshold);

/// The slow-down that would have been called slower, had the estimate lain that far above 1 with an
/// interval as wide as this one.
double smallest_detectable(const Ratio& ratio, double threshold);

/// Both sides of one case.
struct TimedPair {
  Side baseline;
  Side candidate;
  double ceiling_ratio = 1;  ///< how far the copy sampled beside it moved; 1 where there was none
  double clock_resolution_us = 0;
  std::optional<double> noise;
};

struct Difference {
  double baseline_us = 0;
  double candidate_us = 0;
  Ratio ratio;
  double p = 1;  ///< of the U test, for who expects it; no verdict depends on it
  double threshold = 0;
  double detectable = 0;
  double ceiling_ratio = 1;  ///< how far the ceiling moved
  Change change = Change::inconclusive;
  bool ambiguous = false;  ///< the ceiling moved so far that without it the verdict is another

  friend bool operator==(const Difference&, const Difference&) = default;
};

Difference difference(const TimedPair& pair, std::uint64_t seed);

}  // namespace prelu::reports
