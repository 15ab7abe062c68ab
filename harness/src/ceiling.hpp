// The limit a kernel is judged by: the fastest way found to move as many bytes in as many streams,
// measured in the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "device.hpp"
#include "report.hpp"

namespace prelu::harness {

/// The ceilings of one device, each measured once it is asked for.
class Ceilings {
 public:
  explicit Ceilings(Device& device) : device_(&device) {}

  /// The median time, in microseconds, of the fastest of the device's ways to read `reads` streams
  /// and write one, `bytes` in all. 0 where the device has no way, or there is no memory.
  double median_us(int reads, std::int64_t bytes);

  /// Measures the winners again, so that drift during the run shows.
  void measure_drift(const std::function<bool()>& stop);

  const std::vector<reports::Ceiling>& all() const { return ceilings_; }

 private:
  Device* device_;
  std::vector<reports::Ceiling> ceilings_;
};

}  // namespace prelu::harness
