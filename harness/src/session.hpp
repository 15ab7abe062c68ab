// A run: all cases in order, within the budget, until interrupted.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "case.hpp"
#include "report.hpp"
#include "runner.hpp"

namespace prelu::harness {

struct SessionOptions {
  bool time = true;     ///< false: prove only
  double budget_s = 0;  ///< for the whole run; 0 is no limit
  RunOptions run;
  std::vector<std::string> google_benchmark;  ///< arguments for it
  /// Called about once a minute with what there is so far, so that it can be kept; null for never.
  std::function<void(const struct SessionOutcome&)> checkpoint;
};

struct SessionOutcome {
  std::vector<reports::Result> results;  ///< one a case, in order
  std::vector<reports::Ceiling> ceilings;
  int repetitions = 0;
  bool interrupted = false;
  bool partial = false;      ///< the device failed, or cases that can run were not come to
  std::string device_error;  ///< what ended the run, if the device failed
};

/// Whether these arguments ask Google Benchmark to print its own rows on standard output.
bool shows_rows(const std::vector<std::string>& google_benchmark);

/// Hands Google Benchmark its arguments and returns the repetitions they ask for, or `fallback`.
/// Throws std::invalid_argument for what it does not know or what does not fit this program.
int configure_google_benchmark(const std::vector<std::string>& arguments, int fallback);

/// Throws what configure_google_benchmark throws.
SessionOutcome run_cases(const std::vector<Case>& cases, Devices& devices,
                         const SessionOptions& options);

}  // namespace prelu::harness
