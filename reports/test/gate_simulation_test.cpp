// The gate, measured: how often it cries wolf, and how often it sleeps. Thousands of pairs of times
// are drawn, with what disturbs real ones, and judged twice, as gate.sh has it: what is slower is
// measured again. What each test prints stands in reports/README.md.
#include <gtest/gtest.h>

#include <iomanip>
#include <iostream>

#include "compare_case.hpp"
#include "synthetic.hpp"

namespace prelu::reports {
namespace {

constexpr int kDefault = 10;  // processes a side, as gate.sh has them
constexpr int kThorough = 30;

/// One process in five in a mode 3 % slower, 1 % between processes, 0.5 % within.
constexpr Noise kUsual{};
/// And a busy machine that drifts, timed by a coarse clock.
constexpr Noise kBusy{.outliers = 0.05, .drift = 0.03, .tick = 0.002};

bool is_slower(const TimedPair& pair) {
  // The interval takes long; where the estimate is within the threshold, nothing depends on it.
  const double ratio = side_median(pair.candidate) / side_median(pair.baseline);
  if (ratio <= 1 + threshold_for({.baseline_us = side_median(pair.baseline)})) return false;
  return difference(pair, 1).change == Change::slower;
}

bool is_regression(Synthetic& synthetic, int processes, double slower) {
  return is_slower(synthetic.pair(processes, slower)) &&
         is_slower(synthetic.pair(processes, slower));
}

/// The share of `pairs` in which the gate finds a slow-down.
double power(const Noise& noise, int processes, double slower, int pairs) {
  Synthetic synthetic(noise, 1);
  int found = 0;
  for (int i = 0; i < pairs; ++i) found += is_regression(synthetic, processes, slower) ? 1 : 0;
  const double share = static_cast<double>(found) / pairs;
  std::cout << std::setw(4) << processes << " processes, " << 100 * slower << " % slower: found in "
            << 100 * share << " % of " << pairs << '\n';
  return share;
}

/// The share of suites of 200 cases, none of them slower, in which the gate finds a slow-down.
double false_alarms(const Noise& noise, int processes, int suites) {
  constexpr int kCases = 200;
  Synthetic synthetic(noise, 1);
  int alarms = 0;
  for (int suite = 0; suite < suites; ++suite) {
    bool alarm = false;
    for (int i = 0; i < kCases; ++i) alarm |= is_regression(synthetic, processes, 0);
    alarms += alarm ? 1 : 0;
  }
  const double share = static_cast<double>(alarms) / suites;
  std::cout << std::setw(4) << processes << " processes: a false alarm in " << 100 * share
            << " % of " << suites << " suites of " << kCases << " cases\n";
  return share;
}

TEST(GateSimulation, RaisesAFalseAlarmInAtMostOneSuiteInAHundred) {
  EXPECT_LE(false_alarms(kUsual, kDefault, 1000), 0.01);
}

TEST(GateSimulation, RaisesFewFalseAlarmsOnABusyMachineToo) {
  EXPECT_LE(false_alarms(kBusy, kDefault, 500), 0.01);
}

TEST(GateSimulation, RaisesFewFalseAlarmsWhereItIsThorough) {
  EXPECT_LE(false_alarms(kUsual, kThorough, 200), 0.01);
}

TEST(GateSimulation, FindsASlowDownOfFivePercent) {
  EXPECT_GE(power(kUsual, kDefault, 0.05, 1000), 0.99);
}

TEST(GateSimulation, FindsOneOfThreePercentWhereItIsThorough) {
  EXPECT_GE(power(kUsual, kThorough, 0.03, 600), 0.95);
}

TEST(GateSimulation, FindsOneOfFivePercentOnABusyMachine) {
  EXPECT_GE(power(kBusy, kDefault, 0.05, 500), 0.95);
}

// What lies below the threshold is no regression, however sure; what lies far above is always one.
TEST(GateSimulation, FindsWhatIsLargeAndLeavesWhatIsSmall) {
  EXPECT_LE(power(kUsual, kDefault, 0.01, 500), 0.05);
  EXPECT_GE(power(kUsual, kDefault, 0.03, 300), 0.7);
  EXPECT_EQ(power(kUsual, kDefault, 0.10, 300), 1);
  EXPECT_LE(power(kUsual, kThorough, 0.01, 200), 0.02);
  EXPECT_EQ(power(kUsual, kThorough, 0.05, 100), 1);
}

// One round would not do: this is what measuring again is for.
TEST(GateSimulation, WouldRaiseFarMoreFalseAlarmsInASingleRound) {
  Synthetic synthetic(kUsual, 1);
  constexpr int kPairs = 5000;
  int slower = 0;
  for (int i = 0; i < kPairs; ++i) slower += is_slower(synthetic.pair(kDefault, 0)) ? 1 : 0;
  EXPECT_GT(slower, kPairs / 1000);  // of 200 cases: one suite in five at least
}

}  // namespace
}  // namespace prelu::reports
