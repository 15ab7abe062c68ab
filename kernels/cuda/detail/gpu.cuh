// What a kernel file includes, on the GPU: CUDA itself and the few names that the SIMT executor
// provides too (kernels/simt/gpu.cuh).
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <utility>

#include "cuda_check.hpp"

namespace prelu::gpu {

struct LaunchConfig {
  dim3 grid = 1;
  dim3 block = 1;
  std::size_t shared_bytes = 0;
  cudaStream_t stream = nullptr;
};

/// Launches kernel(args...) and throws cuda::Error when the launch is refused. An empty grid is no
/// launch: a problem without elements has nothing to do.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const LaunchConfig& config, Arguments&&... arguments) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;
  cudaLaunchConfig_t native{};
  native.gridDim = config.grid;
  native.blockDim = config.block;
  native.dynamicSmemBytes = config.shared_bytes;
  native.stream = config.stream;
  cuda::check(cudaLaunchKernelEx(&native, kernel,
                                 static_cast<Parameters>(std::forward<Arguments>(arguments))...));
}

/// The multiprocessors of the current device.
inline int multiprocessors() {
  int device = 0;
  cuda::check(cudaGetDevice(&device));
  int count = 0;
  cuda::check(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device));
  return count;
}

/// This block's dynamic shared memory: LaunchConfig::shared_bytes, 16-byte aligned.
template <class T>
__device__ T* dynamic_shared() {
  extern __shared__ __align__(16) unsigned char prelu_dynamic_shared[];
  return reinterpret_cast<T*>(prelu_dynamic_shared);
}

}  // namespace prelu::gpu
