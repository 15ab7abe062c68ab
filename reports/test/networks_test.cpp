// Networks: what the times of layers add up to, and when that is no total.
#include "networks.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "example_report.hpp"
#include "golden.hpp"
#include "render.hpp"

namespace prelu::reports {
namespace {

using Json = nlohmann::json;

Result timed(const std::string& variant, const std::string& problem, double us) {
  return {
      .name = variant + problem.substr(problem.find('/')),
      .variant = variant,
      .problem = problem,
      .device = variant.starts_with("cpu/") ? "cpu" : "cuda",
      .status = Status::passed,
      .verification = {.status = Status::passed, .checked = 1},
      .measurement = Measurement{.bytes = 1000,
                                 .elements = 100,
                                 .repetitions = {{.samples_us = {us, us, us}, .cpu_time_us = us}}}};
}

NetworkLayer layer(const std::string& problem, std::int64_t times) {
  return {.forward = "forward/" + problem, .backward = "backward/" + problem, .times = times};
}

Network network(const std::string& name, const std::string& dtype,
                std::vector<NetworkLayer> layers) {
  return {.name = name,
          .source = "example/repository models/" + name + ".py | batch 2",
          .input = "2x3x8x8",
          .dtype = dtype,
          .layers = std::move(layers)};
}

constexpr const char* kLarge = "f32/nchw/per_channel/2x64x64";
constexpr const char* kSmall = "f32/nchw/per_channel/2x128x16";
constexpr const char* kHalf = "f16/nchw/per_channel/2x64x64";
constexpr const char* kUntimed = "f32/nchw/per_channel/2x256x4";

/// A network in two dtypes, one of them with a baseline for every layer; one that misses a layer of
/// forward; one that was not timed at all, in two dtypes. The CPU has a time for one problem only.
Report network_report() {
  Report report{.environment = example_report().environment,
                .protocol = {.suite = "networks", .block = 3, .repetitions = 1}};
  report.networks = {network("pair", "f32", {layer(kLarge, 2), layer(kSmall, 5)}),
                     network("pair", "f16", {layer(kHalf, 7)}),
                     network("gap", "f32", {layer(kLarge, 1), layer(kUntimed, 3)}),
                     network("never", "f32", {layer("f32/nchw/shared/2x3x1", 1)}),
                     network("never", "bf16", {layer("bf16/nchw/shared/2x3x1", 1)})};
  const auto add = [&](const char* variant, const char* direction, const char* problem, double us) {
    report.results.push_back(timed(variant, std::string(direction) + problem, us));
  };
  add("cpu/forward_threaded", "forward/", kLarge, 900);
  add("cuda/forward_naive", "forward/", kLarge, 30);
  add("cuda/forward_packed", "forward/", kLarge, 10);
  add("cuda/forward_packed", "forward/", kSmall, 4);
  add("cuda/forward_naive", "forward/", kSmall, 8);
  add("cuda/backward_naive", "backward/", kLarge, 100);
  add("cub/backward_unfused", "backward/", kLarge, 45);
  add("cuda/backward_plane", "backward/", kLarge, 20);
  add("cuda/backward_period", "backward/", kSmall, 6);
  report.results.back().measurement->throttled = 1;
  add("cuda/backward_plane", "backward/", kUntimed, 3);
  add("cuda/forward_packed", "forward/", kHalf, 5);
  add("cuda/forward_naive", "forward/", kHalf, 9);
  add("cuda/backward_plane", "backward/", kHalf, 10);
  add("cub/backward_unfused", "backward/", kHalf, 21);
  return report;
}

TEST(NetworkGolden, Json) { expect_golden(to_json(network_report()), "networks.json"); }
TEST(NetworkGolden, Markdown) { expect_golden(to_markdown(network_report()), "networks.md"); }

TEST(NetworkCosts, AddUpTheBestVariantOfEachLayerTimesItsTimes) {
  const Report report = network_report();
  const NetworkCost cost = network_costs(report, "cuda").at(0);
  EXPECT_EQ(cost.forward.us, 2 * 10 + 5 * 4);
  EXPECT_EQ(cost.forward.layers, 7);
  EXPECT_TRUE(cost.forward.complete());
  EXPECT_FALSE(cost.forward.throttled);
  EXPECT_EQ(cost.backward.us, 2 * 20 + 5 * 6);
  EXPECT_TRUE(cost.backward.throttled);
}

TEST(NetworkCosts, NameTheLayerThatCostsMostInAllItsOccurrences) {
  const Report report = network_report();
  const NetworkCost cost = network_costs(report, "cuda").at(0);
  ASSERT_NE(cost.costliest, nullptr);
  EXPECT_EQ(cost.costliest->forward, std::string("forward/") + kLarge);
  EXPECT_EQ(cost.costliest_us, 2 * (10 + 20));
}

TEST(NetworkCosts, TakeTheUnfusedVariantForTheBaselineAndOnlyElseTheNaiveOne) {
  const Report report = network_report();
  const NetworkCost cost = network_costs(report, "cuda").at(0);
  EXPECT_EQ(cost.baseline_forward.us, 2 * 30 + 5 * 8);
  EXPECT_EQ(cost.baseline_backward.us, 2 * 45);
  EXPECT_FALSE(cost.baseline_backward.complete());
}

TEST(NetworkCosts, CountAndNameTheLayersWithoutATime) {
  const Report report = network_report();
  const NetworkCost cost = network_costs(report, "cuda").at(2);
  EXPECT_EQ(cost.forward.missing,
            (std::vector<LayerSum::Missing>{
                {.problem = std::string("forward/") + kUntimed, .times = 3}}));
  EXPECT_EQ(cost.forward.missing_layers(), 3);
  EXPECT_FALSE(cost.forward.empty());
  EXPECT_TRUE(cost.backward.complete());
  EXPECT_EQ(cost.costliest, nullptr);
  EXPECT_TRUE(network_costs(report, "cuda").at(3).forward.empty());
}

TEST(NetworkCosts, KeepDevicesApart) {
  const Report report = network_report();
  EXPECT_EQ(network_devices(report), (std::vector<std::string>{"cpu", "cuda"}));
  EXPECT_EQ(network_costs(report, "cpu").at(0).forward.missing_layers(), 5);
  EXPECT_TRUE(network_costs(report, "cpu").at(0).backward.empty());
}

TEST(NetworkCosts, TakeNoTimeFromWhatFailed) {
  Report report = network_report();
  for (Result& result : report.results) {
    if (result.problem != std::string("forward/") + kSmall) continue;
    result.status = Status::failed;
    result.measurement.reset();
  }
  EXPECT_FALSE(network_costs(report, "cuda").at(0).forward.complete());
}

TEST(NetworksSection, IsNotThereWithoutNetworksOrWithoutATimeOfOne) {
  EXPECT_EQ(to_markdown(example_report()).find("## Networks"), std::string::npos);
  Report report = network_report();
  for (Result& result : report.results) result.measurement.reset();
  EXPECT_EQ(to_markdown(report).find("## Networks"), std::string::npos);
}

TEST(NetworksInJson, SurviveTheRoundTrip) {
  const Report report = network_report();
  EXPECT_EQ(from_json(to_json(report), "example"), report);
  EXPECT_EQ(from_json(to_ci_json(report), "example").networks, report.networks);
}

TEST(NetworksInJson, AreNotThereWithoutNetworks) {
  EXPECT_FALSE(Json::parse(to_json(example_report()))["context"]["prelu"].contains("networks"));
}

TEST(NetworksInJson, AreReadStrictly) {
  const auto complaint = [](const char* key, const Json& value) -> std::string {
    Json document = Json::parse(to_json(network_report()));
    document["context"]["prelu"]["networks"][1]["layers"][0][key] = value;
    try {
      from_json(document.dump(), "some.json");
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "none";
  };
  const std::string place = "some.json.context.prelu.networks[1].layers[0].";
  EXPECT_EQ(complaint("times", 0), place + "times: must be at least 1");
  EXPECT_EQ(complaint("times", 1.5), place + "times: must be an integer in range");
  EXPECT_EQ(complaint("forward", nullptr), place + "forward: must be a string");
}

}  // namespace
}  // namespace prelu::reports
