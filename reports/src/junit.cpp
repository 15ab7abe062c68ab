// The comparison as other tools show test results.
#include "compare_render.hpp"

namespace prelu::reports {
namespace {

/// XML 1.0 has no control characters but these three, not even escaped.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      case '\r': out += "&#13;"; break;
      case '\t': out += "&#9;"; break;
      default: out += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
  }
  return out;
}

/// "cuda/forward_packed/f32/..." -> "cuda/forward_packed": what groups cases.
std::string_view variant_of(std::string_view name) {
  const std::size_t backend = name.find('/');
  return name.substr(0, backend == std::string_view::npos ? backend : name.find('/', backend + 1));
}

bool is_failure(Verdict verdict) {
  return is_wrong(verdict) || verdict == Verdict::missing || verdict == Verdict::slower;
}

bool is_skip(Verdict verdict) { return is_undecided(verdict) || verdict == Verdict::not_compared; }

std::string outcome(const CaseComparison& one) {
  const std::string verdict(name(one.verdict));
  const std::string text = xml(case_text(one));
  if (is_failure(one.verdict)) {
    return "<failure type=\"" + verdict + "\" message=\"" + verdict + ": " + text + "\"/>";
  }
  if (is_skip(one.verdict)) return "<skipped message=\"" + verdict + ": " + text + "\"/>";
  return "<system-out>" + verdict + (text.empty() ? "" : ": ") + text + "</system-out>";
}

}  // namespace

std::string comparison_junit(const Comparison& comparison) {
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::string cases;
  for (const CaseComparison& one : comparison.cases) {
    failures += is_failure(one.verdict) ? 1 : 0;
    skipped += is_skip(one.verdict) ? 1 : 0;
    cases += "    <testcase classname=\"" + xml(variant_of(one.name)) + "\" name=\"" +
             xml(one.name) + "\">" + outcome(one) + "</testcase>\n";
  }
  const std::string counts = R"( tests=")" + std::to_string(comparison.cases.size()) +
                             R"(" failures=")" + std::to_string(failures) +
                             R"(" errors="0" skipped=")" + std::to_string(skipped) + '"';
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts +
         ">\n  <testsuite name=\"prelu gate\"" + counts + ">\n" + cases +
         "  </testsuite>\n</testsuites>\n";
}

}  // namespace prelu::reports
