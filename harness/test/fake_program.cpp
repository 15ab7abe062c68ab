// prelu-bench over the fake device and variants: how a run ends when something is wrong.
#include "fake_device.hpp"
#include "program.hpp"

namespace prelu::harness {

const Program& program() {
  static constexpr Program kProgram{.name = "prelu-fake",
                                    .description = "prelu-bench over a fake device.",
                                    .examples = "",
                                    .default_suite = "smoke",
                                    .times = true,
                                    .has_schedules = false};
  return kProgram;
}

Devices open_devices(const DeviceOptions&) {
  Devices devices;
  devices[Backend::cpu].device = std::make_unique<FakeDevice>();
  devices[Backend::cuda].absent_reason = "there is no fake GPU";
  return devices;
}

}  // namespace prelu::harness
