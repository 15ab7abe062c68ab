#include "nvml.hpp"

#include <dlfcn.h>

#include <array>
#include <memory>

namespace prelu::harness {
namespace {

// The part of NVML's C interface that is used. Each function is looked up by its name: what an
// older driver lacks stays unknown.
using NvmlDevice = struct nvmlDevice_st*;
constexpr int kSuccess = 0;

struct Closer {
  void operator()(void* library) const { dlclose(library); }
};

class Nvml {
 public:
  Nvml() : library_(dlopen("libnvidia-ml.so.1", RTLD_LAZY | RTLD_LOCAL)) {
    const auto init = find<int()>("nvmlInit_v2");
    initialised_ = init != nullptr && init() == kSuccess;
  }
  ~Nvml() {
    if (const auto shutdown = find<int()>("nvmlShutdown"); initialised_ && shutdown != nullptr) {
      shutdown();
    }
  }
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  /// Calls the function of that name; false where it is missing or fails.
  template <class... Arguments>
  bool call(const char* name, Arguments... arguments) const {
    const auto function = initialised_ ? find<int(Arguments...)>(name) : nullptr;
    return function != nullptr && function(arguments...) == kSuccess;
  }

 private:
  template <class Signature>
  Signature* find(const char* name) const {
    return library_ ? reinterpret_cast<Signature*>(dlsym(library_.get(), name)) : nullptr;
  }

  std::unique_ptr<void, Closer> library_;
  bool initialised_ = false;
};

}  // namespace

NvmlInfo read_nvml(const std::string& pci_bus_id) {
  const Nvml nvml;
  NvmlInfo info;
  constexpr unsigned kDriverLength = 80;
  std::array<char, kDriverLength> driver{};
  if (nvml.call("nvmlSystemGetDriverVersion", driver.data(), kDriverLength)) {
    info.driver = driver.data();
  }
  NvmlDevice device = nullptr;
  if (!nvml.call("nvmlDeviceGetHandleByPciBusId_v2", pci_bus_id.c_str(), &device)) return info;
  unsigned current = 0;
  unsigned pending = 0;
  if (nvml.call("nvmlDeviceGetMigMode", device, &current, &pending)) info.mig = current != 0;
  unsigned milliwatts = 0;
  if (nvml.call("nvmlDeviceGetEnforcedPowerLimit", device, &milliwatts)) {
    info.power_limit_w = milliwatts / 1000.0;
  }
  return info;
}

}  // namespace prelu::harness
