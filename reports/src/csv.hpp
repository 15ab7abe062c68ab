// A report as comma-separated values, for spreadsheets and data frames.
#pragma once

#include <string>

#include "report.hpp"

namespace prelu::reports {

/// One line a case, timed or not, after a line that names the columns. Numbers have all their
/// digits.
std::string to_csv(const Report& report);

}  // namespace prelu::reports
