// A run over a fake device: no number without a proof, no case without a result.
#include "session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fake_device.hpp"
#include "fake_variants.hpp"

namespace prelu::harness {
namespace {

using reports::Result;
using reports::Status;

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    auto fake = std::make_unique<FakeDevice>();
    device = fake.get();
    device->ways = {
        {.name = "fake/copy",
         .reads = 1,
         .launch = [](const std::byte*, const std::byte*, std::byte*, std::size_t, Stream) {}}};
    devices[Backend::cpu].device = std::move(fake);
    devices[Backend::cuda].absent_reason = "there is no fake GPU";
    options.run.policy.repetitions = 3;
    options.run.policy.warm_up_launches = 2;
    options.run.policy.warm_up = Seconds(0);
    mend_worn_variant(1 << 30);
  }

  SessionOutcome run(const std::vector<std::string>& variants) {
    std::vector<Case> cases;
    cases.reserve(variants.size());
    for (const std::string& variant : variants) {
      cases.push_back(parse_case(variant + "/f32/nchw/per_channel/2x3x5"));
    }
    return run_cases(cases, devices, options);
  }

  Result run_one(const std::string& variant) { return run({variant}).results.at(0); }

  Devices devices;
  FakeDevice* device = nullptr;
  SessionOptions options;
};

TEST_F(SessionTest, ProvesAndTimesWhatIsRight) {
  const SessionOutcome outcome = run({"cpu/forward_right"});
  const Result& result = outcome.results.at(0);
  EXPECT_EQ(result.name, "cpu/forward_right/f32/nchw/per_channel/2x3x5");
  EXPECT_EQ(result.problem, "forward/f32/nchw/per_channel/2x3x5");
  EXPECT_EQ(result.device, "cpu");
  EXPECT_EQ(result.status, Status::passed);
  EXPECT_EQ(result.reason, "");
  EXPECT_GT(result.verification.checked, 0);
  ASSERT_TRUE(result.measurement.has_value());
  EXPECT_EQ(result.measurement->repetitions.size(), 3U);
  EXPECT_EQ(result.measurement->bytes, 2 * 30 * 4 + 3 * 4);
  EXPECT_EQ(result.measurement->elements, 30);
  EXPECT_TRUE(result.measurement->hot_us.has_value());
  EXPECT_EQ(result.measurement->ceiling_us, 1.0);
  EXPECT_EQ(outcome.ceilings.size(), 1U);
  EXPECT_EQ(outcome.repetitions, 3);
  EXPECT_FALSE(outcome.interrupted);
}

// Hot launches leave the caches and the clocks in another state: all cold samples come first.
TEST_F(SessionTest, TimesHotLaunchesAfterAllColdOnes) {
  run_one("cpu/forward_right");
  const std::size_t first_hot = device->timed.find('h');
  ASSERT_NE(first_hot, std::string::npos);
  const std::string tail = device->timed.substr(first_hot);
  // What follows the hot ones is the ceiling once more, when the run ends.
  EXPECT_EQ(tail.find_last_of('h') + 1, tail.find('c')) << device->timed;
  EXPECT_GT(first_hot, 9U) << device->timed;
}

TEST_F(SessionTest, ProvesItAgainAfterTheLastLaunchThatWasTimed) {
  static int launches_since = 0;
  device->before_timed_launch = [] { launches_since = 0; };
  const auto counted = [](const Problem& problem) -> Launch {
    return [problem](const Operands& operands, Stream stream) {
      ++launches_since;
      right_forward(problem, operands, stream);
    };
  };
  options.run.catalogue =
      Catalogue({{.variant = {.name = "peer/lib-1.0/forward"}, .prepare = counted}});
  device->ways.clear();
  EXPECT_EQ(run_one("peer/lib-1.0/forward").status, Status::passed);
  EXPECT_GT(launches_since, 1);  // one is the last that was timed
}

TEST_F(SessionTest, TakesTheNumberBackWhenTheProofAfterTimingThrows) {
  static int hot_batches = 0;
  hot_batches = 0;
  device->before_hot_launch = [] { ++hot_batches; };
  device->ways.clear();
  const auto tired = [](const Problem& problem) -> Launch {
    return [problem](const Operands& operands, Stream stream) {
      if (hot_batches == 7) throw std::runtime_error("too many resources");
      if (hot_batches == 6) hot_batches = 7;  // the last batch: what follows is the proof
      right_forward(problem, operands, stream);
    };
  };
  options.run.catalogue =
      Catalogue({{.variant = {.name = "peer/lib-1.0/forward"}, .prepare = tired}});
  const Result result = run_one("peer/lib-1.0/forward");
  EXPECT_EQ(hot_batches, 7);
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_EQ(result.reason, "too many resources");
  EXPECT_FALSE(result.measurement.has_value());
}

TEST_F(SessionTest, FailsACaseThatThrowsInItsHotLaunches) {
  device->before_hot_launch = [] { throw std::runtime_error("too many resources"); };
  const Result result = run_one("cpu/forward_right");
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_EQ(result.reason, "too many resources");
  EXPECT_FALSE(result.measurement.has_value());
}

// Block by block, so that what slows the machine down for a while slows both.
TEST_F(SessionTest, LetsAPeerAndAVariantTakeTurns) {
  static std::vector<char> order;
  order.clear();
  const auto peer = [](const Problem& problem) -> Launch {
    return [problem](const Operands& operands, Stream stream) {
      order.push_back('p');
      right_forward(problem, operands, stream);
    };
  };
  options.run.catalogue =
      Catalogue({{.variant = {.name = "peer/lib-1.0/forward"}, .prepare = peer}});
  options.run.policy.block = 3;
  device->before_timed_launch = [] { order.push_back('.'); };
  const SessionOutcome outcome = run({"cpu/forward_right", "peer/lib-1.0/forward"});
  ASSERT_EQ(outcome.results.size(), 2U);
  for (const Result& result : outcome.results) {
    EXPECT_EQ(result.status, Status::passed) << result.reason;
    ASSERT_TRUE(result.measurement);
    EXPECT_EQ(result.measurement->repetitions.size(), 3U);
  }
  EXPECT_EQ(outcome.results[1].name, "peer/lib-1.0/forward/f32/nchw/per_channel/2x3x5");
  // The peer's blocks of three, each between others' launches: not nine in a row.
  const std::string text(order.begin(), order.end());
  const std::string block = ".p.p.p.";
  std::size_t blocks = 0;
  for (std::size_t at = text.find(block); at != std::string::npos; at = text.find(block, at + 6)) {
    ++blocks;
  }
  EXPECT_GE(blocks, 3U) << text;
  EXPECT_EQ(text.find(".p.p.p.p.p.p.p"), std::string::npos) << text;
}

// Hot cases stay in the caches while they are timed: no copy beside them, and one set of operands.
// They take turns even where their problems differ.
TEST_F(SessionTest, TimesHotCasesInTurnsOnTheSameData) {
  static std::set<const void*> places;
  static std::string order;
  static bool timed = false;
  places.clear();
  order.clear();
  static const auto launched = [](char letter, const Operands& operands) {
    if (order.empty() || order.back() != letter) order += letter;
    if (std::exchange(timed, false) && letter == 'a') places.insert(operands.x);
  };
  const auto a = [](const Problem& problem) -> Launch {
    return [problem](const Operands& operands, Stream stream) {
      launched('a', operands);
      right_forward(problem, operands, stream);
    };
  };
  const auto b = [](const Problem& problem) -> Launch {
    return [problem](const Operands& operands, Stream stream) {
      launched('b', operands);
      right_forward(problem, operands, stream);
    };
  };
  options.run.catalogue = Catalogue({{.variant = {.name = "peer/a-1.0/forward"}, .prepare = a},
                                     {.variant = {.name = "peer/b-1.0/forward"}, .prepare = b}});
  device->before_timed_launch = [] { timed = true; };
  const SessionOutcome outcome =
      run_cases({parse_case("peer/a-1.0/forward/f32/nchw/shared/2x3x5/hot"),
                 parse_case("peer/b-1.0/forward/f32/nchw/shared/7x3x5/hot")},
                devices, options);
  for (const Result& result : outcome.results) {
    EXPECT_EQ(result.status, Status::passed) << result.reason;
    ASSERT_TRUE(result.measurement);
    EXPECT_EQ(result.measurement->repetitions.size(), 3U);
    EXPECT_FALSE(result.measurement->hot_us.has_value()) << "its samples are hot ones";
    EXPECT_TRUE(result.measurement->ceiling_us.has_value());
  }
  EXPECT_EQ(outcome.results[0].problem, "forward/f32/nchw/shared/2x3x5/hot");
  EXPECT_LE(places.size(), 2U) << "that of its samples, and that of the proof after the last copy";
  // Each proven, then three blocks of each, in turns.
  EXPECT_NE(order.find("abababab"), std::string::npos) << order;
}

TEST_F(SessionTest, SaysWhatTheBuildKnowsOfTheKernel) {
  device->compute_capability = "9.0";
  options.run.kernels = {{.variant = "cpu/forward_right",
                          .dtype = "f32",
                          .architecture = 90,
                          .accesses_tensors = true,
                          .registers = 40}};
  const Result result = run_one("cpu/forward_right");
  ASSERT_TRUE(result.kernel.has_value());
  EXPECT_EQ(result.kernel->registers, 40);
  EXPECT_FALSE(run_one("cpu/backward_right").kernel.has_value());
}

TEST_F(SessionTest, TimesNothingWhenItOnlyVerifies) {
  options.time = false;
  const Result result = run_one("cpu/backward_right");
  EXPECT_EQ(result.status, Status::passed);
  EXPECT_FALSE(result.measurement.has_value());
  EXPECT_EQ(device->timed_launches, 0);
}

TEST_F(SessionTest, GivesAWrongResultNoNumberButTheCommandThatRerunsIt) {
  const Result result = run_one("cpu/forward_wrong");
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_EQ(result.verification.status, Status::failed);
  EXPECT_TRUE(result.reason.starts_with("y[0] is ")) << result.reason;
  EXPECT_EQ(result.rerun,
            "prelu-bench --verify-only --seed 1 --case "
            "'cpu/forward_wrong/f32/nchw/per_channel/2x3x5'");
  EXPECT_FALSE(result.measurement.has_value());
  EXPECT_EQ(device->timed_launches, 0);
}

TEST_F(SessionTest, TakesTheNumberBackWhenTheResultIsWrongAfterTiming) {
  mend_worn_variant(20);
  const Result result = run_one("cpu/forward_worn");
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_TRUE(result.reason.starts_with("y[0] is ")) << result.reason;
  EXPECT_FALSE(result.measurement.has_value());
  EXPECT_GT(device->timed_launches, 0);
}

TEST_F(SessionTest, SkipsWhatItHasNoDeviceForAndWhatAVariantRefuses) {
  EXPECT_EQ(run_one("cuda/forward_right").reason, "there is no fake GPU");
  const Result picky = run_one("cpu/forward_picky");
  EXPECT_EQ(picky.status, Status::skipped);
  EXPECT_EQ(picky.verification.status, Status::skipped);
  EXPECT_EQ(picky.reason, "never content");
  EXPECT_EQ(picky.problem, "forward/f32/nchw/per_channel/2x3x5");
}

TEST_F(SessionTest, SkipsWhatDoesNotFitIntoMemoryAndNamesTheBytes) {
  const Result hungry = run_one("cpu/forward_hungry");
  EXPECT_EQ(hungry.status, Status::skipped);
  EXPECT_TRUE(hungry.reason.starts_with("needs 1048576 MiB of host memory, ")) << hungry.reason;

  device->memory = 1000;
  device->cache = 64 << 20;
  const Result refused = run_one("cpu/forward_right");
  EXPECT_EQ(refused.status, Status::skipped);
  EXPECT_EQ(refused.reason, "not enough device memory for 128 MiB");
  EXPECT_FALSE(refused.measurement.has_value());
}

TEST_F(SessionTest, SkipsWhatFitsToBeProvenButNotToBeTimed) {
  device->memory = 1 << 20;
  device->cache = 64 << 20;
  const Result result = run_one("cpu/forward_right");
  EXPECT_EQ(result.status, Status::skipped);
  EXPECT_FALSE(result.measurement.has_value());
}

TEST_F(SessionTest, FailsACaseWhoseLaunchIsRefusedAndGoesOn) {
  const SessionOutcome outcome = run({"cpu/forward_throws", "cpu/forward_right"});
  EXPECT_EQ(outcome.results[0].status, Status::failed);
  EXPECT_EQ(outcome.results[0].reason, "the launch was refused");
  EXPECT_FALSE(outcome.results[0].rerun.empty());
  EXPECT_TRUE(outcome.results[1].measurement.has_value());
  EXPECT_EQ(outcome.device_error, "");
}

TEST_F(SessionTest, FailsACaseThatThrowsWhileItIsTimedAndGoesOn) {
  device->ways.clear();
  device->before_timed_launch = [this] {
    if (device->timed_launches == 4) {
      ++device->timed_launches;
      throw std::runtime_error("too many resources");
    }
  };
  const SessionOutcome outcome = run({"cpu/forward_right", "cpu/backward_right"});
  EXPECT_EQ(outcome.results[0].status, Status::failed);
  EXPECT_EQ(outcome.results[0].reason, "too many resources");
  EXPECT_FALSE(outcome.results[0].measurement.has_value());
  EXPECT_TRUE(outcome.results[1].measurement.has_value());
}

TEST_F(SessionTest, LaunchesNothingMoreOfACaseThatFailedWhileItWasTimed) {
  device->ways.clear();
  device->before_timed_launch = [this] {
    if (++device->timed_launches == 9) throw std::runtime_error("too many resources");
  };
  run({"cpu/forward_right"});
  EXPECT_EQ(device->timed_launches, 9);
}

TEST_F(SessionTest, EndsTheRunWhenTheDeviceFailsAndNamesTheCase) {
  for (const bool time : {false, true}) {
    options.time = time;
    const SessionOutcome outcome =
        run({"cpu/forward_right", "cpu/forward_kills", "cpu/forward_worn", "cuda/forward_right"});
    EXPECT_EQ(outcome.device_error,
              "cpu/forward_kills/f32/nchw/per_channel/2x3x5: an illegal memory access");
    EXPECT_EQ(outcome.results[0].status, Status::passed);
    EXPECT_EQ(outcome.results[0].measurement.has_value(), time);
    EXPECT_EQ(outcome.results[1].status, Status::failed);
    EXPECT_EQ(outcome.results[1].reason, "the device failed: an illegal memory access");
    EXPECT_FALSE(outcome.results[1].rerun.empty());
    EXPECT_EQ(outcome.results[2].status, Status::skipped);
    EXPECT_EQ(outcome.results[2].reason, "the device had failed");
    EXPECT_EQ(outcome.results[3].reason, "there is no fake GPU");
  }
}

TEST_F(SessionTest, KeepsNoNumberOfACaseInWhoseTimingTheDeviceFailed) {
  device->before_timed_launch = [] { throw DeviceError("the bus fell off"); };
  const SessionOutcome outcome = run({"cpu/forward_right", "cpu/backward_right"});
  EXPECT_EQ(outcome.results[0].status, Status::failed);
  EXPECT_FALSE(outcome.results[0].measurement.has_value());
  EXPECT_EQ(outcome.results[1].reason, "the device had failed");
}

TEST_F(SessionTest, KeepsWhatIsDoneWhenItIsInterrupted) {
  device->ways.clear();
  options.run.interrupted = [this] { return device->timed_launches >= 5; };
  const SessionOutcome outcome = run({"cpu/forward_right", "cpu/backward_right"});
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_EQ(outcome.results[0].status, Status::passed);
  ASSERT_TRUE(outcome.results[0].measurement.has_value());
  EXPECT_EQ(outcome.results[0].measurement->repetitions.size(), 1U);
  EXPECT_EQ(outcome.results[1].status, Status::skipped);
  EXPECT_EQ(outcome.results[1].reason, "interrupted");
}

TEST_F(SessionTest, CallsHalfAProofNoProof) {
  int asked = 0;
  options.time = false;
  options.run.interrupted = [&] { return ++asked > 3; };
  const Result result = run_one("cpu/forward_right");
  EXPECT_EQ(result.status, Status::skipped);
  EXPECT_EQ(result.verification.status, Status::skipped);
  EXPECT_EQ(result.reason, "interrupted");
}

TEST_F(SessionTest, SkipsWhatTheBudgetDoesNotReach) {
  options.budget_s = 1e-9;
  for (const bool time : {false, true}) {
    options.time = time;
    const SessionOutcome outcome = run({"cpu/forward_right", "cpu/forward_picky"});
    EXPECT_EQ(outcome.results[0].status, Status::skipped);
    EXPECT_EQ(outcome.results[0].reason, "the budget was used up");
    EXPECT_EQ(outcome.results[1].reason, "never content");
    EXPECT_FALSE(outcome.interrupted);
  }
}

TEST_F(SessionTest, ProvesAnEmptyProblemAndTimesNothing) {
  const Result result =
      run_cases({parse_case("cpu/forward_right/f32/nchw/per_channel/0x3x5")}, devices, options)
          .results.at(0);
  EXPECT_EQ(result.status, Status::passed);
  EXPECT_FALSE(result.measurement.has_value());
}

TEST_F(SessionTest, NeverMeasuresNothing) {
  device->launch_time = Seconds(0);
  const Result result = run_one("cpu/forward_right");
  ASSERT_TRUE(result.measurement.has_value());
  EXPECT_DOUBLE_EQ(reports::summarize(*result.measurement).median_us, 1e-3);
}

TEST_F(SessionTest, HandsItsFlagsToGoogleBenchmark) {
  options.google_benchmark = {"--benchmark_repetitions=2", "--benchmark_filter=backward"};
  const SessionOutcome outcome = run({"cpu/forward_right", "cpu/backward_right"});
  EXPECT_EQ(outcome.repetitions, 2);
  EXPECT_EQ(outcome.results[0].status, Status::skipped);
  EXPECT_EQ(outcome.results[0].reason, "not selected by --benchmark_filter");
  ASSERT_TRUE(outcome.results[1].measurement.has_value());
  EXPECT_EQ(outcome.results[1].measurement->repetitions.size(), 2U);
}

TEST_F(SessionTest, RefusesFlagsThatGoogleBenchmarkDoesNotKnowOrThatDoNotFit) {
  for (const char* flag :
       {"--benchmark_xyz", "--benchmark_repetitions=0", "--benchmark_repetitions=-3",
        "--benchmark_repetitions=x", "--benchmark_repetitions=1001",
        "--benchmark_enable_random_interleaving", "--benchmark_enable_random_interleaving=true"}) {
    options.google_benchmark = {flag};
    EXPECT_THROW(run({"cpu/forward_right"}), std::invalid_argument) << flag;
  }
}

TEST_F(SessionTest, CountsInItsProgressOnlyWhatRuns) {
  testing::internal::CaptureStderr();
  run({"cuda/forward_right", "cpu/forward_right", "cpu/forward_picky", "cpu/forward_wrong"});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(text.starts_with("[1/2] cpu/forward_right/f32/nchw/per_channel/2x3x5: 1.00 us, "))
      << text;
  EXPECT_NE(text.find("\n[2/2] cpu/forward_wrong/f32/nchw/per_channel/2x3x5: failed: y[0] is "),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("skipped"), std::string::npos) << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 2) << text;
}

}  // namespace
}  // namespace prelu::harness
