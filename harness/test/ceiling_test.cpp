// The ceiling is the fastest way found, measured once and again at the end.
#include "ceiling.hpp"

#include <gtest/gtest.h>

#include "fake_device.hpp"

namespace prelu::harness {
namespace {

/// Seconds that the next launch takes; each way sets its own.
double duration = 0;

template <int kMicroseconds>
void way(const std::byte*, const std::byte* b, std::byte*, std::size_t, Stream) {
  duration = kMicroseconds * 1e-6 * (b == nullptr ? 1 : 10);
}

/// A device on which each way takes its time.
struct TimedDevice : FakeDevice {
  TimedDevice() {
    ways = {{.name = "slow_copy", .reads = 1, .launch = way<30>},
            {.name = "copy", .reads = 1, .launch = way<20>},
            {.name = "add", .reads = 2, .launch = way<20>}};
  }
  Sample time_once(const Work& work) override {
    FakeDevice::time_once(work);
    return {.time = Seconds(duration * factor)};
  }
  double factor = 1;
};

bool never() { return false; }

TEST(Ceiling, IsTheMedianOfTheFastestWay) {
  TimedDevice device;
  Ceilings ceilings(device, never);
  EXPECT_DOUBLE_EQ(ceilings.median_us(1, 1 << 16), 20);
  EXPECT_DOUBLE_EQ(ceilings.median_us(2, 1 << 16), 200);
  ASSERT_EQ(ceilings.all().size(), 2U);
  EXPECT_EQ(ceilings.all()[0].way, "copy");
  EXPECT_EQ(ceilings.all()[0].device, "cpu");
  EXPECT_EQ(ceilings.all()[0].bytes, 1 << 16);
  EXPECT_EQ(ceilings.all()[1].way, "add");
  EXPECT_EQ(ceilings.all()[1].reads, 2);
}

TEST(Ceiling, IsMeasuredOnceForTheSameBytes) {
  TimedDevice device;
  Ceilings ceilings(device, never);
  ceilings.median_us(1, 1 << 16);
  const int launches = device.timed_launches;
  ceilings.median_us(1, 1 << 16);
  EXPECT_EQ(device.timed_launches, launches);
  ceilings.median_us(1, 1 << 17);
  EXPECT_GT(device.timed_launches, launches);
}

TEST(Ceiling, IsNeverNothingThoughTheClockSeesNothing) {
  TimedDevice device;
  device.factor = 0;
  EXPECT_DOUBLE_EQ(Ceilings(device, never).median_us(1, 1), 1e-3);
}

TEST(Ceiling, IsUnknownWithoutAWayMemoryOrBytes) {
  TimedDevice device;
  EXPECT_EQ(Ceilings(device, never).median_us(1, 0), 0);
  device.memory = 1000;
  Ceilings poor(device, never);
  EXPECT_EQ(poor.median_us(1, 1 << 16), 0);
  EXPECT_TRUE(poor.all().empty());
  FakeDevice without_ways;
  EXPECT_EQ(Ceilings(without_ways, never).median_us(1, 1 << 16), 0);
}

TEST(Ceiling, IsGivenUpWhenTheRunIsInterrupted) {
  TimedDevice device;
  Ceilings ceilings(device, [&] { return device.timed_launches >= 4; });
  EXPECT_EQ(ceilings.median_us(1, 1 << 16), 0);
  EXPECT_TRUE(ceilings.all().empty());
  EXPECT_EQ(device.timed_launches, 4);
}

TEST(Ceiling, SampledBesideACaseFollowsTheMachine) {
  TimedDevice device;
  Ceilings ceilings(device, never);
  const auto beside = ceilings.beside(1, 1 << 16);
  ASSERT_NE(beside, nullptr);
  EXPECT_EQ(beside->median_us(), 0);
  device.factor = 1.5;
  for (int i = 0; i < 3; ++i) beside->sample();
  EXPECT_DOUBLE_EQ(beside->median_us(), 30);
  EXPECT_DOUBLE_EQ(ceilings.median_us(1, 1 << 16), 20);
}

TEST(Ceiling, IsNotSampledBesideACaseWithoutAWayOrMemory) {
  FakeDevice without_ways;
  EXPECT_EQ(Ceilings(without_ways, never).beside(1, 1 << 16), nullptr);
  TimedDevice device;
  Ceilings ceilings(device, never);
  ceilings.median_us(1, 1 << 16);
  device.memory = 1000;
  EXPECT_EQ(ceilings.beside(1, 1 << 16), nullptr);
}

TEST(Drift, IsTheLastMedianOverTheFirst) {
  TimedDevice device;
  Ceilings ceilings(device, never);
  ceilings.median_us(1, 1 << 16);
  EXPECT_EQ(ceilings.all()[0].drift, 0);
  device.factor = 1.5;
  ceilings.measure_drift();
  EXPECT_DOUBLE_EQ(ceilings.all()[0].drift, 0.5);
  EXPECT_DOUBLE_EQ(ceilings.all()[0].median_us, 20);
}

TEST(Drift, StaysUnknownWhereTheMemoryIsGone) {
  TimedDevice device;
  Ceilings ceilings(device, never);
  ceilings.median_us(1, 1 << 16);
  device.memory = 1000;
  ceilings.measure_drift();
  EXPECT_EQ(ceilings.all()[0].drift, 0);
}

}  // namespace
}  // namespace prelu::harness
