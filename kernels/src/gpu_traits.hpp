// What the choice of a kernel asks of a GPU.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace prelu {

struct GpuTraits {
  std::string_view name;       ///< "h100"
  int compute_capability = 0;  ///< 90 for 9.0
  int sms = 0;                 ///< streaming multiprocessors
  std::int64_t l2_bytes = 0;
};

/// GPUs that can be asked about without being there, from NVIDIA's data sheets and architecture
/// white papers. The first is assumed where there is none.
std::span<const GpuTraits> known_gpus();

/// The known GPU of that name. Throws std::invalid_argument that lists the names.
const GpuTraits& known_gpu(std::string_view name);

/// The CUDA device of that ordinal, -1 being the current one; nothing where there is none.
std::optional<GpuTraits> gpu_traits(int ordinal);

}  // namespace prelu
