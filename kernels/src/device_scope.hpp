// The CUDA device that calls go to, for the length of a scope.
#pragma once

namespace prelu {

/// 0 in a build without CUDA, and where there is no driver.
int cuda_device_count();

/// Makes `ordinal` the thread's current CUDA device and restores the earlier one at its end; -1
/// changes nothing. Throws NotSupported for a device that does not exist.
class DeviceScope {
 public:
  explicit DeviceScope(int ordinal);
  ~DeviceScope();  // NOLINT(performance-trivially-destructible): not so in a build with CUDA
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  [[maybe_unused]] int restore_ = -1;
};

}  // namespace prelu
