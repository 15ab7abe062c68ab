// The control flow of a kernel: basic blocks, and which of them are loops.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "listing.hpp"

namespace prelu::resources {

struct Block {
  std::size_t begin = 0;  ///< its first instruction
  std::size_t end = 0;    ///< past its last
  std::vector<std::size_t> next;
  std::vector<std::size_t> previous;
};

/// In the order of the code. The first is the entry.
std::vector<Block> blocks_of(const std::vector<Instruction>& code);

/// Numbers of blocks, each after all that lead to it by other ways than from the end of a loop to
/// its beginning. Without blocks that nothing leads to.
std::vector<std::size_t> in_order_of_flow(const std::vector<Block>& blocks);

using Loop = std::set<std::size_t>;  ///< the numbers of its blocks

/// The natural loops.
std::vector<Loop> loops_of(const std::vector<Block>& blocks);

}  // namespace prelu::resources
