// How the threaded variants share work and when they bypass the caches.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

#include "available_cpus.hpp"
#include "prelu/problem.hpp"
#include "row_kernels.hpp"

namespace prelu::cpu {

/// Below this many bytes an array is not worth the microsecond that waking threads costs.
inline constexpr std::int64_t kParallelBytes = std::int64_t{128} << 10;

/// When all tensors together exceed this, little is left of them in the caches for whoever comes
/// next: writing past the caches then saves reading each line before it is overwritten. Below, it
/// halved the speed of calls on the same tensors (measured: 26 MB of bf16 where that cache has 32).
/// In chains of layers, each reading what the one before wrote, it pays from a quarter on.
inline std::int64_t streaming_bytes() { return last_level_cache_bytes(); }

/// The threads for arrays of so many bytes each: omp_set_num_threads is respected, and no more than
/// the CPUs that are really available.
inline int threads_for(std::int64_t bytes_per_array) {
  return bytes_per_array < kParallelBytes ? 1 : std::min(omp_get_max_threads(), available_cpus());
}

/// `tensors` is how many of x's size the problem touches. In place, the line was read anyway.
inline Stores stores_for(const Problem& problem, std::int64_t bytes_per_array, int tensors) {
  return !problem.in_place && bytes_per_array * tensors > streaming_bytes() ? Stores::streaming
                                                                            : Stores::cached;
}

/// Calls body(item) for 0 to items - 1. Each thread takes one contiguous range of items, so it
/// touches the same memory in every call.
template <class Body>
void for_each_item(std::int64_t items, int threads, const Body& body) {
  if (threads == 1) {
    for (std::int64_t item = 0; item < items; ++item) body(item);
    finish_streaming();
    return;
  }
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static) nowait
    for (std::int64_t item = 0; item < items; ++item) body(item);
    finish_streaming();
  }
}

}  // namespace prelu::cpu
