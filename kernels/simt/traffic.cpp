#include "traffic.hpp"

#include <algorithm>
#include <memory>
#include <tuple>

#include "executor.hpp"

namespace prelu::simt {
namespace {

constexpr int kWarpSize = 32;

/// One thread's access.
struct Access {
  std::uint64_t place;  ///< of the program, by the calls that led there
  int thread;
  std::int64_t time;  ///< how many times the thread was at this place before
  std::size_t memory;
  std::uintptr_t start;
  std::uintptr_t end;

  /// What the lanes that access together have in common.
  auto together() const { return std::tuple(place, thread / kWarpSize, time, memory); }
};

class Counter {
 public:
  explicit Counter(std::span<const Memory> memory)
      : memory_(memory.begin(), memory.end()), traffic_(memory.size()) {}

  void enter(const void* caller) {
    if (!in_kernel()) return;
    Path& path = paths_[thread_];
    path.push_back(step(path, caller));
  }

  void leave() {
    if (in_kernel() && !paths_[thread_].empty()) paths_[thread_].pop_back();
  }

  void access(traffic::Kind kind, const void* start, std::size_t bytes, const void* place) {
    const auto* first = static_cast<const std::byte*>(start);
    const auto found = std::ranges::find_if(memory_, [&](const Memory& memory) {
      return first >= memory.data() && first < memory.data() + memory.size();
    });
    if (found == memory_.end() || !in_kernel()) return;
    const auto index = static_cast<std::size_t>(found - memory_.begin());
    Traffic& traffic = traffic_[index];
    (kind == traffic::Kind::load ? traffic.loaded : traffic.stored) +=
        static_cast<std::int64_t>(bytes);
    const auto address = reinterpret_cast<std::uintptr_t>(start);
    accesses_.push_back({.place = step(paths_[thread_], place),
                         .thread = static_cast<int>(thread_),
                         .time = 0,
                         .memory = index,
                         .start = address,
                         .end = address + bytes});
  }

  std::vector<Traffic> finish() {
    finish_block();
    return traffic_;
  }

 private:
  /// The calls that a thread is in, innermost last; each a number for itself and those before it.
  using Path = std::vector<std::uint64_t>;

  static std::uint64_t step(const Path& path, const void* place) {
    constexpr std::uint64_t kOddFactor = 0x9E37'79B9'7F4A'7C15ULL;
    const std::uint64_t before = path.empty() ? 0 : path.back();
    return (before ^ reinterpret_cast<std::uintptr_t>(place)) * kOddFactor;
  }

  /// Notes which thread is running. Blocks run one after another: a new one finishes the last.
  bool in_kernel() {
    const Running now = running();
    if (now.thread < 0) return false;
    thread_ = static_cast<std::size_t>(now.thread);
    if (now.block != block_) {
      finish_block();
      block_ = now.block;
      for (Path& path : paths_) path.clear();
    }
    if (paths_.size() <= thread_) paths_.resize(thread_ + 1);
    return true;
  }

  /// Puts the accesses of threads together to those of warps.
  void finish_block() {
    const auto by_thread = [](const Access& a) { return std::tuple(a.place, a.thread); };
    std::ranges::stable_sort(accesses_, {}, by_thread);
    for (std::size_t i = 1; i < accesses_.size(); ++i) {
      const bool again = by_thread(accesses_[i]) == by_thread(accesses_[i - 1]);
      accesses_[i].time = again ? accesses_[i - 1].time + 1 : 0;
    }
    std::ranges::sort(accesses_, {}, [](const Access& access) {
      return std::tuple_cat(access.together(), std::tuple(access.start));
    });
    for (auto rest = std::span<const Access>(accesses_); !rest.empty();) {
      const auto next = std::ranges::find_if(
          rest, [&](const Access& a) { return a.together() != rest.front().together(); });
      const auto lanes = static_cast<std::size_t>(next - rest.begin());
      count_sectors(rest.first(lanes));
      rest = rest.subspan(lanes);
    }
    accesses_.clear();
  }

  /// Of one warp's access: its lanes, in the order of their addresses, which may overlap.
  void count_sectors(std::span<const Access> lanes) {
    constexpr std::uintptr_t kBytes = kSectorBytes;
    std::uintptr_t counted = 0;  // what lies before
    std::uintptr_t sectors = 0;
    for (const Access& lane : lanes) {
      const std::uintptr_t first = lane.start / kBytes;
      const std::uintptr_t last = (lane.end + kBytes - 1) / kBytes;
      sectors += last - std::clamp(counted, first, last);
      counted = std::max(counted, last);
    }
    traffic_[lanes.front().memory].sectors += static_cast<std::int64_t>(sectors);
  }

  std::vector<Memory> memory_;
  std::vector<Traffic> traffic_;
  std::vector<Path> paths_;       ///< of each thread of the block
  std::vector<Access> accesses_;  ///< of the block, so far
  std::uint64_t block_ = 0;
  std::size_t thread_ = 0;
};

/// The hooks find it without being handed it. Null where nothing is counted.
Counter* counting = nullptr;

}  // namespace

Traffic& Traffic::operator+=(const Traffic& other) {
  loaded += other.loaded;
  stored += other.stored;
  sectors += other.sectors;
  return *this;
}

std::vector<Traffic> count_traffic(std::span<const Memory> memory,
                                   const std::function<void()>& work) {
  Counter counter(memory);
  counting = &counter;
  const std::shared_ptr<void> stop(nullptr, [](void*) { counting = nullptr; });
  work();
  return counter.finish();
}

namespace traffic {

void enter(const void* caller) {
  if (counting != nullptr) counting->enter(caller);
}

void leave() {
  if (counting != nullptr) counting->leave();
}

void access(Kind kind, const void* start, std::size_t bytes, const void* place) {
  if (counting != nullptr) counting->access(kind, start, bytes, place);
}

}  // namespace traffic
}  // namespace prelu::simt
