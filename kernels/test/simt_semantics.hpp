// Kernels that write down what CUDA's built-ins give them.
#pragma once

#include <cstddef>
#include <vector>

namespace prelu::semantics {

struct Index {
  unsigned thread;
  unsigned block;
  friend bool operator==(const Index&, const Index&) = default;
};

/// Every thread of a 3-dimensional grid writes its flattened indices to its own place.
std::vector<Index> indices();

enum class Shuffle { down, up, exchange, broadcast };
/// What each of `threads` lanes receives, whose own value is its number.
std::vector<int> shuffled(Shuffle shuffle, int threads, int argument, int width);

struct Votes {
  unsigned ballot;
  int any;
  int all;
};
/// Lanes below `ayes` of 32 vote for.
Votes votes(int ayes);

/// The sum of 1 to 256 by block_sum, twice in a row.
std::vector<float> block_sums();

void launch_threads(unsigned x, unsigned y, unsigned z);
void launch_blocks(unsigned x, unsigned y);
void launch_shared(std::size_t bytes);
void launch_from_a_kernel();
void throw_from_a_kernel();
void load_misaligned();

}  // namespace prelu::semantics
