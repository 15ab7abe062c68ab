// The sampling policy, against a clock that the test moves.
#include "sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "statistics.hpp"

namespace prelu::harness {
namespace {

/// A device whose launches take what the test says, and cost as much wall time and a bit more.
struct Simulation {
  std::function<Sample(int)> sample = [](int) { return Sample{.time = Seconds(1e-3)}; };
  Seconds overhead{0};
  Seconds ceiling{0};
  Seconds tick{0};  ///< the clock shows whole multiples of it, rounded down; 0 is a perfect clock
  std::function<bool()> interrupted = [] { return false; };

  Seconds now{};
  int cold_launches = 0;
  std::vector<int> hot_batches;
  std::string
      order;  ///< what was launched: c for cold, h for a batch of hot ones, ^ for the ceiling

  Seconds shown(Seconds time) const {
    return tick.count() > 0 ? tick * std::floor(time / tick) : time;
  }

  Clock clock() {
    return {.cold =
                [this] {
                  order += 'c';
                  Sample taken = sample(cold_launches++);
                  now += taken.time + overhead;
                  taken.time = std::max(shown(taken.time), tick);  // as time_launch() has it
                  return taken;
                },
            .hot =
                [this](int launches) {
                  order += 'h';
                  hot_batches.push_back(launches);
                  const Seconds all = sample(cold_launches).time / 2 * launches;
                  now += all;
                  return shown(all) / launches;
                },
            .now = [this] { return now; },
            .ceiling =
                [this] {
                  order += '^';
                  now += ceiling;
                },
            .interrupted = [this] { return interrupted(); }};
  }
};

/// Times that spread over a quarter of their size.
Sample noisy(int i) { return {.time = Seconds(1e-3 * (1 + (i * 7 % 11) / 40.0))}; }

int samples_of_all_blocks(Sampler& sampler, const SamplingPolicy& policy) {
  std::size_t samples = 0;
  for (int i = 0; i < policy.repetitions; ++i) samples += sampler.next_block().samples_us.size();
  return static_cast<int>(samples);
}

TEST(WarmUp, LastsForItsLaunchesAndItsTime) {
  Simulation fast;
  fast.sample = [](int) { return Sample{.time = Seconds(1e-3)}; };
  Sampler(fast.clock(), {.limit = Seconds(10), .warm_up_launches = 10, .warm_up = Seconds(0.05)})
      .warm_up();
  EXPECT_NEAR(fast.cold_launches, 50, 1);

  Simulation slow;
  slow.sample = [](int) { return Sample{.time = Seconds(0.1)}; };
  Sampler(slow.clock(), {.limit = Seconds(10), .warm_up_launches = 10, .warm_up = Seconds(0.05)})
      .warm_up();
  EXPECT_EQ(slow.cold_launches, 10);
}

TEST(WarmUp, TakesAQuarterOfTheTimeAtMostButOneLaunchAtLeast) {
  Simulation slow;
  slow.sample = [](int) { return Sample{.time = Seconds(0.1)}; };
  Sampler(slow.clock(), {.limit = Seconds(1), .warm_up_launches = 10}).warm_up();
  EXPECT_EQ(slow.cold_launches, 3);

  Simulation slower;
  slower.sample = [](int) { return Sample{.time = Seconds(60)}; };
  Sampler(slower.clock(), {.limit = Seconds(1)}).warm_up();
  EXPECT_EQ(slower.cold_launches, 1);
}

TEST(Blocks, AreFullWhileTheIntervalIsWideAndThereIsTime) {
  Simulation simulation;
  simulation.sample = noisy;
  const SamplingPolicy policy{.limit = Seconds(100)};
  Sampler sampler(simulation.clock(), policy);
  EXPECT_EQ(samples_of_all_blocks(sampler, policy), policy.least_block + 9 * policy.block);
}

TEST(Blocks, BecomeShortAsSoonAsTheIntervalIsNarrow) {
  Simulation simulation;  // all samples are equal
  const SamplingPolicy policy{.limit = Seconds(100)};
  Sampler sampler(simulation.clock(), policy);
  EXPECT_EQ(samples_of_all_blocks(sampler, policy),
            policy.least_block + policy.block + 8 * policy.least_block);
}

TEST(Blocks, NeedTwentySamplesToCallAnIntervalNarrow) {
  Simulation simulation;
  const SamplingPolicy policy{.block = 8, .limit = Seconds(100)};
  Sampler sampler(simulation.clock(), policy);
  // 3, 11, 19, 27 samples: only then is it known.
  for (const std::size_t size : {3U, 8U, 8U, 8U, 3U, 3U}) {
    EXPECT_EQ(sampler.next_block().samples_us.size(), size);
  }
}

TEST(Blocks, SpreadTheTimeThatIsLeftOverThoseThatAreLeft) {
  Simulation simulation;
  simulation.sample = noisy;
  simulation.overhead = Seconds(4e-3);
  const SamplingPolicy policy{.limit = Seconds(0.5)};
  Sampler sampler(simulation.clock(), policy);
  const int samples = samples_of_all_blocks(sampler, policy);
  EXPECT_NEAR(samples, 0.5 / 5.1e-3, 15);
  EXPECT_NEAR(simulation.now.count(), 0.5, 0.05);
}

TEST(Blocks, AreFollowedByOneOfTheCeilingForEveryThreeSamples) {
  Simulation simulation;
  simulation.sample = noisy;
  Sampler sampler(simulation.clock(), {.block = 7, .limit = Seconds(100)});
  for (int i = 0; i < 3; ++i) sampler.next_block();
  sampler.hot_us();
  EXPECT_EQ(simulation.order, "ccc^^ccccccc^^^ccccccc^^^hhhhhh");
}

TEST(Blocks, CountTheCeilingInTheTimeThatIsLeft) {
  Simulation simulation;
  simulation.sample = noisy;
  simulation.ceiling = Seconds(10e-3);
  const SamplingPolicy policy{.limit = Seconds(0.5)};
  Sampler sampler(simulation.clock(), policy);
  samples_of_all_blocks(sampler, policy);
  EXPECT_NEAR(simulation.now.count(), 0.5, 0.15);
}

// Half of the launches are 3 % slower: the median may be either, so the interval holds both, and
// more samples are the only help there is.
TEST(Blocks, StayFullWhereTheTimesHaveTwoModesAndKeepThemInOrder) {
  Simulation simulation;
  simulation.sample = [](int i) { return Sample{.time = Seconds(i % 2 == 0 ? 1e-3 : 1.03e-3)}; };
  const SamplingPolicy policy{.limit = Seconds(100)};
  Sampler sampler(simulation.clock(), policy);
  std::vector<double> all;
  for (int i = 0; i < policy.repetitions; ++i) {
    const std::vector<double> samples = sampler.next_block().samples_us;
    all.insert(all.end(), samples.begin(), samples.end());
  }
  ASSERT_EQ(all.size(), 273U);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_DOUBLE_EQ(all[i], i % 2 == 0 ? 1000 : 1030);
  const auto interval = reports::median_interval(all);
  EXPECT_DOUBLE_EQ(interval.low, 1000);
  EXPECT_DOUBLE_EQ(interval.high, 1030);
}

// One mode is rare: it moves no median, and does not hold up the end.
TEST(Blocks, BecomeShortWhereASecondModeIsRare) {
  Simulation simulation;
  simulation.sample = [](int i) { return Sample{.time = Seconds(i % 10 == 9 ? 1.5e-3 : 1e-3)}; };
  const SamplingPolicy policy{.limit = Seconds(100)};
  Sampler sampler(simulation.clock(), policy);
  EXPECT_EQ(samples_of_all_blocks(sampler, policy), 3 + 30 + 8 * 3);
}

// Whose times grow while it runs has no median to be sure of.
TEST(Blocks, StayFullWhereTheTimesDrift) {
  Simulation simulation;
  simulation.sample = [](int i) { return Sample{.time = Seconds(1e-3 * (1 + 0.001 * i))}; };
  const SamplingPolicy policy{.limit = Seconds(100)};
  Sampler sampler(simulation.clock(), policy);
  EXPECT_EQ(samples_of_all_blocks(sampler, policy), 3 + 9 * 30);
}

// Measured as infinitely fast, it would win.
TEST(ALaunchThatFails, IsNoSampleAtAll) {
  Simulation simulation;
  simulation.sample = [](int i) {
    if (i == 5) throw std::runtime_error("too many resources");
    return Sample{.time = Seconds(1e-3)};
  };
  Sampler sampler(simulation.clock(), {.limit = Seconds(100)});
  EXPECT_EQ(sampler.next_block().samples_us.size(), 3U);
  EXPECT_THROW(sampler.next_block(), std::runtime_error);
  EXPECT_EQ(simulation.order, "ccc^^ccc");  // nothing more is launched
}

TEST(ACoarseClock, ShowsATickNeverNothing) {
  Simulation simulation;
  simulation.sample = [](int) { return Sample{.time = Seconds(2e-6)}; };
  simulation.tick = Seconds(0.5e-3);
  Sampler sampler(simulation.clock(), {});
  EXPECT_EQ(sampler.next_block().samples_us, std::vector(3, 500.0));
}

// Enough launches for a batch to last ten ticks: one tick more or less is 10 % at most.
TEST(ACoarseClock, SeesHotLaunchesByTheHundreds) {
  Simulation simulation;
  simulation.sample = [](int) { return Sample{.time = Seconds(22e-6)}; };
  simulation.tick = Seconds(0.5e-3);
  Sampler sampler(simulation.clock(), {.limit = Seconds(100)});
  EXPECT_NEAR(sampler.hot_us(), 11, 1.1);
  EXPECT_EQ(simulation.hot_batches.back(), 1000);
}

TEST(Blocks, HoldAtLeastASampleHoweverSlowTheLaunch) {
  Simulation simulation;
  simulation.sample = [](int) { return Sample{.time = Seconds(60)}; };
  const SamplingPolicy policy{.limit = Seconds(0.1)};
  Sampler sampler(simulation.clock(), policy);
  sampler.warm_up();
  for (int i = 0; i < policy.repetitions; ++i) {
    EXPECT_EQ(sampler.next_block().samples_us, std::vector{60e6});
  }
}

TEST(Blocks, EndAtOnceWhenInterruptedButAreNeverEmpty) {
  Simulation simulation;
  simulation.interrupted = [] { return true; };
  Sampler sampler(simulation.clock(), {});
  sampler.warm_up();
  EXPECT_EQ(simulation.cold_launches, 1);
  EXPECT_EQ(sampler.next_block().samples_us.size(), 1U);
}

TEST(Blocks, HoldTheSamplesInMicrosecondsAsTheyWereTaken) {
  Simulation simulation;
  simulation.sample = [](int i) { return Sample{.time = Seconds(1e-6 * (i + 1))}; };
  Sampler sampler(simulation.clock(), {});
  const std::vector<double> samples = sampler.next_block().samples_us;
  ASSERT_EQ(samples.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(samples[i], static_cast<double>(i + 1));
}

/// A device that ran at `first` MHz for so many launches, and runs at `then` since.
Simulation clock_that_changes(double first, int launches, double then) {
  Simulation simulation;
  simulation.sample = [=](int i) {
    return Sample{.time = Seconds(1e-3), .clock_mhz = i < launches ? first : then};
  };
  return simulation;
}

constexpr SamplingPolicy kTenToWarmUp{
    .limit = Seconds(100), .warm_up_launches = 10, .warm_up = Seconds(0)};

TEST(SlowClock, HasItsSamplesThrownAwayAndTakenAgain) {
  Simulation simulation;
  simulation.sample = [](int i) {
    const bool slow = i >= 5 && i < 8;
    return Sample{.time = Seconds(slow ? 2e-3 : 1e-3), .clock_mhz = slow ? 1000.0 : 1980.0};
  };
  Sampler sampler(simulation.clock(), {.least_block = 10, .limit = Seconds(100)});
  const std::vector<double> samples = sampler.next_block().samples_us;
  EXPECT_EQ(samples, std::vector<double>(10, 1e3));
  EXPECT_EQ(sampler.throttled(), 3);
  EXPECT_EQ(sampler.clock_mhz(), 1980);
}

// What the device holds only for a moment is no measure of what it should hold.
TEST(SlowClock, IsComparedWithTheSustainedOneNotWithAFirstBoost) {
  Simulation simulation = clock_that_changes(1980, 3, 1500);
  Sampler sampler(simulation.clock(), kTenToWarmUp);
  sampler.warm_up();
  sampler.next_block();
  EXPECT_EQ(sampler.throttled(), 0);
  EXPECT_EQ(sampler.clock_mhz(), 1500);
}

TEST(SlowClock, JustAboveTheLimitIsFastEnough) {
  // Nine times below, until as many are slow as were fast and the median has followed.
  for (const auto& [mhz, throttled] : {std::pair{1600.0, 0}, std::pair{1599.0, 9}}) {
    Simulation simulation = clock_that_changes(2000, 10, mhz);
    Sampler sampler(simulation.clock(), kTenToWarmUp);
    sampler.warm_up();
    sampler.next_block();
    EXPECT_EQ(sampler.throttled(), throttled) << mhz;
  }
}

TEST(SlowClock, ThatStaysSlowStillGivesAResultAndSaysSo) {
  Simulation simulation = clock_that_changes(2000, 200, 500);
  SamplingPolicy policy = kTenToWarmUp;
  policy.warm_up_launches = 200;
  policy.retakes = 20;
  Sampler sampler(simulation.clock(), policy);
  sampler.warm_up();
  EXPECT_EQ(sampler.next_block().samples_us.size(), 3U);
  EXPECT_EQ(sampler.throttled(), policy.retakes + 3);
  EXPECT_EQ(simulation.cold_launches, 200 + policy.retakes + 3);
}

// A clock that sinks slowly, as it does where a device grows warm, never falls below its own
// median.
TEST(SlowClock, ThatDriftsIsFollowed) {
  Simulation simulation;
  simulation.sample = [](int i) {
    return Sample{.time = Seconds(1e-3), .clock_mhz = 2000.0 - 2 * i};
  };
  Sampler sampler(simulation.clock(), kTenToWarmUp);
  sampler.warm_up();
  EXPECT_GT(samples_of_all_blocks(sampler, kTenToWarmUp), 30);
  EXPECT_EQ(sampler.throttled(), 0);
}

/// Every n-th launch is disturbed, and takes twice as long.
Simulation disturbed_every(int n) {
  Simulation simulation;
  simulation.sample = [n](int i) {
    const bool hit = i % n == n - 1;
    return Sample{.time = Seconds(hit ? 2e-3 : 1e-3), .disturbed = hit};
  };
  return simulation;
}

TEST(DisturbedSamples, AreThrownAwayAndTakenAgain) {
  Simulation simulation = disturbed_every(5);
  Sampler sampler(simulation.clock(), {.least_block = 12, .limit = Seconds(100)});
  EXPECT_EQ(sampler.next_block().samples_us, std::vector<double>(12, 1e3));
  EXPECT_EQ(sampler.disturbed(), (reports::Disturbed{.retaken = 2}));
  EXPECT_EQ(simulation.cold_launches, 14);
}

TEST(DisturbedSamples, AreKeptAndCountedWhereTheyNeverEnd) {
  Simulation simulation = disturbed_every(1);
  Sampler sampler(simulation.clock(), {.limit = Seconds(100), .retakes = 4});
  EXPECT_EQ(sampler.next_block().samples_us.size(), 3U);
  EXPECT_EQ(sampler.disturbed(), (reports::Disturbed{.retaken = 4, .kept = 3}));
}

TEST(DisturbedSamples, TakeNoMoreThanTheirShareOfTheTime) {
  Simulation simulation = disturbed_every(1);
  Sampler sampler(simulation.clock(), {.limit = Seconds(0.1), .retakes = 1000});
  sampler.next_block();
  EXPECT_EQ(sampler.disturbed(), (reports::Disturbed{.retaken = 12, .kept = 3}));  // of 2 ms

  Simulation slow;
  slow.sample = [](int) { return Sample{.time = Seconds(60), .disturbed = true}; };
  Sampler one(slow.clock(), {.limit = Seconds(0.1)});
  EXPECT_EQ(one.next_block().samples_us.size(), 1U);
  EXPECT_EQ(one.disturbed(), (reports::Disturbed{.kept = 1}));
}

TEST(DisturbedSamples, AreNotTakenAgainOnceInterrupted) {
  Simulation simulation = disturbed_every(1);
  simulation.interrupted = [] { return true; };
  Sampler sampler(simulation.clock(), {.limit = Seconds(100)});
  EXPECT_EQ(sampler.next_block().samples_us.size(), 1U);
  EXPECT_EQ(simulation.cold_launches, 1);
}

TEST(UnknownClock, ThrowsNothingAway) {
  Simulation simulation;
  simulation.sample = noisy;
  Sampler sampler(simulation.clock(), {.limit = Seconds(100)});
  sampler.next_block();
  EXPECT_EQ(sampler.throttled(), 0);
  EXPECT_EQ(sampler.clock_mhz(), 0);
}

TEST(HotSamples, AreManyLaunchesBackToBackForShortOnes) {
  Simulation simulation;
  simulation.sample = [](int) { return Sample{.time = Seconds(20e-6)}; };
  Sampler sampler(simulation.clock(), {.limit = Seconds(100)});
  EXPECT_NEAR(sampler.hot_us(), 10, 1e-9);
  ASSERT_EQ(simulation.hot_batches.size(), 6U);
  EXPECT_EQ(simulation.hot_batches[0], 1);
  EXPECT_NEAR(simulation.hot_batches[1], 500, 1);  // 5 ms
}

TEST(HotSamples, AreAThousandLaunchesAtMostAndOneAtLeast) {
  for (const auto& [time, launches] :
       {std::pair{1e-9, 1000}, std::pair{1.0, 1}, std::pair{0.0, 1000}}) {
    Simulation simulation;
    simulation.sample = [t = time](int) { return Sample{.time = Seconds(t)}; };
    Sampler sampler(simulation.clock(), {.limit = Seconds(100)});
    sampler.hot_us();
    EXPECT_EQ(simulation.hot_batches.back(), launches);
  }
}

TEST(HotSamples, EndWhenTheTimeIsLongGone) {
  Simulation simulation;
  simulation.sample = [](int) { return Sample{.time = Seconds(60)}; };
  Sampler sampler(simulation.clock(), {.limit = Seconds(1)});
  EXPECT_EQ(sampler.hot_us(), 30e6);
  EXPECT_EQ(simulation.hot_batches.size(), 2U);
}

}  // namespace
}  // namespace prelu::harness
