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

/// Sides of equally many processes are taken to have run in turns: the median over the turns of the
/// ratio of the two medians. What slows the machine down for some seconds slows both of a turn, and
/// is in no ratio. Else the ratio of the sides' medians. Neither side may be empty.
double ratio_estimate(const Side& baseline, const Side& candidate);

/// That estimate, with its interval by the percentile bootstrap. Turns (or processes, each side's
/// own) are drawn with replacement, then blocks within each process: times differ more between
/// processes than within one, and an interval from blocks alone would be far too narrow. The same
/// seed gives the same interval.
Ratio bootstrap_ratio(const Side& baseline, const Side& candidate, std::uint64_t seed);

}  // namespace prelu::reports
