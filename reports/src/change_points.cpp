#include "change_points.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <vector>

#include "statistics.hpp"

namespace prelu::reports {
namespace {

/// Of a penalty, in deviations of the noise: how much a cut must save. trend_simulation_test says
/// what comes of it.
constexpr double kPenalty = 8;
constexpr double kPenaltyOfLength = 0.5;
/// Likewise: how much worse a place may be than the best and still hold the change, and how much
/// better a ramp must be than a step.
constexpr double kSlack = 2;
constexpr double kRampPenalty = 3;
constexpr std::size_t kLongestRamp = 60;

/// The sum of distances from the median, number by number.
class MedianCost {
 public:
  void add(double value) {
    if (lower_.empty() || value <= lower_.top()) {
      lower_.push(value);
      lower_sum_ += value;
    } else {
      upper_.push(value);
      upper_sum_ += value;
    }
    // The lower half has as many numbers as the upper, or one more.
    if (lower_.size() > upper_.size() + 1) {
      move(lower_, lower_sum_, upper_, upper_sum_);
    } else if (upper_.size() > lower_.size()) {
      move(upper_, upper_sum_, lower_, lower_sum_);
    }
  }

  double median() const { return lower_.top(); }

  double cost() const {
    const double surplus = lower_.size() > upper_.size() ? lower_.top() : 0;
    return upper_sum_ - (lower_sum_ - surplus);
  }

 private:
  template <class From, class To>
  static void move(From& from, double& from_sum, To& to, double& to_sum) {
    const double value = from.top();
    from.pop();
    to.push(value);
    from_sum -= value;
    to_sum += value;
  }

  std::priority_queue<double> lower_;
  std::priority_queue<double, std::vector<double>, std::greater<>> upper_;
  double lower_sum_ = 0;
  double upper_sum_ = 0;
};

struct Level {
  double cost = 0;
  double median = 0;
};

/// Of the first, the first two, ... values.
std::vector<Level> levels_of_beginnings(std::span<const double> values) {
  std::vector<Level> levels;
  MedianCost cost;
  for (const double value : values) {
    cost.add(value);
    levels.push_back({.cost = cost.cost(), .median = cost.median()});
  }
  return levels;
}

/// The ends of a part of a series: before[i] of its values up to i, after[i] of those from i on.
struct Ends {
  explicit Ends(std::span<const double> part) : values(part), before(levels_of_beginnings(part)) {
    std::vector<double> backwards(part.begin(), part.end());
    std::ranges::reverse(backwards);
    after = levels_of_beginnings(backwards);
    std::ranges::reverse(after);
  }

  double cost_of_step(std::size_t cut) const { return before[cut - 1].cost + after[cut].cost; }

  double cost_of_ramp(std::size_t last_before, std::size_t first_after) const {
    const Level& low = before[last_before];
    const Level& high = after[first_after];
    const double slope =
        (high.median - low.median) / static_cast<double>(first_after - last_before);
    double cost = low.cost + high.cost;
    for (std::size_t i = last_before + 1; i < first_after; ++i) {
      const double expected = low.median + slope * static_cast<double>(i - last_before);
      cost += std::abs(values[i] - expected);
    }
    return cost;
  }

  std::span<const double> values;
  std::vector<Level> before;
  std::vector<Level> after;
};

struct Fit {
  double cost = std::numeric_limits<double>::infinity();
  std::size_t last_before = 0;
  std::size_t first_after = 1;
};

Fit best_step(const Ends& ends, double slack) {
  Fit fit;
  const std::size_t n = ends.values.size();
  for (std::size_t cut = 1; cut < n; ++cut) fit.cost = std::min(fit.cost, ends.cost_of_step(cut));
  fit.last_before = n;
  for (std::size_t cut = 1; cut < n; ++cut) {
    if (ends.cost_of_step(cut) > fit.cost + slack) continue;
    fit.last_before = std::min(fit.last_before, cut - 1);
    fit.first_after = cut;
  }
  return fit;
}

Fit best_ramp(const Ends& ends) {
  Fit fit;
  const std::size_t n = ends.values.size();
  for (std::size_t before = 0; before < n; ++before) {
    for (std::size_t after = before + 2; after < std::min(n, before + kLongestRamp); ++after) {
      const double cost = ends.cost_of_ramp(before, after);
      if (cost < fit.cost) fit = {.cost = cost, .last_before = before, .first_after = after};
    }
  }
  return fit;
}

}  // namespace

double noise_scale(std::span<const double> values) {
  constexpr double kLeast = 0.001;
  constexpr double kNormal = 1.4826;  // median absolute deviation to standard deviation
  std::vector<double> differences;
  for (std::size_t i = 1; i < values.size(); ++i) differences.push_back(values[i] - values[i - 1]);
  const double middle = median(differences);
  for (double& difference : differences) difference = std::abs(difference - middle);
  return std::max(kLeast, kNormal * median(differences) / std::sqrt(2.0));
}

std::vector<std::size_t> optimal_cuts(std::span<const double> values, double penalty) {
  const std::size_t n = values.size();
  if (n < 2 * kLeastSegment) return {};
  // best[end]: the least cost of the values before `end`; from[end]: where its last segment begins.
  std::vector<double> best(n + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> from(n + 1, 0);
  best[0] = -penalty;
  for (std::size_t end = kLeastSegment; end <= n; ++end) {
    MedianCost segment;
    for (std::size_t begin = end; begin-- > 0;) {
      segment.add(values[begin]);
      if (end - begin < kLeastSegment) continue;
      const double cost = best[begin] + segment.cost() + penalty;
      if (cost < best[end]) {
        best[end] = cost;
        from[end] = begin;
      }
    }
  }
  std::vector<std::size_t> cuts;
  for (std::size_t end = from[n]; end > 0; end = from[end]) cuts.push_back(end);
  std::ranges::reverse(cuts);
  return cuts;
}

std::vector<std::size_t> change_points(std::span<const double> values, double scale) {
  if (values.size() < 2 * kLeastSegment) return {};
  const double length = std::log(static_cast<double>(values.size()));
  return optimal_cuts(values, (kPenalty + kPenaltyOfLength * length) * scale);
}

std::vector<double> without_outliers(std::span<const double> values, double scale) {
  constexpr std::size_t kNeighbours = 3;  // on either side
  constexpr double kFar = 4;
  std::vector<double> filtered;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t begin = i - std::min(i, kNeighbours);
    const std::size_t end = std::min(values.size(), i + kNeighbours + 1);
    const double middle = median(values.subspan(begin, end - begin));
    filtered.push_back(std::clamp(values[i], middle - kFar * scale, middle + kFar * scale));
  }
  return filtered;
}

Transition transition(std::span<const double> values, std::size_t begin, std::size_t end,
                      double scale) {
  const Ends ends(values.subspan(begin, end - begin));
  const Fit step = best_step(ends, kSlack * scale);
  const Fit ramp = best_ramp(ends);
  const Fit& fit = ramp.cost + kRampPenalty * scale < step.cost ? ramp : step;
  return {.last_before = begin + fit.last_before,
          .first_after = begin + fit.first_after,
          .before = ends.before[fit.last_before].median,
          .after = ends.after[fit.first_after].median};
}

}  // namespace prelu::reports
