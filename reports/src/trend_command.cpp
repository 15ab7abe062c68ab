#include "trend_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "history.hpp"
#include "trend.hpp"

namespace prelu::reports {
namespace {

constexpr int kSlower = 1;
constexpr int kCannotWrite = 5;

struct Options {
  std::string database;
  HistoryFilter filter;
  std::string commits;
  double threshold = 0.01;
  std::string json;
  std::string markdown;
  bool check = false;
  bool fail_on_slower = false;
};

/// One commit a line, the newest first, as git rev-list prints them: turned round.
std::vector<std::string> read_commits(const std::string& file) {
  const std::string text =
      file == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : read_file(file);
  std::istringstream stream(text);
  std::vector<std::string> commits;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) commits.push_back(line);
  }
  if (commits.empty()) throw std::invalid_argument(file + ": holds no commit");
  std::ranges::reverse(commits);
  return commits;
}

int run(Options options) {
  if (!options.commits.empty()) options.filter.commits = read_commits(options.commits);
  try {
    History history(options.database, sqlite::Database::Access::read);
    if (options.check) history.check();
    const HistoryCounts counts = history.counts();
    TrendSummary summary{.reports = counts.reports, .without_commit = counts.without_commit};
    std::vector<Trend> trends;
    std::set<std::string> commits;
    for (Series& series : history.series(options.filter)) {
      for (const TrendPoint& point : series.points) commits.insert(point.commit);
      trends.push_back(find_changes(std::move(series), options.threshold));
    }
    summary.commits = std::ssize(commits);
    const std::string markdown = trend_markdown(trends, summary);
    std::cout << markdown;
    if (!options.markdown.empty()) write_file(options.markdown, markdown);
    if (!options.json.empty()) write_file(options.json, trend_json(trends));
    return options.fail_on_slower && slower_now(trends) ? kSlower : 0;
  } catch (const std::runtime_error& error) {  // of writing
    std::cerr << "prelu-report: " << error.what() << '\n';
    return kCannotWrite;
  }
}

}  // namespace

void add_trend_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand(
      "trend", "Says where the times of a history changed, and between which commits.");
  const auto options = std::make_shared<Options>();
  command->add_option("DB", options->database, "What prelu-report record wrote")->required();
  command->add_option("--case", options->filter.case_pattern,
                      "Only cases whose name matches: * is any text, ? any character");
  command->add_option("--environment", options->filter.environment_key,
                      "Only this environment key; its beginning is enough");
  command->add_option(
      "--commits", options->commits,
      "Only the commits in this file, one a line, the newest first; - reads standard "
      "input:\ngit rev-list --first-parent main | prelu-report trend DB --commits -");
  command
      ->add_option("--threshold", options->threshold, "Changes of less are not told: 0.01 is 1 %")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--markdown", options->markdown, "Write what is printed to this file too");
  command->add_option("--json", options->json,
                      "Write every series, its points and changes to this file");
  command->add_flag("--check", options->check,
                    "First read the whole file, and compare each report with its hash");
  command->add_flag("--fail-on-slower", options->fail_on_slower,
                    "A series whose last change made it slower does not pass: 1");
  command->footer(
      "A series is a case in an environment, a point of it a commit: the median of the commit's "
      "reports.\nCommits are in the order of their dates. Reports of a commit with changes are "
      "left "
      "out.\n\n"
      "Exit status: 0 told what there is, 1 slower and --fail-on-slower, 2 bad usage, or a file "
      "that "
      "is no\nhistory, or is damaged, 5 a file could not be written, or the history was held too "
      "long.");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace prelu::reports
