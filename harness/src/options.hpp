// The command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "prelu/problem.hpp"
#include "program.hpp"
#include "shard.hpp"

namespace prelu::harness {

/// prelu-bench function: what to draw, and where to.
struct FunctionOptions {
  float alpha = 0.25F;
  SlopeAtZero at_zero = SlopeAtZero::one;
  std::string out = "prelu.svg";
};

struct Options {
  std::vector<std::string> suites;
  std::vector<std::string> cases;       ///< names of cases, run beside or instead of suites
  std::vector<std::string> explain;     ///< names of problems or cases
  std::string gpu;                      ///< what --explain asks about; empty: this machine's
  std::string filter;                   ///< a regular expression that a case's name must hold
  std::optional<reports::Shard> shard;  ///< only its cases
  DeviceOptions device;
  bool peers = false;  ///< other libraries too, for every problem
  bool verify_only = false;
  bool list = false;
  std::string out;                            ///< folder of the report; empty: none is written
  double budget = -1;                         ///< seconds; below 0: the suite's own
  std::optional<FunctionOptions> function;    ///< set: only this is done
  std::vector<std::string> google_benchmark;  ///< arguments for it
};

/// What the caller is to do.
struct CommandLine {
  Options options;
  bool exit = false;  ///< help or version was printed, or the usage was wrong
  int status = 0;
};

/// Prints what --help, --version and usage errors print.
CommandLine read_command_line(int argc, char** argv, const Program& program);

}  // namespace prelu::harness
