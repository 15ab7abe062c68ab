#include "kernel_info.hpp"

#include <algorithm>

#include "names.hpp"

namespace prelu::harness {
namespace {

std::string compute_capability_of(const resources::KernelResources& kernel) {
  return std::to_string(kernel.architecture / 10) + "." + std::to_string(kernel.architecture % 10);
}

}  // namespace

std::optional<reports::KernelInfo> kernel_info(const resources::Table& table, const Case& c,
                                               const std::string& compute_capability) {
  if (c.offset != 0 || !c.shifted.empty()) return std::nullopt;
  int widest = -1;
  reports::KernelInfo info;
  for (const resources::KernelResources& kernel : table) {
    if (kernel.variant != c.variant || kernel.dtype != name(c.problem.dtype) ||
        !kernel.accesses_tensors || kernel.pack_bits < widest ||
        compute_capability_of(kernel) != compute_capability) {
      continue;
    }
    const std::int64_t in_flight = kernel.bytes_in_flight_per_sm();
    if (kernel.pack_bits > widest) info = {.bytes_in_flight_per_sm = in_flight};
    widest = kernel.pack_bits;
    info.registers = std::max(info.registers, kernel.registers);
    info.spill_bytes = std::max(info.spill_bytes, kernel.spill_bytes);
    info.bytes_in_flight_per_sm = std::min(info.bytes_in_flight_per_sm, in_flight);
  }
  if (widest < 0) return std::nullopt;
  return info;
}

}  // namespace prelu::harness
