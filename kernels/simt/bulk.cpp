#include "bulk.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "executor.hpp"
#include "sanitizer.hpp"

namespace prelu::simt::bulk {
namespace {

constexpr std::uint64_t kInitialised = 0xB41C'B41C'B41C'B41CULL;
constexpr std::size_t kPack = 16;
constexpr unsigned kAllLanes = 0xFFFFFFFFU;
constexpr int kPoison = 0xFF;

/// A store that has not read its tile yet.
struct Store {
  std::size_t thread;
  void* to;
  const void* from;
  std::size_t bytes;
  std::source_location where;
};

/// Of the running block, in the order in which they were started.
std::vector<Store>& stores() {
  static std::vector<Store> instance;
  return instance;
}

/// For the executor's own accesses while a kernel's identity is current.
class Quiet {
 public:
  Quiet() { sanitizer::set_quiet(true); }
  ~Quiet() { sanitizer::set_quiet(false); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
};

void check_initialised(const Barrier& barrier, const std::source_location& where) {
  // Not quiet: whoever uses a barrier without a __syncthreads after its initialisation races.
  if (barrier.initialised != kInitialised) report("a barrier that was not initialised", where);
}

/// Meets the warp; true in its first lane.
bool is_first_lane(const std::source_location& where) {
  warp_operation(WarpOperation::barrier, kAllLanes, 0, 0, where);
  return lane() == 0;
}

void check_packs(const void* to, const void* from, std::size_t bytes,
                 const std::source_location& where) {
  const auto misaligned = [](const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer) % kPack != 0;
  };
  if (misaligned(to) || misaligned(from) || bytes % kPack != 0) {
    report("a bulk copy whose addresses or size are no multiples of 16 bytes", where);
  }
}

/// The loads of the phase bring their data, and the next phase begins.
void complete(Barrier& barrier) {
  sanitizer::acquire(&barrier);
  std::vector<Load> loads;
  {
    const Quiet quiet;
    loads.assign(barrier.load.begin(), barrier.load.begin() + barrier.arrived);
    barrier.arrived = 0;
    ++barrier.phase;
  }
  for (const Load& load : loads) std::memcpy(load.to, load.from, load.bytes);
  sanitizer::release(&barrier);
}

bool has_arrived(const Barrier& barrier) {
  const Quiet quiet;
  return barrier.arrived == barrier.loads;
}

bool has_parity(const Barrier& barrier, unsigned parity) {
  const Quiet quiet;
  return barrier.phase % 2 == parity;
}

/// What a thread waits for.
struct Awaited {
  const Barrier* barrier;
  unsigned parity;
};

bool may_go_on(const Awaited& awaited) {
  return !has_parity(*awaited.barrier, awaited.parity) || has_arrived(*awaited.barrier);
}

}  // namespace

void initialise(Barrier& barrier, unsigned loads, const std::source_location& where) {
  if (loads == 0 || loads > kMostLoads) report("a barrier of no loads, or of too many", where);
  barrier = {.initialised = kInitialised, .loads = loads, .arrived = 0, .phase = 0, .load = {}};
}

void load(void* to, const void* from, std::size_t bytes, Barrier& barrier,
          const std::source_location& where) {
  if (!is_first_lane(where)) return;
  check_initialised(barrier, where);
  check_packs(to, from, bytes, where);
  if (has_arrived(barrier)) complete(barrier);  // nobody waited for the phase before
  std::memset(to, kPoison, bytes);
  {
    const Quiet quiet;
    barrier.load[barrier.arrived++] = {.to = to, .from = from, .bytes = bytes};
  }
  sanitizer::release(&barrier);
}

void wait(Barrier& barrier, unsigned parity, const std::source_location& where) {
  check_initialised(barrier, where);
  const Awaited awaited{.barrier = &barrier, .parity = parity};
  wait_until([](const void* context) { return may_go_on(*static_cast<const Awaited*>(context)); },
             &awaited, where);
  if (has_parity(barrier, parity)) complete(barrier);
  sanitizer::acquire(&barrier);
}

void store(void* to, const void* from, std::size_t bytes, const std::source_location& where) {
  if (!is_first_lane(where)) return;
  check_packs(to, from, bytes, where);
  if (!has_published()) {
    report("a bulk store of shared memory that the last barrier did not publish", where);
  }
  const Quiet quiet;
  stores().push_back(
      {.thread = thread_number(), .to = to, .from = from, .bytes = bytes, .where = where});
}

void wait_for_stores(std::size_t pending, const std::source_location& where) {
  if (!is_first_lane(where)) return;
  std::vector<Store> done;
  {
    const Quiet quiet;
    const std::size_t thread = thread_number();
    const auto mine = [&](const Store& store) { return store.thread == thread; };
    auto& list = stores();
    auto count = static_cast<std::size_t>(std::count_if(list.begin(), list.end(), mine));
    for (auto store = list.begin(); store != list.end() && count > pending;) {
      if (!mine(*store)) {
        ++store;
        continue;
      }
      done.push_back(*store);
      store = list.erase(store);
      --count;
    }
  }
  for (const Store& store : done) std::memcpy(store.to, store.from, store.bytes);
}

void forget() { stores().clear(); }

void leave(std::size_t thread) {
  const Quiet quiet;
  for (const Store& store : stores()) {
    if (store.thread == thread)
      report("a thread left without waiting for its bulk store", store.where);
  }
}

}  // namespace prelu::simt::bulk
