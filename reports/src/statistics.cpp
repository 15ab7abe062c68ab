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

/// The largest k with 2 P(Binomial(n, 1/2) < k) <= 0.05, or 0.
std::size_t rank_of_bound(std::size_t n) {
  constexpr double kTail = 0.025;
  const auto count = static_cast<double>(n);
  double below = 0;
  std::size_t k = 0;
  for (; k < n / 2; ++k) {
    const auto i = static_cast<double>(k);
    below += std::exp(std::lgamma(count + 1) - std::lgamma(i + 1) - std::lgamma(count - i + 1) -
                      count * std::log(2.0));
    if (below > kTail) break;
  }
  return k;
}

}  // namespace

double median(std::span<const double> samples) { return median_of_sorted(sorted_copy(samples)); }

Interval median_interval(std::span<const double> samples) {
  const std::vector<double> sorted = sorted_copy(samples);
  const std::size_t rank = std::max<std::size_t>(rank_of_bound(sorted.size()), 1);
  return {.median = median_of_sorted(sorted),
          .low = sorted[rank - 1],
          .high = sorted[sorted.size() - rank]};
}

}  // namespace prelu::reports
