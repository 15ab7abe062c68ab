// What the tests of hostile files do with a report that was read.
#pragma once

#include "report.hpp"

namespace prelu::reports {

/// Everything that the programs do: writes it and reads it back, renders it, compares it with
/// itself and with another. Throws std::logic_error where it comes back as another.
void use(const Report& report);

}  // namespace prelu::reports
