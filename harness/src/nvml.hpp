// What NVML knows of a GPU and CUDA does not tell. The library comes with the driver, its header
// with few toolkits: it is loaded at run time.
#pragma once

#include <optional>
#include <string>

namespace prelu::harness {

/// Zero, empty and null mean "not known".
struct NvmlInfo {
  std::string driver;  ///< "580.65.06"
  std::optional<bool> mig;
  double power_limit_w = 0;
};

/// Of the device at that PCI bus id ("0000:1b:00.0"). Never throws: without NVML nothing is known.
NvmlInfo read_nvml(const std::string& pci_bus_id);

}  // namespace prelu::harness
