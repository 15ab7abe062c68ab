// Order statistics of samples.
#pragma once

#include <cstddef>
#include <span>

namespace prelu::reports {

struct Interval {
  double median = 0;
  double low = 0;
  double high = 0;
};

/// The middle sample, or the mean of the two in the middle. Throws std::invalid_argument when there
/// is none.
double median(std::span<const double> samples);

/// The median and a confidence interval of at least 95 % for it, from order statistics: it assumes
/// nothing of the distribution. The interval [x(k), x(n-k+1)] misses the median with probability
/// 2 P(Binomial(n, 1/2) < k); k is the largest that keeps this at or below 5 % (Conover, Practical
/// Nonparametric Statistics, section 3.2). With fewer than six samples no such k exists, and the
/// interval is the whole range.
Interval median_interval(std::span<const double> samples);

}  // namespace prelu::reports
