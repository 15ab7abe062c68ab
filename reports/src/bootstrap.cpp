#include "bootstrap.hpp"

#include <algorithm>
#include <cmath>

#include "random.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

constexpr int kResamples = 1000;

/// The median of `values`, whose order is lost. As statistics.hpp's, without a copy and a full
/// sort.
double take_median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// The median of one resample; `drawn` is memory to use again.
double resampled_median(const Side& side, Random& random, std::vector<double>& drawn) {
  drawn.clear();
  for (std::size_t i = 0; i < side.size(); ++i) {
    const std::vector<double>& blocks = side[random.below(side.size())];
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      drawn.push_back(blocks[random.below(blocks.size())]);
    }
  }
  return take_median(drawn);
}

}  // namespace

double side_median(const Side& side) {
  std::vector<double> all;
  for (const std::vector<double>& blocks : side)
    all.insert(all.end(), blocks.begin(), blocks.end());
  return median(all);
}

Ratio bootstrap_ratio(const Side& baseline, const Side& candidate, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> drawn;
  std::vector<double> log_ratios(kResamples);
  for (double& log_ratio : log_ratios) {
    const double of_baseline = resampled_median(baseline, random, drawn);
    const double of_candidate = resampled_median(candidate, random, drawn);
    log_ratio = std::log(of_candidate / of_baseline);
  }
  constexpr double kTail = (1 - kConfidence) / 2;
  return {.estimate = side_median(candidate) / side_median(baseline),
          .low = std::exp(quantile(log_ratios, kTail)),
          .high = std::exp(quantile(log_ratios, 1 - kTail))};
}

}  // namespace prelu::reports
