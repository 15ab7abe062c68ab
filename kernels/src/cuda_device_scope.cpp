#include <cuda_runtime_api.h>

#include <stdexcept>
#include <string>

#include "cuda_check.hpp"
#include "device_scope.hpp"

namespace prelu {

DeviceScope::DeviceScope(int ordinal) {
  if (ordinal < 0) return;
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count);
      error != cudaSuccess || ordinal >= count) {
    static_cast<void>(cudaGetLastError());
    throw std::invalid_argument("prelu: there is no CUDA device " + std::to_string(ordinal) +
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
