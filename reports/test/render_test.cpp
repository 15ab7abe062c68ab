// What people see. The golden files hold the example report in every form.
#include "render.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <string>

#include "example_report.hpp"
#include "format.hpp"
#include "golden.hpp"

namespace prelu::reports {
namespace {

TEST(Golden, Json) { expect_golden(to_json(example_report()), "report.json"); }
TEST(Golden, CiJson) { expect_golden(to_ci_json(example_report()), "report.ci.json"); }
TEST(Golden, Markdown) { expect_golden(to_markdown(example_report()), "report.md"); }
TEST(Golden, Table) { expect_golden(to_table(example_report()), "table.txt"); }
TEST(Golden, ReadmeTable) {
  expect_golden(to_readme_table(example_report(), "baselines/example.json"), "readme_table.md");
}

TEST(Rendering, AReportWithoutResultsSaysSo) {
  EXPECT_EQ(to_table(Report{}), "no device\n0 passed (0 of them timed), 0 failed, 0 skipped\n");
  EXPECT_NE(to_markdown(Report{}).find("0 passed"), std::string::npos);
}

TEST(Precision, GivesThreeDigitsToAnExactNumber) {
  EXPECT_EQ(with_precision(0.0712345, 0), "0.0712");
  EXPECT_EQ(with_precision(1.23456, 0), "1.23");
  EXPECT_EQ(with_precision(12.3456, 0), "12.3");
  EXPECT_EQ(with_precision(1240.4, 0), "1240");
}

TEST(Precision, GivesNoDigitBelowTheUncertaintyButAlwaysTwo) {
  EXPECT_EQ(with_precision(12.3456, 0.5), "12.3");
  EXPECT_EQ(with_precision(12.3456, 2), "12");
  EXPECT_EQ(with_precision(0.1345, 0.11), "0.13");
  EXPECT_EQ(with_precision(1.04, 30), "1.0");
  EXPECT_EQ(with_precision(1240.4, 500), "1240");
}

TEST(Precision, OfNothingIsZeroAndOfWhatIsNotFiniteADash) {
  EXPECT_EQ(with_precision(0, 1), "0");
  EXPECT_EQ(with_precision(std::numeric_limits<double>::quiet_NaN(), 1), "-");
  EXPECT_EQ(with_precision(std::numeric_limits<double>::infinity(), 0), "-");
}

TEST(Times, AreGivenInAFittingUnit) {
  EXPECT_EQ(format_us(0.0712), "71.2 ns");
  EXPECT_EQ(format_us(7.12), "7.12 us");
  EXPECT_EQ(format_us(7120), "7.12 ms");
  EXPECT_EQ(format_us(7.12e6), "7.12 s");
  EXPECT_EQ(format_time({.median_us = 4567, .low_us = 4510, .high_us = 4870}), "4.6 ms");
  EXPECT_EQ(format_interval({.median_us = 999, .low_us = 990, .high_us = 1010}), "990 to 1010 us");
}

TEST(Share, IsSuspectAboveWhatACopyCanReach) {
  EXPECT_EQ(format_share({.share_of_ceiling = 0.934}), "93 %");
  EXPECT_EQ(format_share({.share_of_ceiling = 1.049}), "105 %");
  EXPECT_EQ(format_share({.share_of_ceiling = 1.06}), "106 % (suspect)");
  EXPECT_EQ(format_share({}), "-");
}

TEST(BestOfEachProblem, IsTheSmallestMedianOnEachDevice) {
  const Report report = example_report();
  const auto best = best_of_each_problem(report);
  ASSERT_EQ(best.size(), 2U);
  EXPECT_EQ(best[0]->variant, "cpu/forward_threaded");
  EXPECT_EQ(best[1]->variant, "cuda/backward_plane");
}

TEST(BestOfEachProblem, KeepsTheSameProblemOnTwoDevicesApart) {
  Report report = example_report();
  report.results.push_back(report.results[1]);
  report.results.back().device = "cuda";
  EXPECT_EQ(best_of_each_problem(report).size(), 3U);
}

TEST(DeviceLine, CountsTheCoresThatWereUsed) {
  Report report = example_report();
  report.environment.devices.resize(1);
  report.environment.devices[0].compute_units = 1;
  EXPECT_EQ(device_line(report), "Example CPU 9000 (cpu, 1 core)");
}

TEST(ReadmeMarkers, EncloseWhatIsReplaced) {
  EXPECT_EQ(
      replace_table("before\n<!-- table:begin -->\nold\n<!-- table:end -->\nafter\n", "new\n"),
      "before\n<!-- table:begin -->\nnew\n<!-- table:end -->\nafter\n");
}

TEST(ReadmeMarkers, MayBeSpokenOfBefore) {
  EXPECT_EQ(
      replace_table("see <!-- table:end -->\n<!-- table:begin -->\n<!-- table:end -->\n", "t\n"),
      "see <!-- table:end -->\n<!-- table:begin -->\nt\n<!-- table:end -->\n");
}

TEST(ReadmeMarkers, ThatAreMissingOrTurnedRoundAreAnError) {
  for (const char* document : {"", "<!-- table:begin -->\n", "<!-- table:end -->\n",
                               "<!-- table:end -->\n<!-- table:begin -->\n"}) {
    EXPECT_THROW(replace_table(document, "t\n"), std::invalid_argument) << document;
  }
}

}  // namespace
}  // namespace prelu::reports
