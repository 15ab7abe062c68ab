// Ways to move bytes on the CPU. The fastest is what the kernels are judged against.
#pragma once

#include <span>

#include "device.hpp"

namespace prelu::harness {

/// Copies (1 read stream) and integer additions (2): with plain stores, with streaming stores, with
/// prefetching too, and memcpy; each on as many threads as OpenMP is set to, and the plain ones on
/// a single thread. Every pointer must be aligned to 64 bytes, and so must the number of bytes.
std::span<const CeilingKernel> cpu_ceilings();

}  // namespace prelu::harness
