// One problem on all ranks: proven, timed, proven again; the results of its four ways.
#pragma once

#include <string>
#include <vector>

#include "case.hpp"
#include "command_line.hpp"
#include "device.hpp"
#include "ranks.hpp"
#include "reducer.hpp"
#include "report.hpp"
#include "watchdog.hpp"

namespace prelu::harness {

/// Throws std::invalid_argument unless it is a backward problem whose dalpha can be summed.
Case parse_dp_problem(const std::string& name);

/// What a run has, whatever the problem.
struct DpSetup {
  const DpOptions& options;
  const Ranks& ranks;
  Device& device;
  Reducer& reducer;
  Watchdog& watchdog;
};

/// Collective; the results are whole on the first rank only. Prints there what a reader wants to
/// know. Throws DeviceError, and what an engine throws that has failed.
std::vector<reports::Result> run_dp_problem(const DpSetup& setup, const Case& c);

}  // namespace prelu::harness
