#include <cuda_runtime_api.h>

#include <string>

#include "cuda_check.hpp"
#include "device_scope.hpp"
#include "prelu/plan.hpp"

namespace prelu {

int cuda_device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  static_cast<void>(cudaGetLastError());  // so that the next check reports its own
  return 0;
}

DeviceScope::DeviceScope(int ordinal) {
  if (ordinal < 0) return;
  if (const int count = cuda_device_count(); ordinal >= count) {
    throw NotSupported("prelu: there is no CUDA device " + std::to_string(ordinal) +
                       "; there are " + std::to_string(count));
  }
  int current = 0;
  cuda::check(cudaGetDevice(&current));
  if (current == ordinal) return;
  cuda::check(cudaSetDevice(ordinal));
  restore_ = current;
}

DeviceScope::~DeviceScope() {
  if (restore_ >= 0) static_cast<void>(cudaSetDevice(restore_));
}

}  // namespace prelu
