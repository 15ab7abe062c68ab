// The regression gate: two sets of reports in, a verdict on every case out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compare_case.hpp"
#include "noise.hpp"
#include "report.hpp"

namespace prelu::reports {

enum class Verdict {
  failed,         ///< the candidate's result is wrong
  unverified,     ///< timed without a proof, or no longer proven
  missing,        ///< the baseline has it, the candidate has not, or has no time for it
  slower,         ///< a regression
  not_confirmed,  ///< slower, but not when it was measured again
  ambiguous,      ///< the machine itself changed speed by too much to tell
  inconclusive,   ///< the interval is too wide to tell
  faster,
  same,
  same_code,     ///< the very same machine code: any difference is noise
  proven,        ///< right on both sides, timed on neither
  added,         ///< only the candidate has it
  not_compared,  ///< timed on both sides, in environments that do not compare
};

std::string_view name(Verdict verdict);
/// What the verdicts mean for the exit status.
bool is_wrong(Verdict verdict);
bool is_undecided(Verdict verdict);

struct CaseComparison {
  std::string name;
  Verdict verdict = Verdict::inconclusive;
  std::string note;
  std::optional<Difference> first;
  std::optional<Difference> again;  ///< in fresh processes

  friend bool operator==(const CaseComparison&, const CaseComparison&) = default;
};

/// Something about the two environments that is not the same.
struct EnvironmentDifference {
  std::string what;
  std::string baseline;
  std::string candidate;

  friend bool operator==(const EnvironmentDifference&, const EnvironmentDifference&) = default;
};

struct Comparison {
  bool comparable = true;
  std::vector<EnvironmentDifference> environment;
  std::vector<std::string> warnings;
  std::size_t baseline_processes = 0;
  std::size_t candidate_processes = 0;
  std::vector<CaseComparison> cases;  ///< in the order of the reports
};

struct ComparedReports {
  std::vector<Report> baseline;
  std::vector<Report> candidate;
  /// Of fresh processes, for the cases that were slower. Both empty: there was no second round, and
  /// what is slower is a regression.
  std::vector<Report> baseline_again;
  std::vector<Report> candidate_again;
};

struct CompareOptions {
  bool same_code_rule = true;
  std::optional<NoiseRecord> noise;
  std::uint64_t seed = 1;
};

/// `baseline` and `candidate` must not be empty. Throws std::invalid_argument where a report is
/// given twice.
Comparison compare(const ComparedReports& reports, const CompareOptions& options);

std::size_t count(const Comparison& comparison, Verdict verdict);

struct StatusOptions {
  bool strict = false;           ///< what is undecided does not pass
  bool missing_allowed = false;  ///< a case was removed on purpose
};

/// 0 no regression, 1 a regression, 3 a result is wrong or no longer verified, 4 not comparable,
/// nothing to compare or, where strict, undecided. Where several apply: 3, 1, 4.
int exit_status(const Comparison& comparison, const StatusOptions& options);

}  // namespace prelu::reports
