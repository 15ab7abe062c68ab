// Bulk copies in the SIMT executor: as late as a GPU may make them, with what was forgotten
// reported.
//
// A load fills its tile with NaN when it is started and brings the data when somebody waits for it;
// a store reads its tile when somebody waits for it. So a tile that is read too early, refilled too
// early or changed too early shows as a wrong result, whatever the schedule.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <source_location>

namespace prelu::simt::bulk {

struct Load {
  void* to;
  const void* from;
  std::size_t bytes;
};

inline constexpr std::size_t kMostLoads = 8;

/// Lives in shared memory, which starts as 0xFF bytes: what was not initialised is known.
struct Barrier {
  std::uint64_t initialised;
  unsigned loads;    ///< of a phase
  unsigned arrived;  ///< of this phase
  unsigned phase;
  std::array<Load, kMostLoads> load;  ///< of this phase
};

void initialise(Barrier& barrier, unsigned loads, const std::source_location& where);
void wait(Barrier& barrier, unsigned parity, const std::source_location& where);
/// A warp loads, stores and waits; its first lane does the work.
void load(void* to, const void* from, std::size_t bytes, Barrier& barrier,
          const std::source_location& where);
void store(void* to, const void* from, std::size_t bytes, const std::source_location& where);
void wait_for_stores(std::size_t pending, const std::source_location& where);

/// A new block: what a failed one left is forgotten.
void forget();
/// The running thread leaves its kernel.
void leave(std::size_t thread);

}  // namespace prelu::simt::bulk
