// The command line of prelu-dp-bench.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace prelu::harness {

struct DpOptions {
  std::vector<std::string> problems;  ///< names of backward problems, of the whole batch
  std::string device = "auto";
  std::string reducer = "auto";
  int threads = 0;  ///< of each rank; 0: its share of the node's cores
  std::int64_t layers = 8;
  std::int64_t buckets = 4;
  int repetitions = 10;
  int block = 10;
  int timeout_s = 60;
  std::uint64_t seed = 1;
  bool verify_only = false;
  std::string out;
};

/// What the caller is to do.
struct DpCommandLine {
  DpOptions options;
  bool exit = false;  ///< help or version was asked for, or the usage was wrong
  int status = 0;
};

/// Prints what --help, --version and usage errors print, on the rank that `speaks`.
DpCommandLine read_dp_command_line(int argc, char** argv, bool speaks);

}  // namespace prelu::harness
