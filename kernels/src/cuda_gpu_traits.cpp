#include <cuda_runtime_api.h>

#include "gpu_traits.hpp"

namespace prelu {

std::optional<GpuTraits> gpu_traits(int ordinal) {
  int count = 0;
  int device = ordinal;
  const bool there = cudaGetDeviceCount(&count) == cudaSuccess && ordinal < count && count > 0 &&
                     (ordinal >= 0 || cudaGetDevice(&device) == cudaSuccess);
  const auto attribute = [device](cudaDeviceAttr which) {
    int value = 0;
    return cudaDeviceGetAttribute(&value, which, device) == cudaSuccess ? value : 0;
  };
  if (!there) {
    static_cast<void>(cudaGetLastError());  // so that the next check reports its own
    return std::nullopt;
  }
  return GpuTraits{.name = "this machine's GPU",
                   .compute_capability = attribute(cudaDevAttrComputeCapabilityMajor) * 10 +
                                         attribute(cudaDevAttrComputeCapabilityMinor),
                   .sms = attribute(cudaDevAttrMultiProcessorCount),
                   .l2_bytes = attribute(cudaDevAttrL2CacheSize)};
}

}  // namespace prelu
