// The limit a kernel is judged by: the fastest way found to move as many bytes in as many streams,
// measured in the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "device.hpp"
#include "report.hpp"
#include "rotating_operands.hpp"

namespace prelu::harness {

/// Streams of equal size, `bytes` in all, in as many sets as it takes to miss the cache: `reads` of
/// them are read, one is written.
class Streams {
 public:
  /// Throws std::bad_alloc.
  Streams(Device& device, int reads, std::int64_t bytes);

  /// One launch that is not timed: the first one of a kernel loads it.
  void launch(const CeilingKernel& kernel);
  /// One launch of a way with as many read streams, in microseconds; never 0.
  double sample_us(const CeilingKernel& kernel);
  /// One of `launches` back to back, all on the same memory.
  double hot_us(const CeilingKernel& kernel, int launches);

 private:
  Work work(const CeilingKernel& kernel);

  Device* device_;
  std::size_t each_;
  std::size_t sets_;
  Arena a_;
  Arena b_;
  Arena out_;
  std::size_t next_ = 0;
};

/// How many launches, of `once_us` each, last some `us`: from 1 to 1000.
int launches_lasting(double us, double once_us);

/// The median of five batches, in which launches of one case, back to back, are timed: long enough
/// that neither the clock's resolution nor the launch of a graph matters.
double hot_median_us(const std::function<double(int)>& us_of_launches,
                     const std::function<bool()>& stop);

/// The winning way, to be sampled between the samples of a case, so that what slows the machine
/// down for a while slows both.
class CeilingBeside {
 public:
  /// `ways` are all there are; `kernel` is the winner among them.
  CeilingBeside(Streams streams, const CeilingKernel& kernel, std::vector<CeilingKernel> ways)
      : streams_(std::move(streams)), kernel_(kernel), ways_(std::move(ways)) {}

  void sample() { samples_us_.push_back(streams_.sample_us(kernel_)); }
  /// 0 before the first sample.
  double median_us() const;
  /// Of the fastest way when it finds in the caches what they can hold: seldom the winner above.
  double hot_us(const std::function<bool()>& stop);

 private:
  Streams streams_;
  CeilingKernel kernel_;
  std::vector<CeilingKernel> ways_;
  std::vector<double> samples_us_;
};

/// The ceilings of one device, each measured once it is asked for.
class Ceilings {
 public:
  /// Measuring is given up as soon as `stop` says so.
  Ceilings(Device& device, std::function<bool()> stop) : device_(&device), stop_(std::move(stop)) {}

  /// The median time, in microseconds, of the fastest of the device's ways to read `reads` streams
  /// and write one, `bytes` in all. 0 where the device has no way, there is no memory, or it
  /// was stopped.
  double median_us(int reads, std::int64_t bytes);

  /// The winner among those ways. Null where median_us() is 0, or there is no memory.
  std::unique_ptr<CeilingBeside> beside(int reads, std::int64_t bytes);

  /// Measures the winners again, so that drift during the run shows.
  void measure_drift();

  const std::vector<reports::Ceiling>& all() const { return ceilings_; }

 private:
  const reports::Ceiling* find(int reads, std::int64_t bytes) const;

  Device* device_;
  std::function<bool()> stop_;
  std::vector<reports::Ceiling> ceilings_;
};

}  // namespace prelu::harness
