// What a person sees while a run is under way: one line that is rewritten on a terminal, plain
// lines elsewhere. On standard error, so that standard output holds results only.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "report.hpp"

namespace prelu::harness {

class Progress {
 public:
  /// `cases`: those that will be started. What is skipped takes no time, and the table counts it.
  explicit Progress(std::size_t cases);

  /// Only where it can be seen: a terminal.
  void starting(const std::string& name);
  /// A line for what was timed or failed. Where there is no terminal, one for what was only proven
  /// if nothing was said for a while.
  void finished(const reports::Result& result);
  void end();

 private:
  std::string counter() const;
  std::string remaining() const;

  using Clock = std::chrono::steady_clock;

  std::size_t cases_;
  std::size_t done_ = 0;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_line_ = start_;
};

}  // namespace prelu::harness
