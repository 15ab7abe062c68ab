// What an SM of each architecture holds, and how many bytes it must have in flight.
#pragma once

#include <span>

#include "ptxas.hpp"

namespace prelu::resources {

struct Architecture {
  int number = 0;               ///< 90 is sm_90, compute capability 9.0
  int threads = 0;              ///< resident in an SM
  int shared_kib = 0;           ///< of an SM
  int shared_kib_opt_in = 0;    ///< of a block at most
  int shared_kib_reserved = 0;  ///< of each block
  /// By Little's law, the bytes that an SM must have asked for at any time to keep its share of the
  /// memory busy.
  int wanted_bytes = 0;
};

/// All that the project supports, in ascending order.
std::span<const Architecture> architectures();

/// The one of that number. Throws std::invalid_argument naming the known ones.
const Architecture& architecture(int number);

/// How many blocks of such a kernel an SM holds at once. `more_shared_bytes` is what the launch
/// adds to the kernel's own. Throws std::runtime_error where this CUDA does not know the
/// architecture.
int blocks_per_sm(const Architecture& architecture, const Usage& usage, int block_size,
                  int more_shared_bytes);

}  // namespace prelu::resources
