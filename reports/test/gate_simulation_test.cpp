// The gate, measured: how often it cries wolf, and how often it sleeps. Thousands of pairs of times
// are drawn, with what disturbs real ones, and judged as gate.sh does: what is slower is measured
// again. The table in reports/README.md is what this program finds; after a change that is meant,
//   PRELU_UPDATE_GOLDEN=1 build/host/test/gate_simulation_test
// writes it again.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "compare_case.hpp"
#include "noise.hpp"
#include "render.hpp"
#include "report.hpp"
#include "resampled.hpp"
#include "synthetic.hpp"

namespace prelu::reports {
namespace {

/// Draws both sides of a case, the candidate slower by that share.
using Draw = std::function<TimedPair(int processes, double slower)>;

constexpr int kDefault = 10;  // processes a side, as gate.sh has them
constexpr int kThorough = 30;

/// One process in five in a mode 3 % slower, 1 % between processes, 0.5 % within.
Draw usual() {
  return [synthetic = Synthetic({}, 1)](int processes, double slower) mutable {
    return synthetic.pair(processes, slower);
  };
}

/// And a busy machine that drifts, timed by a coarse clock.
Draw busy() {
  return [synthetic = Synthetic({.outliers = 0.05, .drift = 0.03, .tick = 0.002}, 1)](
             int processes, double slower) mutable { return synthetic.pair(processes, slower); };
}

Draw recorded(const std::filesystem::path& file) {
  return [resampled = Resampled(read_noise(file), 1)](int processes, double slower) mutable {
    return resampled.pair(processes, slower);
  };
}

/// The records of the baselines.
std::set<std::filesystem::path> records() {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(PRELU_BASELINES)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("noise") && name.ends_with(".json")) files.insert(entry.path());
  }
  return files;
}

struct Experiment {
  std::string noise;
  Draw draw;
  int processes = kDefault;
  double slower = 0;  ///< 0: how often is a suite of 200 cases, none of them slower, called slower?
  int tries = 0;
  double least = 0;  ///< share of the tries in which a slow-down is to be found,
  double most = 1;   ///< and may be
};

constexpr double kFalseAlarms = 0.01;

std::vector<Experiment> experiments() {
  std::vector<Experiment> all{
      {.noise = "usual", .draw = usual(), .tries = 1000, .most = kFalseAlarms},
      {.noise = "usual", .draw = usual(), .slower = 0.01, .tries = 500, .most = 0.05},
      {.noise = "usual", .draw = usual(), .slower = 0.03, .tries = 300, .least = 0.7},
      {.noise = "usual", .draw = usual(), .slower = 0.05, .tries = 1000, .least = 0.99},
      {.noise = "usual", .draw = usual(), .slower = 0.1, .tries = 300, .least = 1},
      {.noise = "usual",
       .draw = usual(),
       .processes = kThorough,
       .tries = 200,
       .most = kFalseAlarms},
      {.noise = "usual",
       .draw = usual(),
       .processes = kThorough,
       .slower = 0.01,
       .tries = 200,
       .most = 0.02},
      {.noise = "usual",
       .draw = usual(),
       .processes = kThorough,
       .slower = 0.03,
       .tries = 600,
       .least = 0.95},
      {.noise = "usual",
       .draw = usual(),
       .processes = kThorough,
       .slower = 0.05,
       .tries = 100,
       .least = 1},
      {.noise = "busy", .draw = busy(), .tries = 500, .most = kFalseAlarms},
      {.noise = "busy", .draw = busy(), .slower = 0.05, .tries = 500, .least = 0.95}};
  for (const std::filesystem::path& file : records()) {
    const std::string name = relative(file, PRELU_BASELINES).string();
    // How small a slow-down is found is the machine's to say; not that a large one is.
    all.push_back({.noise = name, .draw = recorded(file), .tries = 200, .most = kFalseAlarms});
    all.push_back({.noise = name, .draw = recorded(file), .slower = 0.05, .tries = 500});
    all.push_back({.noise = name, .draw = recorded(file), .slower = 0.1, .tries = 500});
    all.push_back(
        {.noise = name, .draw = recorded(file), .slower = 0.5, .tries = 300, .least = 0.99});
  }
  return all;
}

bool is_slower(const TimedPair& pair) {
  // The interval takes long; where the estimate is within the threshold, nothing depends on it.
  const double baseline_us = side_median(pair.baseline);
  const double ratio = ratio_estimate(pair.baseline, pair.candidate);
  if (ratio <= 1 + threshold_for({.baseline_us = baseline_us, .noise = pair.noise})) return false;
  return difference(pair, 1).change == Change::slower;
}

bool is_regression(const Experiment& experiment) {
  const auto slower_once = [&] {
    return is_slower(experiment.draw(experiment.processes, experiment.slower));
  };
  return slower_once() && slower_once();
}

int count_found(const Experiment& experiment) {
  constexpr int kCases = 200;
  const int cases = experiment.slower > 0 ? 1 : kCases;
  int found = 0;
  for (int i = 0; i < experiment.tries; ++i) {
    bool any = false;
    for (int k = 0; k < cases; ++k) any |= is_regression(experiment);
    found += any ? 1 : 0;
  }
  return found;
}

std::string row(const Experiment& experiment, int found) {
  const bool suites = experiment.slower == 0;
  const std::string processes = std::to_string(experiment.processes);
  const std::string slower =
      suites ? "no case of 200" : std::to_string(std::lround(100 * experiment.slower)) + " %";
  return "| " + experiment.noise + " | " + processes + " | " + slower + " | " +
         std::to_string(found) + " of " + std::to_string(experiment.tries) +
         (suites ? " suites" : "") + " |\n";
}

TEST(GateSimulation, HoldsItsBoundsAndFindsWhatTheReadmeSays) {
  EXPECT_FALSE(records().empty()) << "no noise of a real machine is on record";
  std::string table =
      "| noise | processes a side | slower | a slow-down found in |\n|---|---:|---:|---:|\n";
  for (const Experiment& experiment : experiments()) {
    const int found = count_found(experiment);
    const std::string line = row(experiment, found);
    EXPECT_GE(found, experiment.least * experiment.tries) << line;
    EXPECT_LE(found, experiment.most * experiment.tries) << line;
    table += line;
  }
  const std::string readme = read_file(PRELU_README);
  if (std::getenv("PRELU_UPDATE_GOLDEN") != nullptr) {
    write_file(PRELU_README, replace_table(readme, table));
    GTEST_SKIP() << "the table was written, not compared";
  }
  EXPECT_EQ(readme, replace_table(readme, table));
}

// One round would not do: this is what measuring again is for.
TEST(GateSimulation, WouldRaiseFarMoreFalseAlarmsInASingleRound) {
  const Draw draw = usual();
  constexpr int kPairs = 5000;
  int slower = 0;
  for (int i = 0; i < kPairs; ++i) slower += is_slower(draw(kDefault, 0)) ? 1 : 0;
  EXPECT_GT(slower, kPairs / 1000);  // of 200 cases: one suite in five at least
}

}  // namespace
}  // namespace prelu::reports
