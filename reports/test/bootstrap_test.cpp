// The interval of a ratio must hold what it claims to, or the gate cries wolf.
#include "bootstrap.hpp"

#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace prelu::reports {
namespace {

TEST(SideMedian, IsOverTheBlocksOfAllProcesses) {
  EXPECT_EQ(side_median({{1, 9}, {3}}), 3);
  EXPECT_EQ(side_median({{1, 2}, {3, 4}}), 2.5);
}

TEST(Bootstrap, OfTimesWithoutNoiseIsTheRatio) {
  const Ratio ratio = bootstrap_ratio({{100, 100}, {100, 100}}, {{150, 150}, {150}}, 1);
  EXPECT_DOUBLE_EQ(ratio.estimate, 1.5);
  EXPECT_DOUBLE_EQ(ratio.low, 1.5);
  EXPECT_DOUBLE_EQ(ratio.high, 1.5);
}

TEST(Bootstrap, GivesTheSameIntervalForTheSameSeedOnly) {
  const TimedPair pair = Synthetic({}, 1).pair(10, 0.02);
  const Ratio ratio = bootstrap_ratio(pair.baseline, pair.candidate, 7);
  EXPECT_EQ(bootstrap_ratio(pair.baseline, pair.candidate, 7), ratio);
  EXPECT_NE(bootstrap_ratio(pair.baseline, pair.candidate, 8), ratio);
}

TEST(Bootstrap, DoesNotDependOnTheOrderOfTheSides) {
  const TimedPair pair = Synthetic({}, 1).pair(10, 0.02);
  const Ratio ratio = bootstrap_ratio(pair.baseline, pair.candidate, 1);
  const Ratio turned = bootstrap_ratio(pair.candidate, pair.baseline, 1);
  EXPECT_NEAR(turned.low, 1 / ratio.high, 2e-3);
  EXPECT_NEAR(turned.high, 1 / ratio.low, 2e-3);
}

// A machine that is slower for some of the turns is slower for both sides.
TEST(Bootstrap, IsNarrowHoweverMuchTheTurnsDiffer) {
  const Side baseline{{100, 101}, {131, 130}, {100, 99}, {120, 121}, {80, 80}};
  Side candidate = baseline;
  for (auto& blocks : candidate) {
    for (double& block : blocks) block *= 1.05;
  }
  const Ratio ratio = bootstrap_ratio(baseline, candidate, 1);
  EXPECT_NEAR(ratio.estimate, 1.05, 1e-9);
  EXPECT_GT(ratio.low, 1.035);
  EXPECT_LT(ratio.high, 1.065);
}

TEST(Bootstrap, OfOneTurnInManyMovesNothing) {
  const Side baseline{{100, 100}, {100, 100}, {100, 100}, {100, 100}, {100, 100}};
  Side candidate = baseline;
  candidate[2] = {300, 300};
  EXPECT_DOUBLE_EQ(bootstrap_ratio(baseline, candidate, 1).estimate, 1);
}

TEST(Bootstrap, OfSidesThatTookNoTurnsIsTheRatioOfTheirMedians) {
  const Ratio ratio = bootstrap_ratio({{100, 110}, {120}}, {{130}, {121, 110}, {115}}, 1);
  EXPECT_DOUBLE_EQ(ratio.estimate, 118.0 / 110);
  EXPECT_LT(ratio.low, ratio.estimate);
  EXPECT_GT(ratio.high, ratio.estimate);
}

// Blocks of one process share what is particular to it: a process more says more than ten blocks.
TEST(Bootstrap, IsWideWhereProcessesDifferHoweverManyBlocksTheyHave) {
  const Side baseline{{100, 100, 100, 100}, {110, 110, 110, 110}, {105, 105, 105, 105}};
  Side many_blocks = baseline;
  for (auto& blocks : many_blocks) blocks.insert(blocks.end(), 100, blocks.front());
  const Ratio ratio =
      bootstrap_ratio(many_blocks, {many_blocks[1], many_blocks[2], many_blocks[0]}, 1);
  EXPECT_LT(ratio.low, 0.96);
  EXPECT_GT(ratio.high, 1.04);
}

TEST(Bootstrap, HoldsTheTrueRatioAboutAsOftenAsItClaims) {
  constexpr int kPairs = 400;
  Synthetic synthetic({.slow_processes = 0}, 3);
  int held = 0;
  for (int i = 0; i < kPairs; ++i) {
    const TimedPair pair = synthetic.pair(10, 0.03);
    const Ratio ratio = bootstrap_ratio(pair.baseline, pair.candidate, 1);
    held += ratio.low <= 1.03 && 1.03 <= ratio.high ? 1 : 0;
  }
  EXPECT_GE(held, kPairs * 93 / 100);
  EXPECT_LE(held, kPairs * 99 / 100);
}

}  // namespace
}  // namespace prelu::reports
