// How many CPUs this process may really use.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace prelu::cpu {

/// CPUs in the affinity mask, or fewer where a cgroup's quota allows less time than that; at least
/// 1. Read from the system once.
int available_cpus();

/// The size of a last-level cache, or a usual one where the system does not tell.
std::int64_t last_level_cache_bytes();

/// The bytes of "32768K" or "4M", as the system writes a cache's size; 0 where it is something
/// else.
std::int64_t parse_cache_size(std::string_view text);

/// The CPUs that a cgroup's `cpu.max` ("QUOTA PERIOD" or "max PERIOD") allows, as a fraction;
/// empty where there is no limit or the text is something else.
std::optional<double> parse_cpu_max(std::string_view text);

}  // namespace prelu::cpu
