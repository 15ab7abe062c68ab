// Choose a kernel once, run it many times.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string_view>

#include "prelu/operands.hpp"
#include "prelu/problem.hpp"

namespace prelu {

struct KernelVariant;

/// What is asked for is valid, but is not to be had here: a device that does not exist, or a
/// problem that no variant computes.
class NotSupported : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A call of the CUDA runtime failed: the message says which, where and why.
class DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How many devices the backend has: 1 for the CPU; for CUDA 0 in a build without it, and where
/// there is no driver.
int device_count(Backend backend);

struct PlanOptions {
  bool deterministic = false;  ///< the same bits in every run with pointers aligned alike
  int alignment = 256;  ///< of the tensors' pointers, in bytes, as cudaMalloc gives it. A hint:
                        ///< with less, accesses are narrower, and dalpha's last bits may differ
  int device = -1;      ///< ordinal of the CUDA device; -1 is the caller's current one
};

/// A problem bound to the variant preferred for it on the device: by rules that src/choice.cpp
/// holds, and prelu-bench --explain shows. A value: cheap to copy, const to run, and safe to run
/// from several threads at once (each with its own workspace).
class Plan {
 public:
  /// Throws std::invalid_argument when the problem is not valid; NotSupported when no variant
  /// computes it (the message lists each one's reason), or when the device does not exist.
  Plan(Backend backend, const Problem& problem, const PlanOptions& options = {});

  /// The bytes that Operands::workspace must hold; 0 for forward.
  std::size_t workspace_bytes() const { return workspace_bytes_; }

  /// How many bytes at the start of the workspace must be zero before a run; each run leaves them
  /// zero. So a workspace is zeroed once, when it is allocated, and no run pays for clearing it. It
  /// is zeroed again after a run that failed, and after a plan with fewer such bytes has used it.
  std::size_t zeroed_workspace_bytes() const;

  /// The name of the chosen variant, e.g. "cuda/forward_packed".
  std::string_view variant() const;

  const Problem& problem() const { return problem_; }

  /// Runs on `stream` (ignored on the CPU) without allocating or synchronising. Throws
  /// std::invalid_argument for a pointer that is null, not aligned to its element (the workspace:
  /// to 256 bytes), or overlaps another where Operands does not allow it; DeviceError when the
  /// launch fails.
  void run(const Operands& operands, Stream stream = nullptr) const;

 private:
  const KernelVariant* variant_ = nullptr;
  Problem problem_;
  std::size_t workspace_bytes_ = 0;
  int device_;
};

}  // namespace prelu
