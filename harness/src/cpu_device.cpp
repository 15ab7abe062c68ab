// The CPU as a device: its memory, its caches and its clock.
#include <omp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "available_cpus.hpp"
#include "cpu_ceilings.hpp"
#include "cpu_ranges.hpp"
#include "device.hpp"
#include "disturbances.hpp"
#include "environment.hpp"
#include "host_memory.hpp"

namespace prelu::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
/// Where the system does not tell: more than most caches, so that a cold sample stays cold.
constexpr std::size_t kLikelyCacheBytes = std::size_t{64} << 20;

std::size_t last_level_cache_bytes() {
  std::int64_t largest = 0;
  for (const reports::Cache& cache : cpu_caches()) largest = std::max(largest, cache.size);
  return largest > 0 ? static_cast<std::size_t>(largest) : kLikelyCacheBytes;
}

/// The smallest difference between two readings of the clock that differ.
Seconds measure_clock_resolution() {
  constexpr int kReadings = 1000;
  auto smallest = Seconds::max();
  for (int i = 0; i < kReadings; ++i) {
    const auto start = Clock::now();
    auto next = start;
    while (next == start) next = Clock::now();
    smallest = std::min(smallest, Seconds(next - start));
  }
  return smallest;
}

class CpuDevice : public Device {
 public:
  explicit CpuDevice(int threads)
      : threads_(threads),
        cache_bytes_(last_level_cache_bytes()),
        clock_resolution_(measure_clock_resolution()) {
    omp_set_num_threads(threads_);
  }

  Backend backend() const override { return Backend::cpu; }

  reports::DeviceInfo info() const override {
    reports::DeviceInfo info;
    info.kind = "cpu";
    info.name = cpuinfo("model name");
    info.compute_units = threads_;
    info.cache_bytes = static_cast<std::int64_t>(cache_bytes_);
    info.memory_bytes = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
    return info;
  }

  std::size_t cache_bytes() const override { return cache_bytes_; }
  Seconds clock_resolution() const override { return clock_resolution_; }

  Buffer allocate(std::size_t bytes) override {
    // Huge pages where they fit: a stream then misses the TLB 512 times less often.
    const bool huge = bytes >= 2 * kHugePage;
    if (huge && bytes > available_host_memory()) throw std::bad_alloc();
    const auto alignment = std::align_val_t{huge ? kHugePage : kAlignment};
    auto* memory =
        static_cast<std::byte*>(::operator new(std::max<std::size_t>(1, bytes), alignment));
    // Advice only: without it the memory is as good, only slower.
    if (huge) static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
    return {memory, [alignment](std::byte* freed) { ::operator delete(freed, alignment); }};
  }

  void write(std::byte* to, std::span<const std::byte> from) override {
    copy(to, from.data(), from.size());
  }
  void read(std::span<std::byte> to, const std::byte* from) override {
    copy(to.data(), from, to.size());
  }
  void fill(std::byte* to, unsigned char value, std::size_t bytes) override {
    for_each_range(bytes, [&](std::size_t begin, std::size_t count) {
      if (count > 0) std::memset(to + begin, value, count);
    });
  }
  void copy(std::byte* to, const std::byte* from, std::size_t bytes) override {
    for_each_range(bytes, [&](std::size_t begin, std::size_t count) {
      if (count > 0) std::memcpy(to + begin, from + begin, count);
    });
  }

  void run(const Work& work) override { work(nullptr); }

  Sample time_once(const Work& work) override {
    const Seconds time = time_many(work, 1);
    // Asking slows the next launch by half a microsecond: it is for long ones only, and a short one
    // that was disturbed for long enough to matter has become long.
    constexpr Seconds kLong{200e-6};
    const std::int64_t now = time < kLong ? disturbances_ : disturbances();
    return {.time = time, .disturbed = now != std::exchange(disturbances_, now)};
  }

  Seconds time_many(const Work& work, int launches) override {
    const auto start = Clock::now();
    for (int i = 0; i < launches; ++i) work(nullptr);
    return Seconds(Clock::now() - start) / launches;
  }

  std::span<const CeilingKernel> ceilings() const override { return cpu_ceilings(); }

 private:
  int threads_;
  std::size_t cache_bytes_;
  Seconds clock_resolution_;
  std::int64_t disturbances_ = disturbances();  ///< until the last long sample
};

}  // namespace

DeviceChoice open_cpu(int threads) {
  const int available = cpu::available_cpus();
  return {
      .device = std::make_unique<CpuDevice>(threads > 0 ? std::min(threads, available) : available),
      .absent_reason = {}};
}

}  // namespace prelu::harness
