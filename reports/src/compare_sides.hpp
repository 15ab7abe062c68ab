// The reports of one side of a comparison, gathered by case.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "bootstrap.hpp"
#include "report.hpp"

namespace prelu::reports {

/// What all processes of one side say of a case.
struct GatheredCase {
  std::string name;
  bool passed = false;    ///< in some process
  bool failed = false;    ///< in some process
  bool unproven = false;  ///< timed although its verification has not passed
  std::string reason;     ///< why it failed, or was skipped
  std::string rerun;      ///< of a failure
  std::set<std::string> code_hashes;
  Side times_us;     ///< of each process that timed it, its blocks' medians
  Side ceilings_us;  ///< one a process that has it
  double clock_resolution_us = 0;

  bool timed() const { return !times_us.empty(); }
};

struct GatheredSide {
  std::vector<GatheredCase> cases;  ///< in the order of their first occurrence
  std::map<std::string, std::size_t> places;
  std::size_t processes = 0;  ///< that timed a case, at most

  /// Null where there is no such case.
  const GatheredCase* find(const std::string& name) const;
};

/// Throws std::invalid_argument where two of the reports are the same one.
GatheredSide gather(std::span<const Report> reports);

}  // namespace prelu::reports
