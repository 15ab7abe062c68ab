// A comparison as text: for people and for programs. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compare.hpp"

namespace prelu::reports {

/// For a terminal: what differs between the environments, the cases that need a look (or all of
/// them), and the verdict.
std::string comparison_table(const Comparison& comparison, bool all_cases);

/// For a job's summary: the same, with every case folded away below.
std::string comparison_markdown(const Comparison& comparison);

/// "prelu-comparison/1": everything there is, for programs. `status` is the exit status.
std::string comparison_json(const Comparison& comparison, int status);

/// One test case a case: a finding is a failure, an undecided case is skipped.
std::string comparison_junit(const Comparison& comparison);

/// Workflow commands: "::error title=slower::cuda/...", a line a finding.
std::string comparison_annotations(const Comparison& comparison);

/// "1 slower, 2 inconclusive, 37 same", the worst first.
std::string comparison_verdict(const Comparison& comparison);

/// Of a case: "4.2 % slower (3.1 % to 5.3 %)".
std::string change_text(const Difference& difference);

/// All that one line can say of a case: its change, what was found again, the note.
std::string case_text(const CaseComparison& one);

/// What a person has to look at: everything but what is the same, proven, added or faster.
bool needs_a_look(const CaseComparison& one);

/// The cases with the worst verdicts first, and the largest changes first among them.
std::vector<const CaseComparison*> worst_first(const Comparison& comparison);

}  // namespace prelu::reports
