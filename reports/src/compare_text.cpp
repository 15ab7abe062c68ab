// The phrases that the table, the Markdown and the annotations share.
#include <algorithm>
#include <cmath>

#include "compare_render.hpp"
#include "format.hpp"

namespace prelu::reports {
namespace {

std::string percent(double share) { return with_precision(100 * share, 0.1) + " %"; }

/// "+4.2 %"
std::string signed_percent(double ratio) { return (ratio >= 1 ? "+" : "") + percent(ratio - 1); }

}  // namespace

std::string change_text(const Difference& difference) {
  return signed_percent(difference.ratio.estimate) + " (" + signed_percent(difference.ratio.low) +
         " to " + signed_percent(difference.ratio.high) + ")";
}

std::string case_text(const CaseComparison& one) {
  std::string text;
  const auto append = [&text](const std::string& part) {
    text += (text.empty() || part.empty() ? "" : "; ") + part;
  };
  if (one.first) {
    append(change_text(*one.first) + ", threshold " + percent(one.first->threshold));
    if (one.first->ambiguous)
      append("the ceiling moved " + signed_percent(one.first->ceiling_ratio));
  }
  if (one.again) append("again " + change_text(*one.again));
  append(one.note);
  return text;
}

bool needs_a_look(const CaseComparison& one) {
  switch (one.verdict) {
    case Verdict::failed:
    case Verdict::unverified:
    case Verdict::missing:
    case Verdict::slower:
    case Verdict::not_confirmed:
    case Verdict::ambiguous:
    case Verdict::inconclusive:
    case Verdict::faster: return true;
    case Verdict::same:
    case Verdict::same_code:
    case Verdict::proven:
    case Verdict::added:
    case Verdict::not_compared: return false;
  }
  return true;
}

std::vector<const CaseComparison*> worst_first(const Comparison& comparison) {
  std::vector<const CaseComparison*> cases;
  cases.reserve(comparison.cases.size());
  for (const CaseComparison& one : comparison.cases) cases.push_back(&one);
  const auto size_of_change = [](const CaseComparison& one) {
    return one.first ? std::abs(std::log(one.first->ratio.estimate)) : 0;
  };
  std::ranges::sort(cases, [&](const CaseComparison* a, const CaseComparison* b) {
    if (a->verdict != b->verdict) return a->verdict < b->verdict;
    const double of_a = size_of_change(*a);
    const double of_b = size_of_change(*b);
    return of_a != of_b ? of_a > of_b : a < b;  // equal ones as they come in the report
  });
  return cases;
}

std::string comparison_verdict(const Comparison& comparison) {
  std::string text;
  for (const Verdict verdict :
       {Verdict::failed, Verdict::unverified, Verdict::missing, Verdict::slower,
        Verdict::not_confirmed, Verdict::ambiguous, Verdict::inconclusive, Verdict::faster,
        Verdict::same, Verdict::same_code, Verdict::proven, Verdict::added,
        Verdict::not_compared}) {
    const std::size_t number = count(comparison, verdict);
    if (number == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(number) + " " + std::string(name(verdict));
  }
  if (text.empty()) text = "no case";
  if (!comparison.comparable) text = "NOT COMPARABLE: the environments differ; " + text;
  return text;
}

}  // namespace prelu::reports
