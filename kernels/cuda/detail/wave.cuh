// How many blocks a reduction with several slopes has.
#pragma once

#include <cstdint>

#include "element.cuh"
#include "last_block.cuh"

namespace prelu::cuda {

/// Blocks of 256 threads that an H100 holds at once when a thread takes up to 64 registers: 4 on
/// each of 132 SMs. With 64 bytes in flight a thread that is 64 KiB an SM, which is enough for any
/// GPU so far. Fixed, so that the order of the sums, and so their bits, are the same on every GPU.
inline constexpr std::int64_t kWaveBlocks = 528;

/// Into how many slices to cut each of `parts` pieces of work, a block for each slice: as many as
/// fit into one full wave; or, where the parts alone are more than that, into several waves of
/// smaller blocks, because the last wave is seldom full.
constexpr std::int64_t slices_for(std::int64_t parts) {
  constexpr std::int64_t kWaves = 4;
  return parts <= kWaveBlocks ? kWaveBlocks / parts : ceil_div(kWaves * kWaveBlocks, parts);
}
static_assert(kTickets >= 4 * kWaveBlocks, "a ticket for each part that is cut into slices");

}  // namespace prelu::cuda
