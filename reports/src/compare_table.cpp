// The comparison on the terminal, and in a job's summary.
#include <algorithm>
#include <array>
#include <cstddef>

#include "compare_render.hpp"
#include "format.hpp"
#include "markdown_parts.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

using Row = std::array<std::string, 8>;

const Row kHeader{"verdict",       "case",      "baseline",  "candidate",
                  "change (95 %)", "threshold", "seen from", "U test p"};

std::string percent(double share) { return with_precision(100 * share, 0.1) + " %"; }

/// Times that are compared need the digits in which they differ.
std::string time(double us, double other_us) {
  return format_time(
      {.median_us = us, .low_us = us, .high_us = us + std::max(us, other_us) * 1e-3});
}

Row row_of(const CaseComparison& one) {
  Row row{std::string(name(one.verdict)), one.name, "-", "-", "-", "-", "-", "-"};
  if (!one.first) return row;
  const Difference& difference = *one.first;
  row[2] = time(difference.baseline_us, difference.candidate_us);
  row[3] = time(difference.candidate_us, difference.baseline_us);
  row[4] = change_text(difference);
  row[5] = percent(difference.threshold);
  row[6] = percent(difference.detectable);
  row[7] = with_precision(difference.p, 0);
  return row;
}

std::string aligned(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  constexpr std::size_t kTextColumns = 2;  // these are aligned left, the numbers right
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      line += (i < kTextColumns ? row[i] + space : space + row[i]) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

/// What a row has no room for.
std::string remarks(const CaseComparison& one) {
  std::string text;
  const auto append = [&text](const std::string& part) {
    text += (text.empty() || part.empty() ? "" : "; ") + part;
  };
  if (one.again) append("again " + change_text(*one.again));
  append(one.note);
  if (one.first && one.first->ambiguous) {
    append("the ceiling beside it took " + with_precision(one.first->ceiling_ratio, 0.001) +
           " times as long");
  }
  return text;
}

std::string processes(const Comparison& comparison) {
  return std::to_string(comparison.baseline_processes) + " processes against " +
         std::to_string(comparison.candidate_processes);
}

std::string markdown_rows(const std::vector<const CaseComparison*>& cases) {
  std::string text = "|";
  for (const std::string& title : kHeader) text += " " + title + " |";
  text += " remarks |\n|---|---|---:|---:|---:|---:|---:|---:|---|\n";
  for (const CaseComparison* one : cases) {
    Row row = row_of(*one);
    row[1] = code(row[1]);
    text += '|';
    for (const std::string& cell : row) text += " " + cell + " |";
    text += " " + escaped(remarks(*one)) + " |\n";
  }
  return text;
}

}  // namespace

std::string comparison_table(const Comparison& comparison, bool all_cases) {
  std::string text;
  for (const EnvironmentDifference& one : comparison.environment) {
    text += one.what + ": " + one.baseline + " -> " + one.candidate + "\n";
  }
  std::vector<Row> rows{kHeader};
  std::string notes;
  for (const CaseComparison* one : worst_first(comparison)) {
    if (!all_cases && !needs_a_look(*one)) continue;
    rows.push_back(row_of(*one));
    if (const std::string remark = remarks(*one); !remark.empty()) {
      notes += one->name + ": " + remark + "\n";
    }
  }
  if (!text.empty()) text += '\n';
  if (rows.size() > 1) text += aligned(rows) + "\n";
  if (!notes.empty()) text += notes + "\n";
  for (const std::string& warning : comparison.warnings) text += "warning: " + warning + "\n";
  return text + processes(comparison) + "\n" + comparison_verdict(comparison) + "\n";
}

std::string comparison_markdown(const Comparison& comparison) {
  const std::vector<const CaseComparison*> cases = worst_first(comparison);
  std::vector<const CaseComparison*> findings;
  std::ranges::copy_if(cases, std::back_inserter(findings),
                       [](const CaseComparison* one) { return needs_a_look(*one); });
  std::string text = "# PReLU: candidate against baseline\n\n**" + comparison_verdict(comparison) +
                     "**\n\n" + processes(comparison) + ".\n";
  for (const std::string& warning : comparison.warnings)
    text += "\nWarning: " + escaped(warning) + "\n";
  if (!comparison.environment.empty()) {
    text += "\n| environment | baseline | candidate |\n|---|---|---|\n";
    for (const EnvironmentDifference& one : comparison.environment) {
      text +=
          "| " + one.what + " | " + escaped(one.baseline) + " | " + escaped(one.candidate) + " |\n";
    }
  }
  if (!findings.empty()) text += "\n" + markdown_rows(findings);
  text +=
      "\nA change above 0 is slower. It counts where it is above the threshold and its interval "
      "excludes 0; \"seen from\" is the smallest slow-down that would have counted.\n";
  if (cases.empty()) return text;
  return text + "\n<details><summary>all cases</summary>\n\n" + markdown_rows(cases) +
         "\n</details>\n";
}

}  // namespace prelu::reports
