// The limit a kernel is judged by: the fastest way found to move as many bytes in as many streams,
// measured in the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "device.hpp"
#include "report.hpp"

namespace prelu::harness {

/// The ceilings of one device, each measured once it is asked for.
class Ceilings {
 public:
  /// Measuring is given up as soon as `stop` says so.
  Ceilings(Device& device, std::function<bool()> stop) : device_(&device), stop_(std::move(stop)) {}

  /// The median time, in microseconds, of the fastest of the device's ways to read `reads` streams
  /// and write one, `bytes` in all. 0 where the device has no way, there is no memory, or it
  /// was stopped.
  double median_us(int reads, std::int64_t bytes);

  /// Measures the winners again, so that drift during the run shows.
  void measure_drift();

  const std::vector<reports::Ceiling>& all() const { return ceilings_; }

 private:
  Device* device_;
  std::function<bool()> stop_;
  std::vector<reports::Ceiling> ceilings_;
};

}  // namespace prelu::harness
