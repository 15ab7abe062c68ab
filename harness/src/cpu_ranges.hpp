// How the CPU device shares memory among threads: one contiguous range each, as the threaded
// variants do, so that every page is touched first by the thread that will use it.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstddef>

namespace prelu::harness {

/// Below this, waking threads costs more than it saves.
inline constexpr std::size_t kParallelBytes = std::size_t{128} << 10;

/// Calls body(begin, bytes) for ranges that together are `bytes`, each by its own thread. Ranges
/// begin at multiples of 64 bytes; some may be empty.
template <class Body>
void for_each_range(std::size_t bytes, const Body& body) {
  constexpr std::size_t kGranule = 64;  // a cache line, and the widest vector
  if (bytes < kParallelBytes) {
    body(std::size_t{0}, bytes);
    return;
  }
#pragma omp parallel
  {
    const auto threads = static_cast<std::size_t>(omp_get_num_threads());
    const auto thread = static_cast<std::size_t>(omp_get_thread_num());
    const std::size_t share = (bytes / threads / kGranule + 1) * kGranule;
    const std::size_t begin = std::min(bytes, thread * share);
    body(begin, std::min(bytes - begin, share));
  }
}

}  // namespace prelu::harness
