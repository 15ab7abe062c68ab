// cudaError_t -> an exception that names the caller's line.
#pragma once

#include <cuda_runtime_api.h>

#include <source_location>
#include <string>

#include "prelu/plan.hpp"

namespace prelu::cuda {

class Error : public DeviceError {
 public:
  Error(cudaError_t code, const std::source_location& where)
      : DeviceError(std::string(where.file_name()) + ":" + std::to_string(where.line()) + ": " +
                    cudaGetErrorName(code) + ": " + cudaGetErrorString(code)) {}
};

inline void check(cudaError_t code,
                  const std::source_location& where = std::source_location::current()) {
  if (code == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // clear it, so that the next check reports its own
  throw Error(code, where);
}

/// After every launch: a bad launch configuration is reported only this way.
inline void check_launch(const std::source_location& where = std::source_location::current()) {
  check(cudaGetLastError(), where);
}

}  // namespace prelu::cuda
