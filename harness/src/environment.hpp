// Everything about the host and the build that explains a number.
#pragma once

#include "report.hpp"

namespace prelu::harness {

/// All but the devices.
reports::Environment read_environment();

}  // namespace prelu::harness
