// When to sample what, when to stop, what to discard. The policy, apart from the clock: it is
// tested against a simulated one.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "device.hpp"
#include "report.hpp"

namespace prelu::harness {

/// What the policy asks of a device, for one case.
struct Clock {
  std::function<Sample()> cold;           ///< one launch on operands that no cache holds
  std::function<Seconds(int)> hot;        ///< that many launches back to back; the time of one
  std::function<Seconds()> now;           ///< since some fixed moment
  std::function<void()> ceiling = [] {};  ///< one launch of the copy that the case is judged by
  std::function<bool()> interrupted = [] { return false; };
};

struct SamplingPolicy {
  int repetitions = 10;         ///< blocks of samples; Google Benchmark's U test wants 9 or more
  int block = 30;               ///< samples of a block at most
  int least_block = 3;          ///< and at least
  int samples_per_ceiling = 3;  ///< how many, roughly, stand between two of the ceiling
  double width = 0.01;  ///< of the 95 % interval of the median, at which blocks become short
  Seconds limit{1.0};   ///< for one case, all in all
  int warm_up_launches = 10;
  Seconds warm_up{0.02};
  double slow_clock = 0.8;       ///< of the sustained clock: below it a sample is taken again
  int retakes = 50;              ///< of samples at a slow clock or disturbed, for one case
  double retaking_share = 0.25;  ///< of `limit`, and no longer
};

struct Block {
  std::vector<double> samples_us;
  double cpu_time_us = 0;  ///< of the process, per sample
};

/// Samples one case: warm-up, cold blocks, then hot launches.
class Sampler {
 public:
  Sampler(Clock clock, const SamplingPolicy& policy);

  /// Runs until both the launches and the time of the policy have passed.
  void warm_up();
  /// The next block of cold samples, never empty; and its share of the ceiling's, which follow it
  /// so that what slows the machine down for a while slows both.
  Block next_block();
  /// One of many launches back to back, after all cold blocks.
  double hot_us();

  /// Samples at a slow clock, those included that were kept because the policy had no retake left.
  int throttled() const { return throttled_; }
  /// Samples that were thrown away because something disturbed them, and disturbed ones kept.
  reports::Disturbed disturbed() const { return disturbed_; }
  /// The median of the clocks seen since the warm-up began: a first boost does not count, and
  /// neither does a dip. 0 where no clock is known.
  double clock_mhz() const;

 private:
  Sample launch();
  Sample take();
  int block_size() const;
  bool interval_is_narrow() const;

  Clock clock_;
  SamplingPolicy policy_;
  std::vector<double> all_us_;
  Seconds start_{};
  Seconds spent_{};  ///< wall time of the blocks, all that belongs to them included
  int blocks_ = 0;
  std::vector<double> clocks_mhz_;
  int throttled_ = 0;
  reports::Disturbed disturbed_;
  int retakes_ = 0;
  Seconds retaking_{};  ///< wall time of the samples thrown away
};

}  // namespace prelu::harness
