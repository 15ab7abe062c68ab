// Counts what kernels move: the bytes they load and store in global memory, and the 32-byte sectors
// that each access of a warp touches.
//
// It counts in programs whose kernels were compiled for it (prelu_count_traffic in CMakeLists.txt):
// without optimisation, so that an access is what the source says it is, and with a call before
// every access (traffic_hooks.cpp). A pack that is copied is one access of its whole width, as it
// is on the GPU; lanes that are read one by one, through a reference say, are as many accesses.
//
// A warp's access is what its lanes do at the same place of the program (the calls that led there
// included) for the same time. That is what a GPU does with lanes that take the same way, and near
// enough to it where some of them leave a loop earlier.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace prelu::simt {

/// What threads did with a stretch of memory.
struct Traffic {
  std::int64_t loaded = 0;   ///< bytes, over all threads
  std::int64_t stored = 0;   ///< bytes, over all threads
  std::int64_t sectors = 0;  ///< touched, over the accesses of all warps

  std::int64_t bytes() const { return loaded + stored; }
  Traffic& operator+=(const Traffic& other);
  friend bool operator==(const Traffic&, const Traffic&) = default;
};

inline constexpr std::int64_t kSectorBytes = 32;

using Memory = std::span<const std::byte>;

/// What the kernels that `work` launches do with each of these stretches, which must not overlap.
/// Everything else they access, stacks and shared memory, is not looked at.
std::vector<Traffic> count_traffic(std::span<const Memory> memory,
                                   const std::function<void()>& work);

/// What the running thread is about to do. Called by the hooks; outside count_traffic, and outside
/// a kernel, it is nothing.
namespace traffic {

enum class Kind { load, store };

/// A call from that place, and the return from it: the way to a place of the program.
void enter(const void* caller);
void leave();

void access(Kind kind, const void* start, std::size_t bytes, const void* place);

}  // namespace traffic

}  // namespace prelu::simt
