// Problems of more than 2^31 elements, one or more for each CUDA kernel, and which of its blocks do
// what: a whole grid takes the SIMT executor minutes, a few blocks are done at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "executor.hpp"
#include "prelu/problem.hpp"
#include "variant.hpp"

namespace prelu {

struct LargeCase {
  /// The blocks that one element needs, by their numbers in the grid.
  using BlocksOf = std::vector<std::int64_t> (*)(const Problem& problem, const simt::Grid& grid,
                                                 std::int64_t element);

  std::string variant;
  Problem problem;
  BlocksOf blocks_of = nullptr;
  int multiprocessors = 1;
  bool misaligned = false;  ///< y or dx is one element off, so that every access is of one element
  /// How many reductions finish by tickets at the start of the workspace: 0, 1 or one a channel.
  std::int64_t tickets = 0;
};

/// For every CUDA variant of the registry.
std::vector<LargeCase> large_cases();

/// Runs the blocks for some elements of the case: the first, the last, and those around byte and
/// element 2^31. Returns what is wrong with what they wrote, or nothing. Throws std::system_error
/// where the machine has not the address space.
std::string complaint_about(const LargeCase& large);

}  // namespace prelu
