#include "host_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace prelu::harness {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

/// A number at the start of a file; `otherwise` where there is none.
std::int64_t number_in(const std::filesystem::path& file, std::int64_t otherwise) {
  std::int64_t number = 0;
  return std::ifstream(file) >> number ? number : otherwise;
}

std::int64_t free_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::int64_t kibibytes = 0;
  std::string unit;
  constexpr std::int64_t kKibibyte = 1024;
  while (file >> key >> kibibytes >> unit) {
    if (key == "MemAvailable:") return kibibytes * kKibibyte;
  }
  return kUnlimited;
}

}  // namespace

std::size_t available_host_memory() {
  const std::filesystem::path group = "/sys/fs/cgroup";
  const std::int64_t limit = number_in(group / "memory.max", kUnlimited);
  const std::int64_t used = number_in(group / "memory.current", 0);
  return static_cast<std::size_t>(std::max<std::int64_t>(0, std::min(free_bytes(), limit - used)));
}

}  // namespace prelu::harness
