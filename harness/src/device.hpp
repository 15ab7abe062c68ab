// Where a case runs: memory, cache and clock of one backend.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ceiling_kernel.hpp"
#include "prelu/operands.hpp"
#include "prelu/problem.hpp"
#include "report.hpp"

namespace prelu::harness {

using Seconds = std::chrono::duration<double>;

/// Memory of a device; freed with its owner. Aligned to 256 bytes.
using Buffer = std::unique_ptr<std::byte, std::function<void(std::byte*)>>;

/// Enqueues one launch.
using Work = std::function<void(Stream)>;

/// Enqueues a launch of one problem on these operands.
using Launch = std::function<void(const Operands&, Stream)>;

/// The device itself has failed: what it computes from here on would be meaningless.
class DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One timed launch.
struct Sample {
  Seconds time{};
  double clock_mhz = 0;    ///< the clock it ran at; 0 where unknown
  bool disturbed = false;  ///< something else took the device's time meanwhile
};

class Device {
 public:
  virtual ~Device() = default;

  virtual Backend backend() const = 0;
  /// What the report says of this device.
  virtual reports::DeviceInfo info() const = 0;
  /// The last-level cache, in bytes: what a cold sample must not find its data in.
  virtual std::size_t cache_bytes() const = 0;
  /// The smallest difference its clock shows.
  virtual Seconds clock_resolution() const = 0;

  /// Throws std::bad_alloc.
  virtual Buffer allocate(std::size_t bytes) = 0;
  virtual void write(std::byte* to, std::span<const std::byte> from) = 0;
  virtual void read(std::span<std::byte> to, const std::byte* from) = 0;
  virtual void fill(std::byte* to, unsigned char value, std::size_t bytes) = 0;
  virtual void copy(std::byte* to, const std::byte* from, std::size_t bytes) = 0;

  /// Between `seal` and `unseal` a sanitizer, where one is watching, reports any access to these
  /// bytes. Elsewhere nothing happens.
  virtual void seal(std::byte*, std::size_t) {}
  virtual void unseal(std::byte*, std::size_t) {}

  /// How many orders of execution `run` can be asked for; 1 where the hardware decides.
  virtual int schedules() const { return 1; }
  /// The order of the next runs: 0 to schedules() - 1.
  virtual void use_schedule(int) {}

  /// Runs the work once and waits. Throws what went wrong, asynchronous errors included.
  virtual void run(const Work& work) = 0;
  /// Times one launch, from an idle device, without the cost of launching it.
  virtual Sample time_once(const Work& work) = 0;
  /// Times `launches` launches back to back (a graph, where there are graphs); the time of one.
  virtual Seconds time_many(const Work& work, int launches) = 0;

  /// The ways to move bytes that serve as ceilings, of either number of read streams.
  virtual std::span<const CeilingKernel> ceilings() const = 0;
};

/// device.time_once(work); what takes less than a tick of the clock takes a tick at most, never
/// nothing.
inline Sample time_launch(Device& device, const Work& work) {
  Sample sample = device.time_once(work);
  sample.time = std::max(sample.time, device.clock_resolution());
  return sample;
}

/// What a program may run on. A device that is not there says why.
struct DeviceChoice {
  std::unique_ptr<Device> device;
  std::string absent_reason;  ///< why `device` is null
};

/// All cores that are really available; `threads` > 0 asks for fewer.
DeviceChoice open_cpu(int threads);
/// The CUDA device of that ordinal.
DeviceChoice open_cuda(int ordinal);

}  // namespace prelu::harness
