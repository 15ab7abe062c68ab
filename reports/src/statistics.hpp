// Order statistics of samples, and what is asked of two sets of them.
#pragma once

#include <cstddef>
#include <span>

namespace prelu::reports {

struct Interval {
  double median = 0;
  double low = 0;
  double high = 0;
  double confidence = 0;  ///< with which [low, high] holds the median
};

/// What the interval of a median aims at.
inline constexpr double kConfidence = 0.95;

/// The middle sample, or the mean of the two in the middle. Throws std::invalid_argument when there
/// is none.
double median(std::span<const double> samples);

/// The value below which the share `p` of the samples lies, interpolated between neighbours (type 7
/// of Hyndman and Fan, NumPy's default). Throws std::invalid_argument when there is none.
double quantile(std::span<const double> samples, double p);

/// The median and a confidence interval of at least 95 % for it, from order statistics: it assumes
/// nothing of the distribution. The interval [x(k), x(n-k+1)] misses the median with probability
/// 2 P(Binomial(n, 1/2) < k); k is the largest that keeps this at or below 5 % (Conover, Practical
/// Nonparametric Statistics, section 3.2). With fewer than six samples no such k exists: the
/// interval is the whole range, and its confidence is below 95 %.
Interval median_interval(std::span<const double> samples);

/// The probability, were both of one distribution, that their ranks differ as much as these do:
/// Mann and Whitney's U test, two-sided, by the normal approximation with corrections for ties and
/// for continuity. 1 where either has no samples.
double mann_whitney_p(std::span<const double> a, std::span<const double> b);

}  // namespace prelu::reports
