#include "disturbances.hpp"

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace prelu::harness {
namespace {

std::int64_t involuntary_switches() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

/// Over all cores; 0 where there is no hypervisor that tells.
std::int64_t stolen_ticks() {
  std::ifstream file("/proc/stat");
  std::string all_cores;
  std::int64_t ticks = 0;
  constexpr int kStolen = 8;  // after user, nice, system, idle, iowait, irq and softirq
  file >> all_cores;
  for (int i = 0; i < kStolen; ++i) file >> ticks;
  return file ? ticks : 0;
}

}  // namespace

std::int64_t disturbances() { return involuntary_switches() + stolen_ticks(); }

}  // namespace prelu::harness
