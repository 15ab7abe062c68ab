// How many blocks a reduction with several slopes has.
#pragma once

#include <cstdint>

#include "element.cuh"
#include "last_block.cuh"

namespace prelu::cuda {

/// 4 blocks of 256 threads on each SM: so many fit when a thread takes up to 64 registers.
inline constexpr int kBlocksPerSm = 4;

/// Those of an H100 with its 132 SMs, one full wave. With 64 bytes in flight a thread they keep
/// 64 KiB under way in each SM, which is enough for any GPU so far. Fixed, so that the order of the
/// sums, and so their bits, are the same on every GPU.
inline constexpr std::int64_t kWaveBlocks = 132 * kBlocksPerSm;

/// Into how many slices to cut each of `parts` pieces of work, a block for each slice: as many as
/// fit into one full wave; or, where the parts alone are more than that, into several waves of
/// smaller blocks, because the last wave is seldom full.
constexpr std::int64_t slices_for(std::int64_t parts) {
  constexpr std::int64_t kWaves = 4;
  return parts <= kWaveBlocks ? kWaveBlocks / parts : ceil_div(kWaves * kWaveBlocks, parts);
}
static_assert(kTickets >= 4 * kWaveBlocks, "a ticket for each part that is cut into slices");

}  // namespace prelu::cuda
