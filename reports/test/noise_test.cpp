// What a case's own noise is, and that its record survives.
#include "noise.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "gate_reports.hpp"

namespace prelu::reports {
namespace {

constexpr const char* kCase = "nchw/shared/1x1x64";

/// Processes of the same program, every second of which is slower by that share.
std::vector<Report> every_second_slower(double share, int processes = 20) {
  std::vector<Report> reports;
  for (int i = 0; i < processes; ++i) {
    reports.push_back(gate_report({timed_case(kCase, 100 * (i % 2 == 0 ? 1 : 1 + share))}));
    reports.back().environment.host_name = "host" + std::to_string(i);
  }
  return reports;
}

std::string complaint(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

TEST(Calibrate, RecordsHowFarHalvesOfTheProcessesLieApart) {
  const NoiseRecord record = calibrate(every_second_slower(0.05), 1);
  EXPECT_EQ(record.side, 10U);
  ASSERT_EQ(record.cases.size(), 1U);
  EXPECT_GT(record.cases[0].p99, 0.02);
  EXPECT_LT(record.cases[0].p99, 0.06);
  EXPECT_EQ(record.cases[0].residuals.size(), 20U);
  EXPECT_EQ(record.cases[0].residuals[0].size(), 3U);
  EXPECT_LT(calibrate(every_second_slower(0), 1).cases[0].p99, 0.003);
}

// The machine is slower for some of the turns, and gate.sh's folders hold first one side, then the
// other.
TEST(Calibrate, TakesThoseThatRanOneAfterTheOtherForATurn) {
  constexpr int kTurns = 10;
  std::vector<Report> reports;
  for (const int side : {0, 1}) {
    for (int turn = 0; turn < kTurns; ++turn) {
      reports.push_back(gate_report({timed_case(kCase, turn % 3 == 0 ? 130 : 100)}));
      const int second = 10 + 2 * turn + (turn + side) % 2;  // A B B A
      reports.back().environment.date = "2025-03-01T00:00:" + std::to_string(second) + "+00:00";
    }
  }
  const NoiseRecord record = calibrate(reports, 1);
  EXPECT_LT(record.cases[0].p99, 0.003);
  const auto& residuals = record.cases[0].residuals;
  for (std::size_t i = 0; i < residuals.size(); i += 2) EXPECT_EQ(residuals[i], residuals[i + 1]);
}

TEST(Calibrate, FindsByNameAndOnlyWhatIsOnRecord) {
  const NoiseRecord record = calibrate(every_second_slower(0.05), 1);
  EXPECT_EQ(record.p99(record.cases[0].name), record.cases[0].p99);
  EXPECT_EQ(record.p99("another"), std::nullopt);
}

TEST(Calibrate, LeavesOutWhatSomeProcessesDidNotComeTo) {
  std::vector<Report> reports = every_second_slower(0.05);
  reports[3].results[0].measurement.reset();
  EXPECT_TRUE(calibrate(reports, 1).cases.empty());
}

TEST(Calibrate, RefusesProcessesThatAreTooFewOrOfDifferentKinds) {
  EXPECT_EQ(complaint([] { calibrate(every_second_slower(0, 3), 1); }),
            "noise needs the reports of at least 4 processes, not 3");
  std::vector<Report> reports = every_second_slower(0);
  reports[2].environment.git_sha = "f";
  EXPECT_EQ(complaint([&] { calibrate(reports, 1); }),
            "the reports are of different commits: 0123456789abcdef0123456789abcdef01234567 and f");
  reports = every_second_slower(0);
  reports[2].environment.cpus_allowed = 2;
  EXPECT_EQ(complaint([&] { calibrate(reports, 1); }), "the reports are of different environments");
}

TEST(NoiseRecord, SurvivesTheRoundTrip) {
  const NoiseRecord record = calibrate(every_second_slower(0.05), 1);
  EXPECT_EQ(noise_from_json(to_json(record), "noise.json"), record);
  EXPECT_EQ(noise_from_json(to_json(NoiseRecord{}), "noise.json"), NoiseRecord{});
}

TEST(NoiseRecord, RefusesWhatIsWrongByItsPlace) {
  const auto complaint_of = [](const std::string& text) {
    return complaint([&] { noise_from_json(text, "noise.json"); });
  };
  const std::string head =
      R"({"schema":"prelu-noise/1","environment_key":"k","device":"d","date":"","side":5,"cases":)";
  const std::string one = R"({"name":"a","median_us":1,"p99":0.1,"residuals_1e-4":[[1]]})";
  EXPECT_EQ(complaint_of(head + "[" + one + "]}"), "none");
  EXPECT_EQ(complaint_of(head + "[" + one + "," + one + "]}"),
            "noise.json.cases[1].name: 'a' stands twice");
  EXPECT_EQ(complaint_of(R"({"schema":"prelu-noise/2"})"),
            "noise.json.schema: this program reads prelu-noise/1, not 'prelu-noise/2'");
  EXPECT_EQ(complaint_of(head + R"([{"name":"a","median_us":1,"p99":-1,"residuals_1e-4":[]}]})"),
            "noise.json.cases[0].p99: must be at least 0");
}

}  // namespace
}  // namespace prelu::reports
