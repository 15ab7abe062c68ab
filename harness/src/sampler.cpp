#include "sampler.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "ceiling.hpp"
#include "statistics.hpp"

namespace prelu::harness {
namespace {

constexpr double kMicroseconds = 1e6;

Seconds process_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return Seconds(static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec));
}

}  // namespace

Sampler::Sampler(Clock clock, const SamplingPolicy& policy)
    : clock_(std::move(clock)), policy_(policy), start_(clock_.now()) {}

void Sampler::warm_up() {
  const Seconds begin = clock_.now();
  for (int launches = 0;
       launches < policy_.warm_up_launches || clock_.now() - begin < policy_.warm_up; ++launches) {
    launch();
    // A single long launch is warm-up enough for its own clocks.
    if (clock_.interrupted() || clock_.now() - begin > policy_.limit / 4) break;
  }
}

double Sampler::clock_mhz() const { return clocks_mhz_.empty() ? 0 : reports::median(clocks_mhz_); }

Sample Sampler::launch() {
  const Sample sample = clock_.cold();
  if (sample.clock_mhz > 0) clocks_mhz_.push_back(sample.clock_mhz);
  return sample;
}

Sample Sampler::take() {
  for (;;) {
    const Seconds begin = clock_.now();
    const Sample sample = launch();
    const Seconds cost = clock_.now() - begin;
    const bool slow = sample.clock_mhz > 0 && sample.clock_mhz < policy_.slow_clock * clock_mhz();
    if (!slow && !sample.disturbed) return sample;
    // Where retaking does not help, or costs too much, a poor sample is better than none.
    const bool again = retakes_ < policy_.retakes && !clock_.interrupted() &&
                       retaking_ + cost <= policy_.retaking_share * policy_.limit;
    throttled_ += slow ? 1 : 0;
    if (sample.disturbed) ++(again ? disturbed_.retaken : disturbed_.kept);
    if (!again) return sample;
    ++retakes_;
    retaking_ += cost;
  }
}

bool Sampler::interval_is_narrow() const {
  constexpr std::size_t kLeast = 20;  // fewer say little about the interval
  if (all_us_.size() < kLeast) return false;
  const auto interval = reports::median_interval(all_us_);
  return interval.high - interval.low < policy_.width * interval.median;
}

int Sampler::block_size() const {
  if (interval_is_narrow()) return policy_.least_block;
  if (all_us_.empty()) return policy_.least_block;
  // What is left of the case's time, spread evenly over the blocks that are left.
  const Seconds left = policy_.limit - (clock_.now() - start_);
  const double per_sample = spent_.count() / static_cast<double>(all_us_.size());
  const double fitting = left.count() / per_sample / (policy_.repetitions - blocks_);
  if (!(fitting > policy_.least_block)) return policy_.least_block;
  return static_cast<int>(std::min<double>(fitting, policy_.block));
}

Block Sampler::next_block() {
  Block block;
  const int wanted = block_size();
  const Seconds begin = clock_.now();
  const Seconds cpu_begin = process_time();
  for (int i = 0; i < wanted; ++i) {
    block.samples_us.push_back(take().time.count() * kMicroseconds);
    // Far over its time, a case gives at least one sample a block.
    if (clock_.interrupted() || clock_.now() - start_ > 2 * policy_.limit) break;
  }
  const auto samples = static_cast<double>(block.samples_us.size());
  block.cpu_time_us = (process_time() - cpu_begin).count() * kMicroseconds / samples;
  for (int i = 0; i <= static_cast<int>(samples) / policy_.samples_per_ceiling; ++i) {
    clock_.ceiling();
  }
  spent_ += clock_.now() - begin;
  all_us_.insert(all_us_.end(), block.samples_us.begin(), block.samples_us.end());
  ++blocks_;
  return block;
}

double Sampler::hot_us() {
  return hot_median_us(
      [this](int launches) { return clock_.hot(launches).count() * kMicroseconds; },
      [this] { return clock_.interrupted() || clock_.now() - start_ > 2 * policy_.limit; });
}

}  // namespace prelu::harness
