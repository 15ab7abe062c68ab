#include "environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "available_cpus.hpp"
#include "build_info.hpp"
#include "commit.hpp"

namespace prelu::harness {
namespace {

namespace fs = std::filesystem;

/// The first line of a file; empty where there is none.
std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string iso_date() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &local);
  std::string date = text.data();
  constexpr std::size_t kMinutes = 2;  // +0100 -> +01:00
  return date.insert(date.size() - kMinutes, ":");
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// "48K", "1024K", "32M" in bytes.
std::int64_t parse_size(const std::string& text) {
  std::size_t end = 0;
  std::int64_t size = 0;
  try {
    size = std::stoll(text, &end);
  } catch (const std::exception&) {
    return 0;
  }
  if (text.substr(end) == "K") size <<= 10;
  if (text.substr(end) == "M") size <<= 20;
  return size;
}

/// How many CPUs a list such as "0-3,8" names.
int count_cpus(const std::string& list) {
  int count = 0;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) {
    const std::size_t dash = part.find('-');
    const int first = std::atoi(part.c_str());
    const int last = dash == std::string::npos ? first : std::atoi(part.c_str() + dash + 1);
    count += last - first + 1;
  }
  return count;
}

std::vector<double> load_average() {
  std::array<double, 3> loads{};
  const int count = getloadavg(loads.data(), static_cast<int>(loads.size()));
  return {loads.begin(), loads.begin() + std::max(count, 0)};
}

std::vector<std::string> architectures() {
  std::vector<std::string> list;
  std::istringstream stream(kArchitectures);
  for (std::string part; std::getline(stream, part, ';');) list.push_back(part);
  return list;
}

}  // namespace

std::string cpuinfo(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t start = line.find_first_not_of(" \t", line.find(':') + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return {};
}

std::vector<reports::Cache> cpu_caches() {
  std::vector<reports::Cache> all;
  for (int i = 0;; ++i) {
    const fs::path folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i);
    if (!fs::is_directory(folder)) return all;
    all.push_back({.type = first_line(folder / "type"),
                   .level = std::atoi(first_line(folder / "level").c_str()),
                   .size = parse_size(first_line(folder / "size")),
                   .num_sharing = count_cpus(first_line(folder / "shared_cpu_list"))});
  }
}

reports::Environment read_environment() {
  const int cpus = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  reports::Environment environment{.date = iso_date(),
                                   .host_name = host_name(),
                                   .host_cpu = cpuinfo("model name"),
                                   .num_cpus = cpus,
                                   .cpus_allowed = cpu::available_cpus(),
                                   .mhz_per_cpu = std::atof(cpuinfo("cpu MHz").c_str()),
                                   .caches = cpu_caches(),
                                   .load_avg = load_average(),
                                   .git_sha = kCommit,
                                   .git_date = kCommitDate,
                                   .git_dirty = kCommitHasChanges,
                                   .build_type = kBuildType,
                                   .host_compiler = kHostCompiler,
                                   .cuda_compiler = kCudaCompiler,
                                   .flags = kFlags,
                                   .architectures = architectures(),
                                   .library_version = kVersion};
  const std::string governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (!governor.empty()) environment.governor = governor;
  environment.cpu_scaling_enabled = environment.governor && governor != "performance";
  return environment;
}

}  // namespace prelu::harness
