// When a change is called one.
#include "compare_case.hpp"

#include <gtest/gtest.h>

namespace prelu::reports {
namespace {

constexpr double kThreshold = 0.02;

/// Both sides of `processes` processes without noise, the candidate `slower` by that share.
TimedPair quiet_pair(double slower) {
  TimedPair pair;
  for (int i = 0; i < 6; ++i) {
    pair.baseline.push_back({100, 100});
    pair.candidate.push_back({100 * (1 + slower), 100 * (1 + slower)});
  }
  return pair;
}

TEST(Threshold, IsTwoPercentOrFiveBelowTenMicroseconds) {
  EXPECT_EQ(threshold_for({.baseline_us = 10}), 0.02);
  EXPECT_EQ(threshold_for({.baseline_us = 9.9}), 0.05);
}

TEST(Threshold, IsTheCasesOwnNoiseOrATickOfTheClockWhereThatIsMore) {
  EXPECT_EQ(threshold_for({.baseline_us = 100, .noise = 0.031}), 0.031);
  EXPECT_EQ(threshold_for({.baseline_us = 100, .noise = 0.001}), 0.02);
  EXPECT_EQ(threshold_for({.baseline_us = 10, .clock_resolution_us = 0.5}), 0.05);
  EXPECT_EQ(threshold_for({.baseline_us = 2, .clock_resolution_us = 0.5}), 0.25);
}

TEST(Judge, CallsSlowerOnlyWhatIsAboveTheThresholdAndSurelyAboveOne) {
  EXPECT_EQ(judge({.estimate = 1.03, .low = 1.001, .high = 1.06}, kThreshold), Change::slower);
  EXPECT_EQ(judge({.estimate = 1.03, .low = 0.999, .high = 1.06}, kThreshold),
            Change::inconclusive);
  EXPECT_EQ(judge({.estimate = 1.019, .low = 1.001, .high = 1.04}, kThreshold),
            Change::inconclusive);
}

TEST(Judge, CallsFasterTheOtherWayRound) {
  EXPECT_EQ(judge({.estimate = 0.97, .low = 0.95, .high = 0.999}, kThreshold), Change::faster);
  EXPECT_EQ(judge({.estimate = 0.97, .low = 0.95, .high = 1.001}, kThreshold),
            Change::inconclusive);
}

TEST(Judge, CallsSameWhatLiesWithinTheThreshold) {
  EXPECT_EQ(judge({.estimate = 1.01, .low = 1.005, .high = 1.019}, kThreshold), Change::same);
  EXPECT_EQ(judge({.estimate = 1.01, .low = 0.97, .high = 1.019}, kThreshold),
            Change::inconclusive);
}

TEST(SmallestDetectable, IsTheThresholdOrWhatTheIntervalCouldExclude) {
  EXPECT_DOUBLE_EQ(smallest_detectable({.estimate = 1, .low = 0.99, .high = 1.01}, 0.02), 0.02);
  EXPECT_DOUBLE_EQ(smallest_detectable({.estimate = 1, .low = 0.8, .high = 1.01}, 0.02), 0.25);
}

TEST(Difference, OfWhatTookLongerIsSlower) {
  const Difference slower = difference(quiet_pair(0.1), 1);
  EXPECT_EQ(slower.change, Change::slower);
  EXPECT_EQ(slower.baseline_us, 100);
  EXPECT_DOUBLE_EQ(slower.ratio.estimate, 1.1);
  EXPECT_LT(slower.p, 0.01);
  EXPECT_EQ(difference(quiet_pair(0), 1).change, Change::same);
  EXPECT_EQ(difference(quiet_pair(-0.1), 1).change, Change::faster);
}

TEST(Difference, IsAmbiguousWhereTheMachineAloneWouldExplainIt) {
  TimedPair pair = quiet_pair(0.04);
  pair.ceiling_ratio = 1.04;
  EXPECT_EQ(difference(pair, 1).change, Change::slower);
  EXPECT_TRUE(difference(pair, 1).ambiguous);
}

TEST(Difference, IsAmbiguousWhereTheMachineMayHideIt) {
  TimedPair pair = quiet_pair(0);
  pair.ceiling_ratio = 1 / 1.05;
  EXPECT_EQ(difference(pair, 1).change, Change::same);
  EXPECT_TRUE(difference(pair, 1).ambiguous);
}

TEST(Difference, IsNotAmbiguousWhereTheMachineExplainsLittleOfIt) {
  TimedPair pair = quiet_pair(0.5);
  pair.ceiling_ratio = 1.05;
  EXPECT_FALSE(difference(pair, 1).ambiguous);
}

TEST(Difference, IsNotAmbiguousWithinTheThresholdOrWithoutACeiling) {
  TimedPair pair = quiet_pair(0.021);
  pair.ceiling_ratio = 1.019;
  EXPECT_FALSE(difference(pair, 1).ambiguous);
  pair.ceiling_ratio = 1;
  EXPECT_FALSE(difference(pair, 1).ambiguous);
}

}  // namespace
}  // namespace prelu::reports
