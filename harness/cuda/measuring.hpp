// Kernels that measure: they are launched between the kernels under test, never timed as results,
// but for the ceilings.
#pragma once

#include <cstddef>
#include <cstdint>

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

/// Ways to move bytes; see CeilingKernel. Pointers and `bytes` are multiples of 64.
///
/// One 16-byte load of each stream a thread.
void copy(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes, Stream stream);
void add(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes, Stream stream);
/// Four 16-byte loads of each stream in flight a thread.
void copy_unrolled(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
                   Stream stream);
void add_unrolled(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
                  Stream stream);
/// The same with streaming hints: what is read or written once need not stay in the cache.
void copy_streaming(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
                    Stream stream);
void add_streaming(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
                   Stream stream);
/// cudaMemcpyAsync from device to device.
void copy_memcpy(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
                 Stream stream);

}  // namespace prelu::harness::measuring
