// From the points of a series to the changes that people are told of.
#include "trend.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "change_points.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

/// Steps in one direction with a level of fewer commits between them are one change: a creep, which
/// has no levels, is cut into stairs.
constexpr std::size_t kShortLevel = 8;

/// The beginnings of all levels, and the end.
using Cuts = std::vector<std::size_t>;

double level(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  return median(std::span(values).subspan(begin, end - begin));
}

/// Takes out the smallest step below the threshold, as long as there is one.
void drop_small_steps(const std::vector<double>& values, Cuts& cuts, double threshold) {
  while (cuts.size() > 2) {
    std::size_t smallest = 0;
    double step = std::log1p(threshold);
    for (std::size_t i = 1; i + 1 < cuts.size(); ++i) {
      const double change =
          std::abs(level(values, cuts[i], cuts[i + 1]) - level(values, cuts[i - 1], cuts[i]));
      if (change < step) {
        step = change;
        smallest = i;
      }
    }
    if (smallest == 0) return;
    cuts.erase(cuts.begin() + static_cast<std::ptrdiff_t>(smallest));
  }
}

bool same_direction(const std::vector<double>& values, const Cuts& cuts, std::size_t i) {
  const double before = level(values, cuts[i - 1], cuts[i]);
  const double between = level(values, cuts[i], cuts[i + 1]);
  const double after = level(values, cuts[i + 1], cuts[i + 2]);
  return (before < between) == (between < after);
}

}  // namespace

Trend find_changes(Series series, double threshold) {
  Trend trend{.series = std::move(series)};
  std::vector<double> values;
  values.reserve(trend.series.points.size());
  for (const TrendPoint& point : trend.series.points) values.push_back(std::log(point.median_us));
  if (values.size() < 2) return trend;
  const double scale = noise_scale(values);
  trend.noise = std::expm1(scale);
  values = without_outliers(values, scale);
  Cuts cuts{0};
  for (const std::size_t cut : change_points(values, scale)) cuts.push_back(cut);
  cuts.push_back(values.size());
  drop_small_steps(values, cuts, threshold);
  for (std::size_t first = 1, last = 1; first + 1 < cuts.size(); first = last + 1) {
    last = first;
    while (last + 2 < cuts.size() && cuts[last + 1] - cuts[last] < kShortLevel &&
           same_direction(values, cuts, last)) {
      ++last;
    }
    const Transition found = transition(values, cuts[first - 1], cuts[last + 1], scale);
    trend.changes.push_back({.last_before = std::min(found.last_before, cuts[first] - 1),
                             .first_after = std::max(found.first_after, cuts[last]),
                             .before_us = std::exp(found.before),
                             .after_us = std::exp(found.after)});
  }
  return trend;
}

bool slower_now(const std::vector<Trend>& trends) {
  return std::ranges::any_of(trends, [](const Trend& trend) {
    return !trend.changes.empty() && trend.changes.back().ratio() > 1;
  });
}

}  // namespace prelu::reports
