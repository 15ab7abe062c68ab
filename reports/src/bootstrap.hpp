// How far two sides of a comparison differ, and how sure that is.
#pragma once

#include <cstdint>
#include <vector>

namespace prelu::reports {

/// The times of one side: for each process those of its blocks. No process is without blocks.
using Side = std::vector<std::vector<double>>;

/// The median over the blocks of all processes.
double side_median(const Side& side);

/// Candidate over baseline: above 1 is slower.
struct Ratio {
  double estimate = 1;
  double low = 1;  ///< of the 95 % interval
  double high = 1;

  friend bool operator==(const Ratio&, const Ratio&) = default;
};

/// The ratio of the medians, with its interval by the percentile bootstrap. Processes are drawn
/// with replacement, then blocks within each: times differ more between processes than within one,
/// and an interval from blocks alone would be far too narrow. The same seed gives the same
/// interval. Neither side may be empty.
Ratio bootstrap_ratio(const Side& baseline, const Side& candidate, std::uint64_t seed);

}  // namespace prelu::reports
