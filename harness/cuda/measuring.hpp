// Kernels that measure: they are launched between the kernels under test, never timed as results,
// but for the ceilings.
#pragma once

#include <cstdint>
#include <span>

#include "ceiling_kernel.hpp"
#include "prelu/operands.hpp"

namespace prelu::harness::measuring {

/// What the host and the blocking kernel share, in mapped host memory.
struct BlockerFlags {
  std::uint32_t open = 0;       ///< the host sets it to let the stream go on
  std::uint32_t timed_out = 0;  ///< the kernel sets it when nobody opened in time
};

/// Holds the stream until flags->open is set, or for `timeout_ns`.
void launch_blocker(BlockerFlags* flags, std::uint64_t timeout_ns, Stream stream);

/// The GPU's time and the cycles of its SM 0, at one moment.
struct ClockStamp {
  std::uint64_t time_ns = 0;
  std::uint64_t cycles = 0;
};

/// Writes *stamp, from SM 0, in a grid wide enough that some block runs there.
void launch_clock_stamp(ClockStamp* stamp, int sms, Stream stream);

/// Copies (1 read stream) and integer additions (2): one 16-byte load of each stream a thread, four
/// in flight, four with streaming hints, two of 32 bytes, bulk copies through shared memory, and
/// cudaMemcpyAsync. Pointers and bytes are multiples of 64.
std::span<const CeilingKernel> cuda_ceilings();

}  // namespace prelu::harness::measuring
