#include "compare_command.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "compare.hpp"
#include "compare_render.hpp"
#include "report_files.hpp"

namespace prelu::reports {
namespace {

constexpr int kCannotWrite = 5;

struct Options {
  std::string baseline;
  std::string candidate;
  std::vector<std::string> again;
  std::string noise;
  CompareOptions compare;
  StatusOptions status;
  bool ignore_code = false;
  bool all = false;
  bool github = false;
  std::string markdown;
  std::string junit;
  std::string json;
  std::string slower;
};

std::string slower_cases(const Comparison& comparison) {
  std::string names;
  for (const CaseComparison& one : comparison.cases) {
    if (one.verdict == Verdict::slower) names += one.name + "\n";
  }
  return names;
}

int run(Options options) {
  ComparedReports reports{.baseline = read_reports(options.baseline),
                          .candidate = read_reports(options.candidate)};
  if (!options.again.empty()) {
    reports.baseline_again = read_reports(options.again[0]);
    reports.candidate_again = read_reports(options.again[1]);
  }
  options.compare.same_code_rule = !options.ignore_code;
  if (!options.noise.empty()) options.compare.noise = read_noise(options.noise);
  const Comparison comparison = compare(reports, options.compare);
  const int status = exit_status(comparison, options.status);

  std::cout << comparison_table(comparison, options.all);
  if (options.github) std::cout << comparison_annotations(comparison);
  try {
    if (!options.markdown.empty()) write_file(options.markdown, comparison_markdown(comparison));
    if (!options.junit.empty()) write_file(options.junit, comparison_junit(comparison));
    if (!options.json.empty()) write_file(options.json, comparison_json(comparison, status));
    if (!options.slower.empty()) write_file(options.slower, slower_cases(comparison));
  } catch (const std::runtime_error& error) {
    std::cerr << "prelu-report: " << error.what() << '\n';
    return kCannotWrite;
  }
  return status;
}

}  // namespace

void add_compare_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand(
      "compare", "Says which cases of CANDIDATE are slower than those of BASELINE, or wrong.");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("BASELINE", options->baseline,
                   "A report.json, a folder of them, or several joined by commas: one a process")
      ->required();
  command->add_option("CANDIDATE", options->candidate, "Likewise")->required();
  command
      ->add_option("--again", options->again,
                   "Reports of fresh processes, BASELINE and CANDIDATE: only a case that is slower "
                   "in them too is a regression")
      ->expected(2);
  command->add_option("--noise", options->noise,
                      "A record of prelu-report calibrate: what differs less is no change");
  command->add_flag("--strict", options->status.strict, "Undecided cases do not pass: 4");
  command->add_flag("--allow-missing", options->status.missing_allowed,
                    "Cases that the candidate lacks are shown, but pass");
  command->add_flag("--ignore-code", options->ignore_code,
                    "Compare the times of identical machine code too, to test the gate itself");
  command->add_option("--seed", options->compare.seed, "Of the bootstrap")->capture_default_str();
  command->add_flag("--all", options->all, "Print the cases that are the same too");
  command->add_flag("--github", options->github, "Print ::error and ::warning lines too");
  command->add_option("--markdown", options->markdown, "Write a job's summary to this file");
  command->add_option("--junit", options->junit, "Write JUnit XML to this file");
  command->add_option("--json", options->json, "Write everything to this file");
  command->add_option("--slower", options->slower,
                      "Write the names of the slower cases to this file, one a line");
  command->footer(
      "Exit status: 0 no regression, 1 a regression, 2 bad usage or a file that cannot be read,\n"
      "3 a result is wrong, missing or no longer verified, 4 not comparable or, with --strict,\n"
      "undecided, 5 a file could not be written. Where several apply: 2, 5, 3, 1, 4.");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace prelu::reports
