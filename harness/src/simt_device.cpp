// The SIMT executor as a device: it verifies and never times.
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "device.hpp"
#include "executor.hpp"
#include "program.hpp"

namespace prelu::harness {
namespace {

constexpr std::size_t kAlignment = 256;

class SimtDevice : public Device {
 public:
  SimtDevice(int schedules, std::uint64_t seed) : schedules_(schedules), seed_(seed) {}

  Backend backend() const override { return Backend::cuda; }
  reports::DeviceInfo info() const override {
    return {.kind = "simt", .name = "SIMT executor on the CPU"};
  }
  std::size_t cache_bytes() const override { return 0; }
  Seconds clock_resolution() const override { return {}; }

  Buffer allocate(std::size_t bytes) override {
    auto* memory = static_cast<std::byte*>(::operator new (bytes, std::align_val_t{kAlignment}));
    return {memory,
            [](std::byte* freed) { ::operator delete (freed, std::align_val_t{kAlignment}); }};
  }
  void write(std::byte* to, std::span<const std::byte> from) override {
    if (!from.empty()) std::memcpy(to, from.data(), from.size());
  }
  void read(std::span<std::byte> to, const std::byte* from) override {
    if (!to.empty()) std::memcpy(to.data(), from, to.size());
  }
  void fill(std::byte* to, unsigned char value, std::size_t bytes) override {
    std::memset(to, value, bytes);
  }
  void copy(std::byte* to, const std::byte* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }

  void seal(std::byte* start, std::size_t bytes) override { simt::seal(start, bytes); }
  void unseal(std::byte* start, std::size_t bytes) override { simt::unseal(start, bytes); }

  int schedules() const override { return schedules_; }
  void use_schedule(int schedule) override {
    // Program order and its reverse always; the rest are shuffles that the seed chooses.
    constexpr int kFixed = 2;
    const auto number = static_cast<std::uint64_t>(schedule);
    simt::set_schedule(schedule < kFixed ? number : seed_ * 1000 + number);
  }

  void run(const Work& work) override {
    const int before = simt::races_reported();
    work(nullptr);
    if (simt::races_reported() > before) {
      throw std::runtime_error("ThreadSanitizer reported a data race");
    }
  }
  Sample time_once(const Work&) override { throw std::logic_error("the executor has no clock"); }
  Seconds time_many(const Work&, int) override {
    throw std::logic_error("the executor has no clock");
  }
  std::span<const CeilingKernel> ceilings() const override { return {}; }

 private:
  int schedules_;
  std::uint64_t seed_;
};

}  // namespace

Devices open_devices(const DeviceOptions& options) {
  Devices devices;
  devices.emplace(Backend::cuda, DeviceChoice{.device = std::make_unique<SimtDevice>(
                                                  options.schedules, options.seed),
                                              .absent_reason = {}});
  return devices;
}

}  // namespace prelu::harness
