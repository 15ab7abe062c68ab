// How often trend tells of a change where there is none, and how often it finds one that there is:
// thousands of series, drawn with what disturbs real ones. What each test prints stands in
// reports/README.md.
#include <gtest/gtest.h>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>

#include "random.hpp"
#include "trend.hpp"

namespace prelu::reports {
namespace {

/// All shares of a time.
struct Noise {
  double deviation = 0.01;  ///< between commits
  double slow = 0;          ///< how many commits are in another mode,
  double slow_by = 0.03;    ///< and how much slower that is
  double outliers = 0;      ///< how many commits something else disturbed, by 30 %
};

/// A report a commit, as the gate's simulation has its processes, and a busy machine.
constexpr Noise kUsual{.slow = 0.2};
constexpr Noise kBusy{.slow = 0.2, .outliers = 0.05};
/// A point that is the median of the ten processes of a gate.
constexpr Noise kMedian{.deviation = 0.004};

class Drawn {
 public:
  explicit Drawn(const Noise& noise) : noise_(noise) {}

  template <class Shape>
  Series series(int commits, Shape shape) {
    constexpr double kOutlier = 1.3;
    Series series;
    for (int i = 0; i < commits; ++i) {
      double us = 100 * shape(i) * (1 + noise_.deviation * normal());
      if (random_.uniform() < noise_.slow) us *= 1 + noise_.slow_by;
      if (random_.uniform() < noise_.outliers) us *= kOutlier;
      series.points.push_back({.median_us = us});
    }
    return series;
  }

 private:
  double normal() {  // Box and Muller
    const double radius = std::sqrt(-2 * std::log(1 - random_.uniform()));
    return radius * std::cos(2 * std::numbers::pi * random_.uniform());
  }

  Noise noise_;
  Random random_{1};
};

constexpr double kThreshold = 0.01;

double flat(int /*commit*/) { return 1; }

/// 20 commits, then ten that are each 0.5 % slower than the one before, then 20.
double creep(int commit) { return 1 + 0.005 * std::clamp(commit - 19, 0, 10); }

double false_alarms(const char* what, const Noise& noise, int commits) {
  constexpr int kSeries = 4000;
  Drawn drawn(noise);
  int alarms = 0;
  for (int i = 0; i < kSeries; ++i) {
    alarms += find_changes(drawn.series(commits, flat), kThreshold).changes.empty() ? 0 : 1;
  }
  const double share = static_cast<double>(alarms) / kSeries;
  std::cout << what << ", " << commits << " commits: a false alarm in " << 100 * share << " % of "
            << kSeries << " series\n";
  return share;
}

struct Power {
  double found = 0;    ///< told as one change for the worse,
  double covered = 0;  ///< and the commits that are named hold it: of those found
};

/// A change that begins after `last_before` and is over at `first_after`.
template <class Shape>
Power power(const char* what, const Noise& noise, int commits, Shape shape, std::size_t last_before,
            std::size_t first_after) {
  constexpr int kSeries = 1000;
  Drawn drawn(noise);
  int found = 0;
  int covered = 0;
  for (int i = 0; i < kSeries; ++i) {
    const Trend trend = find_changes(drawn.series(commits, shape), kThreshold);
    if (trend.changes.size() != 1 || trend.changes[0].ratio() < 1) continue;
    ++found;
    covered +=
        trend.changes[0].last_before <= last_before && trend.changes[0].first_after >= first_after
            ? 1
            : 0;
  }
  const Power power{.found = static_cast<double>(found) / kSeries,
                    .covered = static_cast<double>(covered) / found};
  std::cout << what << ": found in " << 100 * power.found << " % of " << kSeries
            << ", within the commits named in " << 100 * power.covered << " % of these\n";
  return power;
}

template <class Shape>
Power power_of_step(const char* what, const Noise& noise, int after, Shape slower) {
  return power(
      what, noise, 20 + after, [&](int i) { return i < 20 ? 1 : slower; }, 19, 20);
}

TEST(TrendSimulation, RaisesFewFalseAlarms) {
  for (const int commits : {20, 50, 100}) {
    EXPECT_LE(false_alarms("usual", kUsual, commits), 0.01);
    EXPECT_LE(false_alarms("busy", kBusy, commits), 0.02);
    EXPECT_LE(false_alarms("medians of ten", kMedian, commits), 0.001);
  }
  EXPECT_LE(false_alarms("usual", kUsual, 10), 0.02);
}

TEST(TrendSimulation, FindsACreepOfHalfAPercentOverTenCommits) {
  EXPECT_GE(power("creep, usual", kUsual, 50, creep, 29, 20).found, 0.95);
  EXPECT_GE(power("creep, busy", kBusy, 50, creep, 29, 20).found, 0.95);
  // Here also the first and the last of the ten commits are to be told, give or take two.
  const Power medians = power("creep, medians of ten", kMedian, 50, creep, 21, 27);
  EXPECT_GE(medians.found, 0.99);
  EXPECT_GE(medians.covered, 0.9);
  EXPECT_GE(power("creep just over, medians of ten", kMedian, 30, creep, 21, 27).found, 0.99);
}

TEST(TrendSimulation, FindsAStepSoonAfterIt) {
  const Power soon = power_of_step("5 %, 3 commits after, medians of ten", kMedian, 3, 1.05);
  EXPECT_GE(soon.found, 0.99);
  EXPECT_GE(soon.covered, 0.99);
  EXPECT_GE(power_of_step("2 %, 10 commits after, medians of ten", kMedian, 10, 1.02).found, 0.95);
  EXPECT_GE(power_of_step("5 %, 5 commits after, usual", kUsual, 5, 1.05).found, 0.7);
  const Power usual = power_of_step("5 %, 10 commits after, usual", kUsual, 10, 1.05);
  EXPECT_GE(usual.found, 0.95);
  EXPECT_GE(usual.covered, 0.9);
  EXPECT_GE(power_of_step("5 %, 10 commits after, busy", kBusy, 10, 1.05).found, 0.9);
  EXPECT_GE(power_of_step("10 %, 3 commits after, usual", kUsual, 3, 1.1).found, 0.95);
}

}  // namespace
}  // namespace prelu::reports
