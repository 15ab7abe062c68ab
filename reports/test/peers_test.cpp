// Beside other libraries: what is compared, cold or hot, and the means of it.
#include "peers.hpp"

#include <gtest/gtest.h>

#include <string>

#include "format.hpp"

namespace prelu::reports {
namespace {

constexpr const char* kLarge = "forward/f32/nchw/per_channel/64x64x4096";
constexpr const char* kSmall = "forward/f32/nchw/per_channel/4x64x64";

Result timed(const std::string& variant, const std::string& problem, std::int64_t bytes, double us,
             double hot_us, double ceiling_us, double hot_ceiling_us) {
  return {.name = variant + problem.substr(problem.find('/')),
          .variant = variant,
          .problem = problem,
          .device = "cpu",
          .status = Status::passed,
          .measurement = Measurement{.bytes = bytes,
                                     .elements = 1,
                                     .repetitions = {{.samples_us = {us}}},
                                     .hot_us = hot_us,
                                     .ceiling_us = ceiling_us,
                                     .hot_ceiling_us = hot_ceiling_us}};
}

/// Two cores with an L2 cache of 1 MB each; one problem beyond them, one within.
Report beside_a_peer() {
  Report report;
  report.environment.caches = {{.type = "Unified", .level = 2, .size = 1 << 20, .num_sharing = 1}};
  report.environment.devices = {{.kind = "cpu", .name = "c", .compute_units = 2}};
  report.results = {timed("cpu/forward_threaded", kLarge, 100 << 20, 100, 90, 95, 80),
                    timed("peer/lib-1.0/forward", kLarge, 100 << 20, 50, 90, 95, 80),
                    timed("cpu/forward_threaded", kSmall, 1 << 20, 100, 10, 95, 8),
                    timed("peer/lib-1.0/forward", kSmall, 1 << 20, 100, 40, 95, 8)};
  return report;
}

TEST(Peers, AreComparedColdBeyondTheL2AndHotWithinIt) {
  const Report report = beside_a_peer();
  const auto comparisons = compare_with_peers(report);
  ASSERT_EQ(comparisons.size(), 2U);
  EXPECT_FALSE(comparisons[0].within_l2);
  EXPECT_DOUBLE_EQ(comparisons[0].times_as_fast().value(), 0.5);
  EXPECT_DOUBLE_EQ(comparisons[0].share_of_ceiling().value(), 0.95);
  EXPECT_TRUE(comparisons[1].within_l2);
  EXPECT_DOUBLE_EQ(comparisons[1].times_as_fast().value(), 4);
  EXPECT_DOUBLE_EQ(comparisons[1].share_of_ceiling().value(), 0.8);
}

TEST(Peers, AreNeverTheBestVariant) {
  const Report report = beside_a_peer();
  for (const Result* best : best_of_each_problem(report)) EXPECT_FALSE(is_peer(*best));
}

TEST(Peers, ThatComputeNothingLeaveAGap) {
  Report report = beside_a_peer();
  report.results[1].measurement.reset();
  const auto comparisons = compare_with_peers(report);
  ASSERT_EQ(comparisons.size(), 2U);
  EXPECT_EQ(comparisons[0].peer, nullptr);
  EXPECT_FALSE(comparisons[0].times_as_fast());
}

TEST(Peers, HaveTheirMeansByDirectionDtypeSlopesAndSize) {
  Report report = beside_a_peer();
  report.results.push_back(timed("cpu/forward_threaded", "forward/f32/nchw/per_channel/9x9x9",
                                 100 << 20, 10, 10, 10, 10));
  report.results.push_back(timed("peer/lib-1.0/forward", "forward/f32/nchw/per_channel/9x9x9",
                                 100 << 20, 80, 10, 10, 10));
  const std::string text = to_peers_markdown(report);
  EXPECT_NE(text.find("| forward, f32, per channel, beyond the L2 | 2 | 0.975 (least 0.950) | 2.00 "
                      "(least 0.500) |"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("| forward, f32, per channel, within the L2 | 1 | 0.800 (least 0.800) | 4.00 "
                      "(least 4.00) |"),
            std::string::npos)
      << text;
}

TEST(Peers, AreNoSectionOfAReportWithoutThem) {
  Report report = beside_a_peer();
  std::erase_if(report.results, is_peer);
  EXPECT_EQ(to_peers_markdown(report), "");
}

TEST(Peers, HotCeilingsSurviveTheFile) {
  const Report report = beside_a_peer();
  const Report read = from_json(to_json(report), "test");
  ASSERT_EQ(read.results.size(), report.results.size());
  EXPECT_EQ(read.results[0].measurement->hot_ceiling_us, 80);
}

}  // namespace
}  // namespace prelu::reports
