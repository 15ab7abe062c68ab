// The findings as workflow commands, which a forge shows beside a change.
#include "compare_render.hpp"

namespace prelu::reports {
namespace {

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '%': out += "%25"; break;
      case '\r': out += "%0D"; break;
      case '\n': out += "%0A"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::string comparison_annotations(const Comparison& comparison) {
  std::string text;
  if (!comparison.comparable) {
    text += "::error title=not comparable::the two sides are of different environments\n";
  }
  for (const CaseComparison* one : worst_first(comparison)) {
    const bool error = is_wrong(one->verdict) || one->verdict == Verdict::missing ||
                       one->verdict == Verdict::slower;
    if (!error && !is_undecided(one->verdict)) continue;
    text += std::string(error ? "::error" : "::warning") +
            " title=" + std::string(name(one->verdict)) + "::" + encoded(one->name) + ": " +
            encoded(case_text(*one)) + "\n";
  }
  return text;
}

}  // namespace prelu::reports
