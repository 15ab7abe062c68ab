// Everything about the host and the build that explains a number.
#pragma once

#include <string>
#include <vector>

#include "report.hpp"

namespace prelu::harness {

/// The value of the first line of /proc/cpuinfo that begins with `key`; empty where there is none.
std::string cpuinfo(const std::string& key);

/// The caches that CPU 0 sees; none where the system does not tell.
std::vector<reports::Cache> cpu_caches();

/// All but the devices.
reports::Environment read_environment();

}  // namespace prelu::harness
