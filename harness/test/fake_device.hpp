// A device of the tests: host memory of a chosen size, and a clock that shows what it is told to.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "device.hpp"

namespace prelu::harness {

class FakeDevice : public Device {
 public:
  Backend backend() const override { return Backend::cpu; }
  reports::DeviceInfo info() const override {
    return {.kind = "cpu", .name = "fake", .compute_capability = compute_capability};
  }
  std::size_t cache_bytes() const override { return cache; }
  Seconds clock_resolution() const override { return Seconds(1e-9); }

  Buffer allocate(std::size_t bytes) override;
  void write(std::byte* to, std::span<const std::byte> from) override;
  void read(std::span<std::byte> to, const std::byte* from) override;
  void fill(std::byte* to, unsigned char value, std::size_t bytes) override;
  void copy(std::byte* to, const std::byte* from, std::size_t bytes) override;

  int schedules() const override { return orders; }
  void use_schedule(int schedule) override { schedules_used.push_back(schedule); }

  void run(const Work& work) override;
  Sample time_once(const Work& work) override;
  Seconds time_many(const Work& work, int launches) override;
  std::span<const CeilingKernel> ceilings() const override { return ways; }

  // What the test sets.
  std::size_t memory = std::numeric_limits<std::size_t>::max();  ///< a larger buffer is refused
  std::size_t cache = 4096;
  std::string compute_capability;
  int orders = 1;
  Seconds launch_time{1e-6};
  std::vector<CeilingKernel> ways;
  std::function<void()> before_timed_launch = [] {};
  std::function<void()> before_hot_launch = [] {};

  // What the test looks at.
  std::vector<int> schedules_used;
  int timed_launches = 0;
  std::string timed;  ///< 'c' for each cold launch, 'h' for each batch of hot ones
};

}  // namespace prelu::harness
