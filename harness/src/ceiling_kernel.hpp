// A way to move bytes. Apart from the device, so that nvcc reads no more than this.
#pragma once

#include <cstddef>
#include <string_view>

#include "prelu/operands.hpp"

namespace prelu::harness {

/// One way to move bytes, against which kernels are judged: `reads` (1 or 2) input streams of
/// `bytes` each, one output stream of `bytes`. With one read stream, `b` is null.
struct CeilingKernel {
  std::string_view name;
  int reads = 1;
  void (*launch)(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
                 Stream stream) = nullptr;
};

}  // namespace prelu::harness
