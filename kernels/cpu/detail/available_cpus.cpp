#include "available_cpus.hpp"

#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

namespace prelu::cpu {
namespace {

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

int cpus_in_affinity_mask() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) return CPU_COUNT(&mask);
  // A machine with more CPUs than the mask holds.
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// This process's group in the unified hierarchy, "/" inside most containers.
std::string unified_group() {
  std::istringstream lines(read_text("/proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::/")) return line.substr(4);
  }
  return {};
}

/// The tightest quota of this process's group and its ancestors.
std::optional<double> cpus_in_cgroup_quota() {
  const std::filesystem::path root = "/sys/fs/cgroup";
  std::optional<double> tightest;
  const auto consider = [&](const std::string& text) {
    const std::optional<double> cpus = parse_cpu_max(text);
    if (cpus && (!tightest || *cpus < *tightest)) tightest = cpus;
  };
  for (auto group = root / unified_group();; group = group.parent_path()) {
    consider(read_text(group / "cpu.max"));
    if (group == root || !group.has_relative_path()) break;
  }
  // The older hierarchy says the same in two files.
  consider(read_text(root / "cpu/cpu.cfs_quota_us") + " " +
           read_text(root / "cpu/cpu.cfs_period_us"));
  return tightest;
}

}  // namespace

std::optional<double> parse_cpu_max(std::string_view text) {
  std::istringstream fields{std::string(text)};
  double quota = 0;
  double period = 0;
  if (!(fields >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

int available_cpus() {
  static const int available = [] {
    const int cpus = cpus_in_affinity_mask();
    const std::optional<double> quota = cpus_in_cgroup_quota();
    // Rounded down: a thread beyond the quota would stall all others at each barrier.
    return std::max(1, quota && *quota < cpus ? static_cast<int>(*quota) : cpus);
  }();
  return available;
}

std::int64_t parse_cache_size(std::string_view text) {
  std::istringstream fields{std::string(text)};
  std::int64_t size = 0;
  char unit = ' ';
  if (!(fields >> size)) return 0;
  fields >> unit;
  return unit == 'K' ? size << 10 : unit == 'M' ? size << 20 : size;
}

std::int64_t last_level_cache_bytes() {
  static const std::int64_t bytes = [] {
    // Not sysconf, which multiplies what virtual machines say by the number of sharers.
    const std::filesystem::path caches = "/sys/devices/system/cpu/cpu0/cache";
    std::int64_t largest = 0;
    for (int index = 0;; ++index) {
      const std::string size = read_text(caches / ("index" + std::to_string(index)) / "size");
      if (size.empty()) break;
      largest = std::max(largest, parse_cache_size(size));
    }
    constexpr std::int64_t kUsual = std::int64_t{32} << 20;
    return largest > 0 ? largest : kUsual;
  }();
  return bytes;
}

}  // namespace prelu::cpu
