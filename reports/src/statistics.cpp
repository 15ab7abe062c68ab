#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace prelu::reports {
namespace {

double median_of_sorted(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

std::vector<double> sorted_copy(std::span<const double> samples) {
  if (samples.empty()) throw std::invalid_argument("the median of no samples");
  std::vector<double> sorted(samples.begin(), samples.end());
  std::ranges::sort(sorted);
  return sorted;
}

/// P(Binomial(n, 1/2) = k).
double binomial(std::size_t n, std::size_t k) {
  const auto count = static_cast<double>(n);
  const auto i = static_cast<double>(k);
  return std::exp(std::lgamma(count + 1) - std::lgamma(i + 1) - std::lgamma(count - i + 1) -
                  count * std::log(2.0));
}

struct Bound {
  std::size_t rank = 1;
  double missed = 0;  ///< P(Binomial(n, 1/2) < rank)
};

/// The largest rank that leaves at most half of 5 % below it, or else 1.
Bound rank_of_bound(std::size_t n) {
  constexpr double kTail = (1 - kConfidence) / 2;
  Bound bound{.rank = 1, .missed = binomial(n, 0)};
  for (; bound.rank < n / 2; ++bound.rank) {
    const double more = bound.missed + binomial(n, bound.rank);
    if (more > kTail) break;
    bound.missed = more;
  }
  return bound;
}

}  // namespace

double median(std::span<const double> samples) {
  if (samples.empty()) throw std::invalid_argument("the median of no samples");
  std::vector<double> values(samples.begin(), samples.end());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

double quantile(std::span<const double> samples, double p) {
  const std::vector<double> sorted = sorted_copy(samples);
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

Interval median_interval(std::span<const double> samples) {
  const std::vector<double> sorted = sorted_copy(samples);
  const Bound bound = rank_of_bound(sorted.size());
  return {.median = median_of_sorted(sorted),
          .low = sorted[bound.rank - 1],
          .high = sorted[sorted.size() - bound.rank],
          .confidence = std::max(0.0, 1 - 2 * bound.missed)};
}

double mann_whitney_p(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 1;
  struct Ranked {
    double value;
    bool of_a;
  };
  std::vector<Ranked> all;
  for (const double value : a) all.push_back({value, true});
  for (const double value : b) all.push_back({value, false});
  std::ranges::sort(all, {}, &Ranked::value);

  const auto n = static_cast<double>(all.size());
  const auto n_a = static_cast<double>(a.size());
  const auto n_b = static_cast<double>(b.size());
  double rank_sum = 0;  // of a
  double ties = 0;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    double of_a = 0;
    for (; end < all.size() && all[end].value == all[i].value; ++end) of_a += all[end].of_a ? 1 : 0;
    const auto tied = static_cast<double>(end - i);
    // Equal values share the mean of their ranks, which count from 1.
    rank_sum += of_a * (static_cast<double>(i + end + 1) / 2);
    ties += tied * tied * tied - tied;
    i = end;
  }
  const double u = rank_sum - n_a * (n_a + 1) / 2;
  const double mean = n_a * n_b / 2;
  const double deviation = std::sqrt(n_a * n_b / 12 * ((n + 1) - ties / (n * (n - 1))));
  if (!(deviation > 0)) return 1;  // all are equal
  constexpr double kContinuity = 0.5;
  const double z = std::max(0.0, std::abs(u - mean) - kContinuity) / deviation;
  return std::erfc(z / std::sqrt(2.0));
}

}  // namespace prelu::reports
