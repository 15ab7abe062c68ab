// A small report with one of everything, made by hand.
#pragma once

#include "report.hpp"

namespace prelu::reports {

/// A CPU and a GPU; results that are timed, proven only, failed and skipped; no two numbers alike.
Report example_report();

}  // namespace prelu::reports
