// What a person sees while a run is under way: one line that is rewritten on a terminal, plain
// lines elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "report.hpp"

namespace prelu::harness {

class Progress {
 public:
  explicit Progress(std::size_t cases);

  /// Only where it can be seen: a terminal.
  void starting(const std::string& name);
  /// Where there is no terminal, skipped cases get no line of their own: the table counts them.
  void finished(const reports::Result& result);
  void end();

 private:
  std::string counter() const;
  std::string remaining() const;

  std::size_t cases_;
  std::size_t done_ = 0;
  bool terminal_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace prelu::harness
