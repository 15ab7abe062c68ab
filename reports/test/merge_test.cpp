// The reports of a fleet as one: what is in it, and what is found wrong.
#include "merge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <stdexcept>

#include "example_report.hpp"
#include "gate_reports.hpp"
#include "render.hpp"

namespace prelu::reports {
namespace {

constexpr std::int64_t kShards = 2;

/// Of a device, the report of one of its two shards, each of one case.
ShardFile shard_file(int device, std::int64_t shard, double us = 100) {
  const std::string name = "nchw/shared/1x1x" + std::to_string(shard);
  Report report = gate_report({timed_case(name, us * static_cast<double>(shard))});
  report.environment.host_name = "node" + std::to_string(device);
  report.protocol.shard = Shard{.index = shard, .count = kShards};
  return {.file = "node" + std::to_string(device) + "/" + std::to_string(shard) + ".json",
          .report = reduced(std::move(report))};
}

std::vector<ShardFile> fleet_of(int devices) {
  std::vector<ShardFile> files;
  for (int device = 0; device < devices; ++device) {
    for (std::int64_t shard = 1; shard <= kShards; ++shard) {
      // Half a percent lies between one device and the next.
      files.push_back(shard_file(device, shard, 100 + 0.5 * device));
    }
  }
  return files;
}

using Change = std::function<void(std::vector<ShardFile>&)>;

Report merged(const Change& change, const MergeOptions& options = {}) {
  std::vector<ShardFile> files = fleet_of(5);
  change(files);
  return merge(std::move(files), options);
}

/// "kind: text" of each finding.
std::vector<std::string> findings(const Report& report) {
  std::vector<std::string> list;
  for (const Finding& finding : report.fleet.value().findings) {
    list.push_back(std::string(name(finding.kind)) + ": " + finding.text);
  }
  return list;
}

using Texts = std::vector<std::string>;

TEST(Merge, HoldsEachCaseOnceForEveryDevice) {
  const Report report = merged([](auto&) {});
  EXPECT_EQ(findings(report), Texts{});
  EXPECT_EQ(exit_status(report, {.fail_on_outlier = true}), 0);
  ASSERT_EQ(report.environment.devices.size(), 5U);
  ASSERT_EQ(report.results.size(), 10U);
  EXPECT_EQ(report.environment.devices[3].host, "node3");
  EXPECT_EQ(report.fleet->reports, 10);
  EXPECT_EQ(report.fleet->shards, 2);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(report.results[i].name, report.results[0].name);
    EXPECT_EQ(report.results[i].device_index, i);
    EXPECT_EQ(report.results[i].measurement.value().process, static_cast<int>(i));
    EXPECT_EQ(report.fleet->members[i].cases, 2);
  }
}

TEST(Merge, KeepsTheEnvironmentOfOneKindOfMachine) {
  EXPECT_EQ(environment_key(merged([](auto&) {})), environment_key(shard_file(0, 1).report));
}

TEST(Merge, IsReadAsItIsWritten) {
  const Report report = merged([](auto& files) {
    files.erase(files.begin());
    files[4] = shard_file(2, 2, 200);
  });
  std::ostringstream stream;
  write_rows(report, stream);
  EXPECT_EQ(from_json(stream.str(), "merged.json"), report);
  EXPECT_EQ(from_json(to_json(report), "merged.json"), report);
}

TEST(Merge, KeepsOneMedianABlock) {
  const ShardFile file = shard_file(0, 1);
  ASSERT_EQ(file.report.results[0].measurement.value().repetitions.size(), 1U);
  EXPECT_EQ(file.report.results[0].measurement->repetitions[0].samples_us,
            (std::vector<double>{100, 100 * 1.001, 100 * 0.999}));
}

TEST(Merge, PutsTheProcessesOfADeviceTogether) {
  Report report = gate_report({timed_case("nchw/shared/1x1x1", 100)});
  report.results.push_back(report.results[0]);
  report.results[1].measurement->process = 1;
  const Report one = reduced(report);
  ASSERT_EQ(one.results.size(), 1U);
  EXPECT_EQ(one.results[0].measurement.value().repetitions[0].samples_us.size(), 6U);
}

TEST(Merge, NamesAShardThatIsMissing) {
  const Report report = merged([](auto& files) { files.erase(files.begin() + 3); });
  EXPECT_EQ(findings(report), Texts{"missing: shard 2/2 of Example CPU 9000 on node1 is missing"});
  EXPECT_EQ(report.fleet->findings[0].device, 1U);
  EXPECT_EQ(exit_status(report, {}), 4);
  EXPECT_EQ(exit_status(report, {.missing_allowed = true}), 0);
}

TEST(Merge, KeepsTheWholeOneOfTwoThenTheLater) {
  const Report report = merged([](auto& files) {
    files.push_back(shard_file(0, 1, 300));
    files.back().file = "later.json";
    files.back().report.environment.date = "2025-03-02";
    files.push_back(shard_file(1, 1, 300));
    files.back().file = "broken off.json";
    files.back().report.environment.date = "2025-03-02";
    files.back().report.partial = true;
  });
  EXPECT_EQ(
      findings(report),
      (Texts{"duplicate: node0/1.json: left out: shard 1/2 of Example CPU 9000 on node0 is in "
             "later.json too",
             "duplicate: broken off.json: left out: shard 1/2 of Example CPU 9000 on node1 is "
             "in node1/1.json too",
             "outlier: Example CPU 9000 on node0 is 32.4 % slower than the median of 5 devices "
             "of its kind, 65.5 median absolute deviations"}));
  EXPECT_EQ(report.results.size(), 10U);
  EXPECT_EQ(report.results[0].measurement.value().repetitions[0].samples_us[0], 300);
  EXPECT_EQ(exit_status(report, {.missing_allowed = true}), 4);
}

TEST(Merge, LeavesOutAShardOfAnotherEnvironment) {
  const Report report = merged([](auto& files) { files[1].report.environment.cpus_allowed = 1; });
  ASSERT_EQ(findings(report).size(), 1U);
  EXPECT_TRUE(findings(report)[0].starts_with(
      "mixed: node0/2.json: left out: shard 2/2 of Example CPU 9000 on node0 has the environment "
      "key "));
  EXPECT_EQ(report.fleet->findings[0].device, 0U);
  EXPECT_EQ(report.results.size(), 9U);
  EXPECT_EQ(exit_status(report, {.missing_allowed = true}), 4);
}

TEST(Merge, LeavesOutWhatIsOfAnotherCommitOrSuite) {
  const Report report = merged([](auto& files) {
    files[0].report.environment.git_dirty = true;
    files[1].report.protocol.suite = "full";
    files[2].report.protocol.shard->count = 3;
  });
  const Texts found = findings(report);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(
      found[0],
      "mixed: node0/1.json: left out: of commit 0123456789abcdef0123456789abcdef01234567 (with "
      "changes), suite gate, seed 1, in 2 shards; most are of commit "
      "0123456789abcdef0123456789abcdef01234567, suite gate, seed 1, in 2 shards");
  EXPECT_EQ(found[3], "missing: shard 1/2 of Example CPU 9000 on node1 is missing");
}

TEST(Merge, TellsMachinesOfAnotherKindApart) {
  const Report report = merged([](auto& files) {
    for (std::size_t i = 0; i < 2; ++i) files[i].report.environment.devices[0].name = "Other CPU";
  });
  EXPECT_EQ(findings(report), Texts{});
  const std::vector<DeviceInfo>& devices = report.environment.devices;
  EXPECT_EQ(devices[4].name, "Other CPU");
  EXPECT_NE(devices[4].environment_key, devices[0].environment_key);
  EXPECT_FALSE(report.fleet->members[4].speed);
  EXPECT_NE(environment_key(report), devices[0].environment_key);
}

TEST(Merge, NamesAFileThatCouldNotBeRead) {
  const Report report = merged(
      [](auto& files) { files.push_back({.file = "x.json", .error = "x.json: not valid JSON"}); });
  EXPECT_EQ(findings(report), Texts{"unreadable: x.json: not valid JSON"});
  EXPECT_EQ(exit_status(report, {.missing_allowed = true}), 4);
  EXPECT_THROW(merge({{.file = "x.json", .error = "x.json: no"}}, {}), std::invalid_argument);
  EXPECT_THROW(merge({}, {}), std::invalid_argument);
}

TEST(Merge, NamesAShardThatEndedEarly) {
  const Report report = merged([](auto& files) { files[0].report.partial = true; });
  EXPECT_EQ(findings(report),
            Texts{"partial: node0/1.json: shard 1/2 of Example CPU 9000 on node0 ended before all "
                  "its cases were done"});
  EXPECT_TRUE(report.partial);
  EXPECT_EQ(exit_status(report, {}), 4);
  EXPECT_EQ(exit_status(report, {.missing_allowed = true}), 0);
}

TEST(Merge, WantsEveryShardOnceWhereTheyWereDealtOut) {
  const auto dealt_out = [](auto& files) { files = {shard_file(0, 1), shard_file(1, 2)}; };
  EXPECT_EQ(findings(merged(dealt_out, {.split = true})), Texts{});
  EXPECT_EQ(findings(merged(dealt_out)).size(), 2U);
  const Report twice = merged(
      [](auto& files) {
        files = {shard_file(0, 1), shard_file(1, 1)};
      },
      {.split = true});
  ASSERT_EQ(findings(twice).size(), 2U);
  EXPECT_EQ(findings(twice)[0],
            "duplicate: node1/1.json: shard 1/2 was also run by another device: node0/1.json");
  EXPECT_TRUE(findings(twice)[1].starts_with("missing: shard 2/2 is missing: no device of"));
}

TEST(Merge, SaysWhatIsWrongOnEveryDeviceAndWhatIsSkippedOnce) {
  const Report report = merged([](auto& files) {
    for (ShardFile& file : files) {
      for (const Result& result : example_report().results) {
        if (result.measurement) continue;
        file.report.results.push_back(result);
        if (result.status == Status::failed) file.report.results.back().device = "cpu";
      }
    }
  });
  const auto number = [&](Status status) {
    return std::ranges::count(report.results, status, &Result::status);
  };
  EXPECT_EQ(number(Status::failed), 10);
  EXPECT_EQ(number(Status::skipped), 2);
  EXPECT_EQ(exit_status(report, {}), 3);
}

TEST(Merge, NamesADeviceThatIsSlowerThanItsLike) {
  const auto slow = [](double us) {
    return [us](auto& files) {
      files[4] = shard_file(2, 1, us);
      files[5] = shard_file(2, 2, us);
    };
  };
  const Report report = merged(slow(110));
  ASSERT_EQ(findings(report).size(), 1U);
  EXPECT_TRUE(report.fleet->members[2].outlier);
  EXPECT_EQ(report.fleet->findings[0].device, 2U);
  EXPECT_EQ(exit_status(report, {}), 0);
  EXPECT_EQ(exit_status(report, {.fail_on_outlier = true}), 1);
  // Faster is no fault, nor is what lies within three deviations of the others.
  EXPECT_EQ(findings(merged(slow(80))), Texts{});
  EXPECT_EQ(findings(merged(slow(102.5))), Texts{});
}

TEST(Merge, CallsNothingAnOutlierThatIsSlowerByNextToNothing) {
  const auto almost_alike = [](auto& files) {
    for (ShardFile& file : files) {
      const double us = file.file.starts_with("node4") ? 100.9 : 100;
      file.report.results[0].measurement->repetitions[0].samples_us = {us};
    }
  };
  EXPECT_EQ(findings(merged(almost_alike)), Texts{});
  EXPECT_EQ(findings(merged(almost_alike, {.least = 0.001})).size(), 1U);
}

TEST(Merge, IsRenderedByDevice) {
  const Report report = merged([](auto& files) { files[0] = shard_file(0, 1, 300); });
  const std::string text = to_markdown(report);
  EXPECT_NE(text.find("# PReLU on 5 x Example CPU 9000"), std::string::npos);
  EXPECT_NE(text.find("10 reports of 5 devices, 2 shards each."), std::string::npos);
  EXPECT_NE(text.find("| 5 | 102 us | 300 us | node0 |"), std::string::npos) << text;
}

}  // namespace
}  // namespace prelu::reports
