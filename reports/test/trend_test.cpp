// What is told of a series: which changes, between which commits, in which words.
#include "trend.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "change_points.hpp"
#include "golden.hpp"
#include "history.hpp"
#include "random.hpp"

namespace prelu::reports {
namespace {

/// A commit a point; `shape` is its time beside 100 us, and 0.2 % of noise are added.
Series series_of(int commits, const std::function<double(int)>& shape) {
  Series series{.environment_key = "00000000000000ff",
                .device = "Example CPU 9000 (cpu, 4 cores)",
                .name = "cpu/forward_threaded/f32/nchw/shared/1x1x64"};
  Random random(1);
  for (int i = 0; i < commits; ++i) {
    const double noise = 1 + 0.004 * (random.uniform() - 0.5);
    series.points.push_back({.commit = std::to_string(10 + i) + std::string(38, '0'),
                             .time = 1'800'000'000 + 3600 * i,
                             .median_us = 100 * shape(i) * noise});
  }
  return series;
}

std::vector<Change> changes_of(int commits, const std::function<double(int)>& shape,
                               double threshold = 0.01) {
  return find_changes(series_of(commits, shape), threshold).changes;
}

TEST(Trend, FindsAStepBetweenTwoCommits) {
  const auto changes = changes_of(30, [](int i) { return i < 20 ? 1 : 1.05; });
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].last_before, 19U);
  EXPECT_EQ(changes[0].first_after, 20U);
  EXPECT_NEAR(changes[0].ratio(), 1.05, 0.003);
}

TEST(Trend, FindsACreepAndTheCommitsThatItTook) {
  const auto changes = changes_of(40, [](int i) { return 1 + 0.005 * std::clamp(i - 14, 0, 10); });
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_NEAR(static_cast<double>(changes[0].last_before), 14, 1.1);
  EXPECT_NEAR(static_cast<double>(changes[0].first_after), 24, 1.1);
  EXPECT_NEAR(changes[0].ratio(), 1.05, 0.003);
}

TEST(Trend, TellsNothingOfAnOutlier) {
  for (int place = 0; place < 30; ++place) {
    const auto outlier = [place](int i) { return i == place ? 1.4 : 1.0; };
    EXPECT_TRUE(changes_of(30, outlier).empty()) << place;
  }
}

TEST(Trend, FindsASlowDownAndItsEnd) {
  const auto changes = changes_of(40, [](int i) { return i >= 20 && i < 28 ? 1.05 : 1; });
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_GT(changes[0].ratio(), 1.04);
  EXPECT_LT(changes[1].ratio(), 0.96);
}

TEST(Trend, TellsTwoStepsApartThatLieApart) {
  const auto changes = changes_of(45, [](int i) { return i < 15 ? 1 : i < 30 ? 1.05 : 1.1; });
  EXPECT_EQ(changes.size(), 2U);
}

TEST(Trend, TellsNothingBelowTheThreshold) {
  const auto half_a_percent = [](int i) { return i < 20 ? 1 : 1.005; };
  EXPECT_TRUE(changes_of(40, half_a_percent).empty());
  EXPECT_EQ(changes_of(40, half_a_percent, 0.002).size(), 1U);
}

TEST(Trend, WantsThreeCommitsOnEitherSide) {
  EXPECT_TRUE(changes_of(0, [](int) { return 1; }).empty());
  EXPECT_TRUE(changes_of(1, [](int) { return 1; }).empty());
  EXPECT_TRUE(changes_of(20, [](int i) { return i < 18 ? 1 : 1.1; }).empty());
  EXPECT_EQ(changes_of(20, [](int i) { return i < 17 ? 1 : 1.1; }).size(), 1U);
}

TEST(Trend, SaysWhetherSomethingIsSlowerNow) {
  const auto trend = [](const std::function<double(int)>& shape) {
    return std::vector{find_changes(series_of(40, shape), 0.01)};
  };
  EXPECT_FALSE(slower_now(trend([](int) { return 1; })));
  EXPECT_TRUE(slower_now(trend([](int i) { return i < 20 ? 1 : 1.05; })));
  EXPECT_FALSE(slower_now(trend([](int i) { return i < 20 ? 1 : 0.95; })));
  EXPECT_FALSE(slower_now(trend([](int i) { return i >= 20 && i < 28 ? 1.05 : 1; })));
}

TEST(Trend, IsToldInMarkdownAndJson) {
  const std::vector<Trend> trends{
      find_changes(series_of(30, [](int i) { return i < 20 ? 1 : 1.05; }), 0.01),
      find_changes(series_of(7, [](int) { return 1; }), 0.01)};
  expect_golden(trend_markdown(trends, {.reports = 37, .commits = 30, .without_commit = 1}),
                "trend.md");
  expect_golden(trend_json(trends), "trend.json");
}

TEST(ChangePoints, MeasureNoiseByItsDifferences) {
  EXPECT_DOUBLE_EQ(noise_scale(std::vector<double>{1, 1, 1, 5, 5, 5}), 0.001);  // at least
  // Differences 1, 2, -3, 4: their median is 1.5, the distances from it 0.5, 0.5, 4.5, 2.5.
  EXPECT_DOUBLE_EQ(noise_scale(std::vector<double>{0, 1, 3, 0, 4}), 1.4826 * 1.5 / std::sqrt(2.0));
}

TEST(ChangePoints, CutWhereThatSavesMoreThanItCosts) {
  const std::vector<double> values{0, 0, 1, 0, 9, 9, 8, 9};
  EXPECT_EQ(optimal_cuts(values, 1), std::vector<std::size_t>{4});
  // One level costs 34 (distances from 1 to 8: 1 + 1 + 0 + 1 + 8 + 8 + 7 + 8), two cost 2.
  EXPECT_EQ(optimal_cuts(values, 31.9), std::vector<std::size_t>{4});
  EXPECT_TRUE(optimal_cuts(values, 32.1).empty());
}

TEST(ChangePoints, MoveOutliersToWhereTheyDoNoHarm) {
  const std::vector<double> values{0, 0, 0, 9, 0, 0, 0};
  EXPECT_EQ(without_outliers(values, 1), (std::vector<double>{0, 0, 0, 4, 0, 0, 0}));
  const std::vector<double> step{0, 0, 0, 9, 9, 9};
  EXPECT_EQ(without_outliers(step, 2), (std::vector<double>{0, 0, 0, 9, 9, 9}));
}

TEST(History, ReadsDates) {
  EXPECT_EQ(unix_time("1970-01-01T00:00:00+00:00"), 0);
  EXPECT_EQ(unix_time("2026-11-24T17:59:00Z"), 1'795'543'140);
  EXPECT_EQ(unix_time("2026-11-24T18:59:00+01:00"), 1'795'543'140);
  EXPECT_EQ(unix_time("2026-11-24T12:29:00-05:30"), 1'795'543'140);
  for (const char* wrong :
       {"", "2026-11-24", "2026-13-24T17:59:00Z", "2026-02-30T17:59:00Z", "2026-11-24T17:59:00",
        "2026-11-24T17:59:00+0100", "x026-11-24T17:59:00Z"}) {
    EXPECT_THROW(unix_time(wrong), std::invalid_argument) << wrong;
  }
}

}  // namespace
}  // namespace prelu::reports
