#include "compare_case.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "statistics.hpp"

namespace prelu::reports {
namespace {

/// What the U test ranks: processes, because blocks of one process are not independent. Where a
/// side has one process only, its blocks are all there is.
std::vector<double> ranked(const Side& side) {
  if (side.size() == 1) return side.front();
  std::vector<double> medians;
  for (const std::vector<double>& blocks : side) medians.push_back(median(blocks));
  return medians;
}

}  // namespace

double threshold_for(const ThresholdParts& parts) {
  constexpr double kShortUs = 10;
  constexpr double kLeast = 0.02;
  constexpr double kLeastWhereShort = 0.05;
  const double least = parts.baseline_us < kShortUs ? kLeastWhereShort : kLeast;
  return std::max({least, parts.clock_resolution_us / parts.baseline_us, parts.noise.value_or(0)});
}

Change judge(const Ratio& ratio, double threshold) {
  const double most = 1 + threshold;
  if (ratio.estimate > most && ratio.low > 1) return Change::slower;
  if (ratio.estimate < 1 / most && ratio.high < 1) return Change::faster;
  if (ratio.low > 1 / most && ratio.high < most) return Change::same;
  return Change::inconclusive;
}

double smallest_detectable(const Ratio& ratio, double threshold) {
  return std::max(threshold, ratio.estimate / ratio.low - 1);
}

Difference difference(const TimedPair& pair, std::uint64_t seed) {
  Difference result{.baseline_us = side_median(pair.baseline),
                    .candidate_us = side_median(pair.candidate),
                    .ratio = bootstrap_ratio(pair.baseline, pair.candidate, seed),
                    .p = mann_whitney_p(ranked(pair.baseline), ranked(pair.candidate))};
  result.threshold = threshold_for({.baseline_us = result.baseline_us,
                                    .clock_resolution_us = pair.clock_resolution_us,
                                    .noise = pair.noise});
  result.detectable = smallest_detectable(result.ratio, result.threshold);
  result.change = judge(result.ratio, result.threshold);
  // A machine that became slower slows the copy too: what remains without that must say the same.
  const double moved = result.ceiling_ratio = pair.ceiling_ratio;
  const Ratio without{.estimate = result.ratio.estimate / moved,
                      .low = result.ratio.low / moved,
                      .high = result.ratio.high / moved};
  result.ambiguous = std::abs(std::log(moved)) > std::log1p(result.threshold) &&
                     judge(without, result.threshold) != result.change;
  return result;
}

}  // namespace prelu::reports
