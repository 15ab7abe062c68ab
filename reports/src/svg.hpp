// The main chart as a picture: for a README, where nothing runs.
#pragma once

#include <string>

#include "report.hpp"

namespace prelu::reports {

enum class Theme { light, dark };

/// The best variant of each problem: its throughput with the interval, and the ceiling beside it.
std::string to_svg(const Report& report, Theme theme);

}  // namespace prelu::reports
