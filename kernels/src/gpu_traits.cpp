#include "gpu_traits.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace prelu {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

constexpr std::array kKnown{
    GpuTraits{.name = "h100", .compute_capability = 90, .sms = 132, .l2_bytes = 50 * kMiB},
    GpuTraits{.name = "h200", .compute_capability = 90, .sms = 132, .l2_bytes = 50 * kMiB},
    GpuTraits{.name = "t4", .compute_capability = 75, .sms = 40, .l2_bytes = 4 * kMiB},
    GpuTraits{.name = "a100", .compute_capability = 80, .sms = 108, .l2_bytes = 40 * kMiB},
    GpuTraits{.name = "a10", .compute_capability = 86, .sms = 72, .l2_bytes = 6 * kMiB},
    GpuTraits{.name = "l40s", .compute_capability = 89, .sms = 142, .l2_bytes = 96 * kMiB},
    GpuTraits{.name = "b200", .compute_capability = 100, .sms = 148, .l2_bytes = 126 * kMiB},
    GpuTraits{.name = "rtx5090", .compute_capability = 120, .sms = 170, .l2_bytes = 96 * kMiB},
};

}  // namespace

std::span<const GpuTraits> known_gpus() { return kKnown; }

const GpuTraits& known_gpu(std::string_view name) {
  if (const auto* gpu = std::ranges::find(kKnown, name, &GpuTraits::name); gpu != kKnown.end()) {
    return *gpu;
  }
  std::string list;
  for (const GpuTraits& gpu : kKnown) list.append(list.empty() ? "" : ", ").append(gpu.name);
  throw std::invalid_argument("'" + std::string(name) + "' is none of: " + list);
}

}  // namespace prelu
