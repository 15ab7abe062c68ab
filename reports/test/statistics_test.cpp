#include "statistics.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace prelu::reports {
namespace {

/// 1, 2, ... n, from the largest down: the functions may not rely on any order.
std::vector<double> descending(int n) {
  std::vector<double> samples(static_cast<std::size_t>(n));
  std::iota(samples.rbegin(), samples.rend(), 1.0);
  return samples;
}

TEST(Median, IsTheMiddleOfAnOddNumberOfSamples) {
  EXPECT_EQ(median(std::vector{5.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(median(std::vector{7.0}), 7.0);
}

TEST(Median, IsTheMeanOfTheTwoInTheMiddleOfAnEvenNumber) {
  EXPECT_EQ(median(std::vector{4.0, 1.0, 100.0, 2.0}), 3.0);
}

TEST(Median, IsNotMovedByAnOutlier) {
  EXPECT_EQ(median(std::vector{1.0, 2.0, std::numeric_limits<double>::infinity()}), 2.0);
}

TEST(Median, OfNoSamplesIsAnError) {
  EXPECT_THROW(median({}), std::invalid_argument);
  EXPECT_THROW(median_interval({}), std::invalid_argument);
}

// Conover's table of the sign test: the ranks of the 95 % interval of the median.
TEST(MedianInterval, HasTheRanksOfTheSignTest) {
  struct Row {
    int samples;
    double low;
    double high;
  };
  for (const Row& row : {Row{6, 1, 6}, Row{8, 1, 8}, Row{9, 2, 8}, Row{10, 2, 9}, Row{11, 2, 10},
                         Row{12, 3, 10}, Row{15, 4, 12}, Row{20, 6, 15}, Row{30, 10, 21}}) {
    const Interval interval = median_interval(descending(row.samples));
    EXPECT_EQ(interval.low, row.low) << row.samples << " samples";
    EXPECT_EQ(interval.high, row.high) << row.samples << " samples";
  }
}

TEST(MedianInterval, OfFewSamplesIsTheirRange) {
  for (const int samples : {1, 2, 3, 4, 5}) {
    const Interval interval = median_interval(descending(samples));
    EXPECT_EQ(interval.low, 1);
    EXPECT_EQ(interval.high, samples);
  }
}

TEST(MedianInterval, HoldsTheMedianAndIsSymmetricInRank) {
  for (int samples = 1; samples < 400; ++samples) {
    const Interval interval = median_interval(descending(samples));
    EXPECT_EQ(interval.median, (samples + 1) / 2.0);
    EXPECT_EQ(interval.low + interval.high, samples + 1);
    EXPECT_LE(interval.low, interval.median);
  }
}

// Near n / 2 - 0.98 sqrt(n), by the normal approximation; the binomial's tail must not underflow.
TEST(MedianInterval, OfManySamplesHasTheRankOfTheNormalApproximation) {
  const Interval interval = median_interval(descending(10000));
  EXPECT_NEAR(interval.low, 4902, 1);
  EXPECT_NEAR(interval.high, 5099, 1);
}

TEST(MedianInterval, SaysHowSureItIs) {
  EXPECT_EQ(median_interval(descending(1)).confidence, 0);
  EXPECT_DOUBLE_EQ(median_interval(descending(2)).confidence, 0.5);
  EXPECT_DOUBLE_EQ(median_interval(descending(5)).confidence, 0.9375);
  EXPECT_DOUBLE_EQ(median_interval(descending(6)).confidence, 0.96875);
  for (int samples = 6; samples < 400; ++samples) {
    EXPECT_GE(median_interval(descending(samples)).confidence, kConfidence) << samples;
  }
}

TEST(Quantile, InterpolatesBetweenNeighbours) {
  EXPECT_EQ(quantile(descending(5), 0), 1);
  EXPECT_EQ(quantile(descending(5), 1), 5);
  EXPECT_EQ(quantile(descending(5), 0.25), 2);
  EXPECT_DOUBLE_EQ(quantile(descending(5), 0.9), 4.6);
  EXPECT_EQ(quantile(std::vector{3.0}, 0.99), 3);
  EXPECT_THROW(quantile({}, 0.5), std::invalid_argument);
}

// The values are SciPy's: mannwhitneyu(a, b, method="asymptotic"). A test in Python compares more.
TEST(MannWhitney, AgreesWithSciPy) {
  const std::vector<double> low{1, 2, 3, 4, 5};
  const std::vector<double> high{6, 7, 8, 9, 10};
  EXPECT_NEAR(mann_whitney_p(low, high), 0.012185780355344818, 1e-12);
  EXPECT_EQ(mann_whitney_p(low, high), mann_whitney_p(high, low));
  EXPECT_EQ(mann_whitney_p(low, low), 1);
}

TEST(MannWhitney, SaysNothingOfNothingAndOfEqualValues) {
  EXPECT_EQ(mann_whitney_p({}, std::vector{1.0}), 1);
  EXPECT_EQ(mann_whitney_p(std::vector{2.0, 2.0}, std::vector{2.0, 2.0, 2.0}), 1);
}

}  // namespace
}  // namespace prelu::reports
