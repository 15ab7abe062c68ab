// report.json: what is written is read back, and what is wrong is refused by name.
#include "report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "example_report.hpp"

namespace prelu::reports {
namespace {

using Json = nlohmann::json;

/// The example with one change; what reading it complains of, or nothing.
std::string complaint(const std::function<void(Json&)>& change) {
  Json document = Json::parse(to_json(example_report()));
  change(document);
  try {
    from_json(document.dump(), "some.json");
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

std::string complaint_of_text(const std::string& text) {
  try {
    from_json(text, "some.json");
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

TEST(Report, ReadingWhatWasWrittenGivesAnEqualReport) {
  const Report report = example_report();
  EXPECT_EQ(from_json(to_json(report), "example"), report);
}

TEST(Report, AnEmptyReportSurvivesTheRoundTripToo) {
  EXPECT_EQ(from_json(to_json(Report{}), "empty"), Report{});
}

TEST(Report, WhatDataParallelRanksDidSurvivesTheRoundTrip) {
  Report report = example_report();
  for (Result& result : report.results) {
    if (!result.measurement) continue;
    result.measurement->data_parallel = {.ranks = 4,
                                         .layers = 8,
                                         .sums = 1,
                                         .sums_only = report.results.front() == result,
                                         .kernel = "cpu/backward_threaded",
                                         .message_bytes = 2048};
  }
  EXPECT_EQ(from_json(to_json(report), "ranks"), report);
}

TEST(Report, TheBusCarriesMoreThanTheMessageAsRanksAreMore) {
  Measurement measurement{.bytes = 1000,
                          .repetitions = {{.samples_us = {1.0}}},
                          .data_parallel = DataParallel{.ranks = 4, .sums_only = true}};
  EXPECT_DOUBLE_EQ(bus_bytes_per_second(measurement), 1.5e9);
  measurement.data_parallel->ranks = 1;
  EXPECT_EQ(bus_bytes_per_second(measurement), 0);
  measurement.data_parallel = DataParallel{.ranks = 4, .sums_only = false};
  EXPECT_EQ(bus_bytes_per_second(measurement), 0) << "the time is not that of the sum alone";
}

TEST(Report, WhatIsNotKnownIsDistinctFromWhatIsOff) {
  Report report = example_report();
  report.environment.governor.reset();
  report.environment.devices[1].ecc = false;
  report.environment.devices[1].mig.reset();
  EXPECT_EQ(from_json(to_json(report), "example"), report);
}

TEST(Report, OneWithoutAWordOfItsKernelsIsReadToo) {
  Json document = Json::parse(to_json(example_report()));
  for (Json& row : document.at("benchmarks")) row.at("prelu").erase("kernel");
  for (Json& row : document.at("context").at("prelu").at("not_timed")) row.erase("kernel");
  Report expected = example_report();
  for (Result& result : expected.results) result.kernel.reset();
  EXPECT_EQ(from_json(document.dump(), "old.json"), expected);
}

TEST(Report, TextOfAnyKindSurvives) {
  Report report = example_report();
  report.environment.host_cpu = "\"quoted\" \\ back\nline \x01 caf\xC3\xA9";
  EXPECT_EQ(from_json(to_json(report), "example"), report);
}

TEST(Report, InvalidUtf8IsReplacedRatherThanLosingTheReport) {
  Report report = example_report();
  report.environment.devices[1].name = "GPU \xFF";
  EXPECT_EQ(from_json(to_json(report), "example").environment.devices[1].name, "GPU \xEF\xBF\xBD");
}

TEST(Report, WhatIsNotFiniteIsWrittenAsNull) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Report report = example_report();
  report.results[4].verification.max_error = std::nan("");
  report.results[4].verification.allowed = kInfinity;
  report.ceilings[0].drift = -kInfinity;
  report.environment.load_avg = {std::nan("")};
  const Json ours = Json::parse(to_json(report)).at("context");
  const Json& failed = ours["prelu"]["not_timed"][1];
  EXPECT_EQ(failed["name"], report.results[4].name);
  EXPECT_TRUE(failed["verification"]["max_error"].is_null());
  EXPECT_TRUE(failed["verification"]["allowed"].is_null());
  EXPECT_TRUE(ours["prelu"]["ceilings"][0]["drift"].is_null());
  EXPECT_TRUE(ours["load_avg"][0].is_null());
  EXPECT_EQ(from_json(to_json(report), "example").results[4].verification.max_error, 0);
}

TEST(Report, HasOneRowARepetitionAndNoneForWhatWasNotTimed) {
  const Json document = Json::parse(to_json(example_report()));
  ASSERT_EQ(document["benchmarks"].size(), 4U);
  const Json& second = document["benchmarks"][2];
  EXPECT_EQ(second["name"], "cpu/forward_threaded/f32/nchw/per_channel/2x64x3136");
  EXPECT_EQ(second["repetitions"], 2);
  EXPECT_EQ(second["repetition_index"], 1);
  EXPECT_EQ(second["iterations"], 3);
  EXPECT_EQ(second["real_time"], 101);
  EXPECT_EQ(second["cpu_time"], 400.25);
  EXPECT_EQ(second["bytes_per_second"], 3211520 / 101e-6);
  EXPECT_EQ(second["items_per_second"], 401408 / 101e-6);
  EXPECT_EQ(second["prelu"]["share_of_ceiling"], 92.5 / 101.25);
  EXPECT_EQ(document["context"]["prelu"]["not_timed"].size(), 4U);
}

TEST(CiReport, HasOneMedianRowACase) {
  const Json document = Json::parse(to_ci_json(example_report()));
  const Json& rows = document["benchmarks"];
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1]["name"], "cpu/forward_threaded/f32/nchw/per_channel/2x64x3136");
  EXPECT_EQ(rows[1]["real_time"], 101.25);
  EXPECT_EQ(rows[1]["cpu_time"], 395.375);
  EXPECT_EQ(rows[1]["repetitions"], 1);
  EXPECT_EQ(rows[1]["iterations"], 6);
  for (const Json& row : rows) EXPECT_EQ(row["run_type"], "iteration");
}

TEST(CiReport, IsAReportItself) {
  const Report read = from_json(to_ci_json(example_report()), "example");
  EXPECT_EQ(read.results.size(), example_report().results.size());
  EXPECT_EQ(read.results[1].measurement->repetitions.size(), 1U);
}

TEST(ReadingAReport, NamesTheKeyThatIsMissing) {
  EXPECT_EQ(complaint([](Json& json) { json.erase("context"); }),
            "some.json: the key \"context\" is missing");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["prelu"]["git"].erase("sha"); }),
            "some.json.context.prelu.git: the key \"sha\" is missing");
  EXPECT_EQ(complaint([](Json& json) { json["benchmarks"][3]["prelu"].erase("hot_us"); }),
            "some.json.benchmarks[3].prelu: the key \"hot_us\" is missing");
}

TEST(ReadingAReport, NamesTheKeyOfAnotherTypeAndWhatIsAllowed) {
  EXPECT_EQ(complaint([](Json& json) { json["benchmarks"] = 3; }),
            "some.json.benchmarks: must be a list");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["prelu"] = "x"; }),
            "some.json.context.prelu: must be an object");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["prelu"]["partial"] = 1; }),
            "some.json.context.prelu.partial: must be true or false");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["date"] = nullptr; }),
            "some.json.context.date: must be a string");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["mhz_per_cpu"] = "fast"; }),
            "some.json.context.mhz_per_cpu: must be a number");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["num_cpus"] = 2.5; }),
            "some.json.context.num_cpus: must be an integer in range");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["num_cpus"] = 1LL << 40; }),
            "some.json.context.num_cpus: must be an integer in range");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["prelu"]["protocol"]["seed"] = -1; }),
            "some.json.context.prelu.protocol.seed: must be an integer in range");
}

TEST(ReadingAReport, RefusesAStatusThatDoesNotExist) {
  EXPECT_EQ(
      complaint([](Json& json) { json["context"]["prelu"]["not_timed"][0]["status"] = "unknown"; }),
      "some.json.context.prelu.not_timed[0].status: 'unknown' is none of: passed, failed, "
      "skipped");
}

TEST(ReadingAReport, RefusesAnotherVersionOfTheFormat) {
  EXPECT_EQ(complaint([](Json& json) { json["context"]["prelu"]["schema"] = "prelu-report/99"; }),
            "some.json.context.prelu.schema: this program reads " + std::string(schema_version()) +
                ", not 'prelu-report/99'");
}

TEST(ReadingAReport, RefusesARowWithoutSamplesAndSamplesThatAreNoTimes) {
  const std::string expected =
      "some.json.benchmarks[0].prelu.samples_us: must hold samples, all "
      "above 0 and below 1e15";
  for (const Json& samples :
       {Json::array(), Json{1.0, nullptr}, Json{0.0}, Json{-1.0}, Json{1e308}}) {
    EXPECT_EQ(
        complaint([&](Json& json) { json["benchmarks"][0]["prelu"]["samples_us"] = samples; }),
        expected)
        << samples;
  }
}

TEST(ReadingAReport, RefusesRowsThatDoNotBelongTogether) {
  EXPECT_EQ(complaint([](Json& json) { json["benchmarks"][2]["name"] = "other"; }),
            "some.json.benchmarks[2]: its index belongs to "
            "cpu/forward_threaded/f32/nchw/per_channel/2x64x3136");
  EXPECT_EQ(complaint([](Json& json) { json["benchmarks"][2]["repetition_index"] = 0; }),
            "some.json.benchmarks[2]: a row of this name, process and repetition_index stands "
            "before it");
  EXPECT_EQ(complaint([](Json& json) { json["benchmarks"][2]["repetition_index"] = 3; }),
            "some.json.benchmarks[2]: its repetition_index is out of order");
  EXPECT_EQ(complaint([](Json& json) { json["context"]["prelu"]["not_timed"][1]["index"] = 2; }),
            "some.json.context.prelu.not_timed[1]: its index is not its own");
}

TEST(ReadingAReport, TellsProcessesApartInOneFile) {
  Json document = Json::parse(to_json(example_report()));
  Json again = document["benchmarks"];
  for (Json& row : again) {
    row["prelu"]["process"] = 7;
    document["benchmarks"].push_back(row);
  }
  const Report read = from_json(document.dump(), "merged.json");
  EXPECT_EQ(read.results.size(), example_report().results.size() + 3);
  EXPECT_EQ(read.results[0].measurement->process, 0);
  EXPECT_EQ(read.results[1].measurement->process, 7);
  EXPECT_EQ(read.results[1].name, read.results[0].name);
  EXPECT_EQ(from_json(to_json(read), "written again"), read);
}

TEST(ReadingAReport, RefusesACaseThatStandsTwiceInOneProcess) {
  EXPECT_EQ(complaint([](Json& json) {
              Json row = json["benchmarks"][0];
              row["prelu"]["index"] = 99;
              json["benchmarks"].push_back(row);
            }),
            "some.json.benchmarks: the rows of cpu/forward_naive/f32/nchw/per_channel/2x64x3136 in "
            "process 0 stand there twice");
}

TEST(ReadingAReport, KeepsAKeyThatAnotherProgramHashed) {
  Json document = Json::parse(to_json(example_report()));
  document["context"]["prelu"]["environment_key"] = "00000000000000ff";
  const Report read = from_json(document.dump(), "foreign.json");
  EXPECT_EQ(environment_key(read), "00000000000000ff");
  EXPECT_EQ(from_json(to_json(read), "written again"), read);
}

TEST(ReadingAReport, RefusesWhatIsNotJson) {
  EXPECT_TRUE(complaint_of_text("{").starts_with("some.json: not valid JSON: "));
  EXPECT_TRUE(complaint_of_text("").starts_with("some.json: not valid JSON: "));
  EXPECT_TRUE(complaint_of_text("{\"context\": NaN}").starts_with("some.json: not valid JSON: "));
  EXPECT_TRUE(complaint_of_text("{\"context\": 1e999}").starts_with("some.json: not valid JSON: "));
}

TEST(ReadingAReport, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(complaint_of_text(R"({"context": {"date": 1, "date": 2}})"),
            "some.json.context: the key \"date\" stands twice");
  EXPECT_EQ(complaint_of_text(R"({"a": [1, {}, [{"b": {"c": 1, "c": 2}}]]})"),
            "some.json.a[2][0].b: the key \"c\" stands twice");
}

TEST(ReadingAReport, RefusesNestingThatWouldExhaustTheStack) {
  EXPECT_EQ(complaint_of_text(std::string(1'000'000, '[')),
            "some.json[0][0][0][0][0][0][0][0]: nested deeper than 32 levels");
  EXPECT_EQ(complaint_of_text(std::string(33, '[') + std::string(33, ']')),
            "some.json[0][0][0][0][0][0][0][0]: nested deeper than 32 levels");
  EXPECT_EQ(complaint_of_text(std::string(32, '[') + std::string(32, ']')),
            "some.json: must be an object");
}

TEST(Summary, HoldsTheMedianItsIntervalAndWhatFollows) {
  const Summary summary = summarize(*example_report().results[1].measurement);
  EXPECT_EQ(summary.median_us, 101.25);
  EXPECT_EQ(summary.low_us, 100);
  EXPECT_EQ(summary.high_us, 131.25);
  EXPECT_DOUBLE_EQ(summary.bytes_per_second, 3211520 / 101.25e-6);
  EXPECT_DOUBLE_EQ(summary.items_per_second, 401408 / 101.25e-6);
  EXPECT_DOUBLE_EQ(summary.share_of_ceiling.value(), 92.5 / 101.25);
}

TEST(Summary, HasNoShareWithoutACeiling) {
  EXPECT_FALSE(summarize(*example_report().results[0].measurement).share_of_ceiling.has_value());
}

TEST(EnvironmentKey, ChangesWithWhatMakesNumbersIncomparable) {
  const Environment original = example_report().environment;
  const auto changed = [&](const std::function<void(Environment&)>& change) {
    Environment environment = original;
    change(environment);
    return environment_key(environment) != environment_key(original);
  };
  EXPECT_TRUE(changed([](Environment& e) { e.devices[1].name = "Another GPU"; }));
  EXPECT_TRUE(changed([](Environment& e) { e.devices[1].memory_bytes /= 2; }));
  EXPECT_TRUE(changed([](Environment& e) { e.devices[1].ecc = false; }));
  EXPECT_TRUE(changed([](Environment& e) { e.devices[1].mig.reset(); }));
  EXPECT_TRUE(changed([](Environment& e) { e.devices[1].driver = "575.51.03"; }));
  EXPECT_TRUE(changed([](Environment& e) { e.devices[1].power_limit_w = 400; }));
  EXPECT_TRUE(changed([](Environment& e) { e.devices.pop_back(); }));
  EXPECT_TRUE(changed([](Environment& e) { e.devices[0].name = "Another CPU"; }));
  EXPECT_TRUE(changed([](Environment& e) { e.devices[0].compute_units = 2; }));
  EXPECT_TRUE(changed([](Environment& e) { e.cpus_allowed = 2; }));
  EXPECT_TRUE(changed([](Environment& e) { e.governor = "performance"; }));
}

TEST(EnvironmentKey, IsTheSameForMachinesOfOneKindAndForAChangeThatIsToBeJudged) {
  const Environment original = example_report().environment;
  Environment other = original;
  other.date = "2026-01-01T00:00:00+00:00";
  other.host_name = "another";
  other.git_sha = "f";
  other.git_dirty = false;
  other.host_compiler = "Clang 19";
  other.flags = "-O2";
  other.devices[1].uuid = "GPU-1a";
  other.devices[1].driver = "580.82.07";
  EXPECT_EQ(environment_key(other), environment_key(original));
}

TEST(EnvironmentKey, NeverChangesItsMeaning) {
  EXPECT_EQ(environment_key(Environment{}), "cbf29ce484222325");
}

}  // namespace
}  // namespace prelu::reports
