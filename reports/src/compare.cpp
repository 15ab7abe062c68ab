#include "compare.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "compare_sides.hpp"
#include "format.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

double ceiling_ratio(const GatheredCase& baseline, const GatheredCase& candidate) {
  if (baseline.ceilings_us.empty() || candidate.ceilings_us.empty()) return 1;
  return ratio_estimate(baseline.ceilings_us, candidate.ceilings_us);
}

Difference difference_of(const GatheredCase& baseline, const GatheredCase& candidate,
                         const CompareOptions& options) {
  const TimedPair pair{
      .baseline = baseline.times_us,
      .candidate = candidate.times_us,
      .ceiling_ratio = ceiling_ratio(baseline, candidate),
      .clock_resolution_us = std::max(baseline.clock_resolution_us, candidate.clock_resolution_us),
      .noise = options.noise ? options.noise->p99(baseline.name) : std::nullopt};
  return difference(pair, options.seed);
}

bool same_code(const GatheredCase& baseline, const GatheredCase& candidate) {
  return baseline.code_hashes == candidate.code_hashes && baseline.code_hashes.size() == 1 &&
         !baseline.code_hashes.begin()->empty();
}

Verdict verdict_of(const Difference& difference) {
  if (difference.ambiguous) return Verdict::ambiguous;
  switch (difference.change) {
    case Change::same: return Verdict::same;
    case Change::faster: return Verdict::faster;
    case Change::slower: return Verdict::slower;
    case Change::inconclusive: return Verdict::inconclusive;
  }
  throw std::invalid_argument("reports: unknown Change");
}

/// Both rounds of a comparison, gathered.
class Comparing {
 public:
  Comparing(const ComparedReports& reports, CompareOptions options, bool comparable)
      : options_(std::move(options)),
        comparable_(comparable),
        has_second_round_(!reports.baseline_again.empty() || !reports.candidate_again.empty()),
        baseline_(gather(reports.baseline)),
        candidate_(gather(reports.candidate)),
        baseline_again_(gather(reports.baseline_again)),
        candidate_again_(gather(reports.candidate_again)) {}

  std::vector<CaseComparison> cases() const {
    std::vector<CaseComparison> all;
    for (const GatheredCase& baseline : baseline_.cases) {
      const GatheredCase* candidate = candidate_.find(baseline.name);
      // Skipped on both sides: nothing was claimed, nothing is lost.
      if (!is_known(baseline) && (candidate == nullptr || !is_known(*candidate))) continue;
      all.push_back(compared(baseline, candidate));
    }
    for (const GatheredCase& candidate : candidate_.cases) {
      if (baseline_.find(candidate.name) == nullptr && is_known(candidate)) {
        all.push_back(compared({.name = candidate.name}, &candidate));
      }
    }
    return all;
  }

  std::size_t baseline_processes() const { return baseline_.processes; }
  std::size_t candidate_processes() const { return candidate_.processes; }

 private:
  static bool is_known(const GatheredCase& gathered) {
    return gathered.passed || gathered.failed || gathered.timed();
  }

  CaseComparison compared(const GatheredCase& baseline, const GatheredCase* candidate) const {
    CaseComparison result{.name = baseline.name};
    if (compare_proofs(baseline, candidate, result)) return result;
    if (!comparable_) {
      result.verdict = Verdict::not_compared;
      return result;
    }
    result.first = difference_of(baseline, *candidate, options_);
    result.verdict = verdict_of(*result.first);
    if (options_.same_code_rule && same_code(baseline, *candidate)) {
      result.verdict = Verdict::same_code;
    } else if (result.verdict == Verdict::slower && has_second_round_) {
      compare_again(result);
    }
    return result;
  }

  /// What is right on each side, and what was timed. True where the verdict is found: no times are
  /// to be compared.
  bool compare_proofs(const GatheredCase& baseline, const GatheredCase* candidate,
                      CaseComparison& result) const;
  void compare_again(CaseComparison& result) const;

  CompareOptions options_;
  bool comparable_;
  bool has_second_round_;
  GatheredSide baseline_;
  GatheredSide candidate_;
  GatheredSide baseline_again_;
  GatheredSide candidate_again_;
};

bool Comparing::compare_proofs(const GatheredCase& baseline, const GatheredCase* candidate,
                               CaseComparison& result) const {
  const auto found = [&](Verdict verdict, std::string note) {
    result.verdict = verdict;
    result.note = std::move(note);
    return true;
  };
  if (candidate == nullptr) return found(Verdict::missing, "the candidate has no such case");
  for (const GatheredSide* side : {&candidate_, &candidate_again_}) {
    const GatheredCase* one = side->find(result.name);
    if (one != nullptr && one->failed) {
      return found(Verdict::failed,
                   one->reason + (one->rerun.empty() ? "" : "; again: " + one->rerun));
    }
  }
  if (candidate->unproven) return found(Verdict::unverified, "timed, but not verified");
  if (baseline.unproven) {
    return found(Verdict::unverified, "the baseline was timed, but not verified");
  }
  if (!candidate->passed && candidate->reason == kBudgetUsedUp) {
    return found(Verdict::inconclusive, candidate->reason);  // which says nothing of the code
  }
  if (!candidate->passed)
    return found(Verdict::unverified, "no longer verified: " + candidate->reason);
  if (baseline.failed) return found(Verdict::added, "the baseline failed; the candidate is right");
  if (!baseline.passed) return found(Verdict::added, "only the candidate has it");
  if (!baseline.timed()) return found(Verdict::proven, "");
  if (!candidate->timed())
    return found(Verdict::missing, "the candidate was verified, but not timed");
  return false;
}

void Comparing::compare_again(CaseComparison& result) const {
  const GatheredCase* baseline = baseline_again_.find(result.name);
  const GatheredCase* candidate = candidate_again_.find(result.name);
  if (baseline == nullptr || candidate == nullptr || !baseline->timed() || !candidate->timed()) {
    result.note = "it was not measured again";
    return;
  }
  result.again = difference_of(*baseline, *candidate, options_);
  const Verdict second = verdict_of(*result.again);
  if (second == Verdict::slower) return;
  result.verdict = Verdict::not_confirmed;
  result.note = "measured again: " + std::string(name(second));
}

/// The values that the reports of one side have, joined.
template <class Get>
std::string values(const std::vector<Report>& reports, const Get& get) {
  std::set<std::string> seen;
  std::string joined;
  for (const Report& report : reports) {
    const std::string value = get(report);
    if (seen.insert(value).second) joined += (joined.empty() ? "" : ", ") + value;
  }
  return joined;
}

std::vector<EnvironmentDifference> environment_differences(const ComparedReports& reports) {
  std::vector<EnvironmentDifference> differences;
  const auto add = [&](const char* what, const auto& get) {
    const std::string baseline = values(reports.baseline, get);
    const std::string candidate = values(reports.candidate, get);
    if (baseline != candidate) differences.push_back({what, baseline, candidate});
  };
  add("commit", [](const Report& report) {
    return report.environment.git_sha + (report.environment.git_dirty ? " (with changes)" : "");
  });
  add("environment key", [](const Report& report) { return environment_key(report); });
  add("devices", [](const Report& report) { return device_line(report); });
  add("CPUs allowed",
      [](const Report& report) { return std::to_string(report.environment.cpus_allowed); });
  add("governor",
      [](const Report& report) { return report.environment.governor.value_or("unknown"); });
  add("host", [](const Report& report) { return report.environment.host_name; });
  add("build type", [](const Report& report) { return report.environment.build_type; });
  add("host compiler", [](const Report& report) { return report.environment.host_compiler; });
  add("nvcc", [](const Report& report) { return report.environment.cuda_compiler; });
  add("flags", [](const Report& report) { return report.environment.flags; });
  add("architectures", [](const Report& report) {
    std::string joined;
    for (const std::string& one : report.environment.architectures) joined += one + " ";
    return joined;
  });
  add("seed", [](const Report& report) { return std::to_string(report.protocol.seed); });
  add("repetitions",
      [](const Report& report) { return std::to_string(report.protocol.repetitions); });
  add("samples a block",
      [](const Report& report) { return std::to_string(report.protocol.block); });
  return differences;
}

bool all_comparable(const ComparedReports& reports) {
  const std::string key = environment_key(reports.baseline.front());
  for (const auto* side :
       {&reports.baseline, &reports.candidate, &reports.baseline_again, &reports.candidate_again}) {
    for (const Report& report : *side) {
      if (environment_key(report) != key) return false;
    }
  }
  return true;
}

std::vector<std::string> warnings_of(const ComparedReports& reports, const CompareOptions& options,
                                     const Comparison& comparison) {
  std::vector<std::string> warnings;
  const std::size_t fewest_processes =
      std::min(comparison.baseline_processes, comparison.candidate_processes);
  constexpr std::size_t kFewest = 6;  // below that no interval of a median holds 95 %
  if (fewest_processes < kFewest) {
    warnings.push_back("fewer than " + std::to_string(kFewest) +
                       " processes a side: processes differ, the intervals are narrower than they "
                       "say, and a slow-down may be one of the process, not of the code");
  }
  if (comparison.cases.empty()) {
    warnings.emplace_back("neither side has a case that was verified: nothing was compared");
  }
  const auto is_partial = [](const Report& report) { return report.partial; };
  if (std::ranges::any_of(reports.baseline, is_partial)) {
    warnings.emplace_back("a report of the baseline is partial: its run ended early");
  }
  if (std::ranges::any_of(reports.candidate, is_partial)) {
    warnings.emplace_back("a report of the candidate is partial: its run ended early");
  }
  if (options.noise &&
      options.noise->environment_key != environment_key(reports.baseline.front())) {
    warnings.emplace_back("the noise on record is of another environment (" +
                          options.noise->device + "): it is not used");
  }
  return warnings;
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::failed: return "failed";
    case Verdict::unverified: return "unverified";
    case Verdict::missing: return "missing";
    case Verdict::slower: return "slower";
    case Verdict::not_confirmed: return "not confirmed";
    case Verdict::ambiguous: return "ambiguous";
    case Verdict::inconclusive: return "inconclusive";
    case Verdict::faster: return "faster";
    case Verdict::same: return "same";
    case Verdict::same_code: return "same code";
    case Verdict::proven: return "proven";
    case Verdict::added: return "added";
    case Verdict::not_compared: return "not compared";
  }
  throw std::invalid_argument("reports: unknown Verdict");
}

bool is_wrong(Verdict verdict) {
  return verdict == Verdict::failed || verdict == Verdict::unverified;
}

bool is_undecided(Verdict verdict) {
  return verdict == Verdict::inconclusive || verdict == Verdict::ambiguous;
}

Comparison compare(const ComparedReports& reports, const CompareOptions& options) {
  if (reports.baseline.empty() || reports.candidate.empty()) {
    throw std::invalid_argument("a side without a report");
  }
  Comparison comparison{.comparable = all_comparable(reports),
                        .environment = environment_differences(reports)};
  CompareOptions fitting = options;
  if (options.noise &&
      options.noise->environment_key != environment_key(reports.baseline.front())) {
    fitting.noise.reset();
  }
  const Comparing comparing(reports, std::move(fitting), comparison.comparable);
  comparison.baseline_processes = comparing.baseline_processes();
  comparison.candidate_processes = comparing.candidate_processes();
  comparison.cases = comparing.cases();
  comparison.warnings = warnings_of(reports, options, comparison);
  return comparison;
}

std::size_t count(const Comparison& comparison, Verdict verdict) {
  return static_cast<std::size_t>(
      std::ranges::count(comparison.cases, verdict, &CaseComparison::verdict));
}

int exit_status(const Comparison& comparison, const StatusOptions& options) {
  constexpr int kRegression = 1;
  constexpr int kWrong = 3;
  constexpr int kNotComparable = 4;
  const auto any = [&](const auto& predicate) {
    return std::ranges::any_of(comparison.cases, predicate, &CaseComparison::verdict);
  };
  if (comparison.cases.empty()) return kNotComparable;
  if (any(is_wrong)) return kWrong;
  if (!options.missing_allowed && count(comparison, Verdict::missing) > 0) return kWrong;
  if (count(comparison, Verdict::slower) > 0) return kRegression;
  if (!comparison.comparable || (options.strict && any(is_undecided))) return kNotComparable;
  return 0;
}

}  // namespace prelu::reports
