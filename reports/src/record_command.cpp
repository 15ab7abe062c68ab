#include "record_command.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "history.hpp"
#include "report_files.hpp"

namespace prelu::reports {
namespace {

constexpr int kUnreadable = 2;
constexpr int kCannotWrite = 5;

struct Options {
  std::string database;
  std::vector<std::string> reports;
};

/// What keeps one report from being recorded is said, and the next one is taken.
bool record(History& history, const std::filesystem::path& file) {
  const std::string name = file.string();
  std::string text;
  Report report;
  try {
    text = read_file(file);
    report = from_json(text, name);
    static_cast<void>(unix_time(report.environment.date));
  } catch (const std::invalid_argument& error) {
    const std::string why = error.what();
    std::cerr << "prelu-report: " << (why.starts_with(name) ? "" : name + ": ") << why << '\n';
    return false;
  }
  const bool is_new = history.record(text, report);
  std::cout << (is_new ? "recorded: " : "already there: ") << name << '\n';
  return true;
}

int run(const Options& options) {
  std::vector<std::filesystem::path> files;
  for (const std::string& argument : options.reports) {
    for (std::filesystem::path& file : report_files(argument)) files.push_back(std::move(file));
  }
  try {
    History history(options.database, sqlite::Database::Access::write);
    bool all = true;
    for (const std::filesystem::path& file : files) all &= record(history, file);
    return all ? 0 : kUnreadable;
  } catch (const sqlite::WriteError& error) {
    std::cerr << "prelu-report: " << error.what() << '\n';
    return kCannotWrite;
  }
}

}  // namespace

void add_record_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("record", "Adds reports to a history, for prelu-report trend.");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("DB", options->database, "The history, an SQLite database; created if need be")
      ->required();
  command
      ->add_option(
          "REPORT", options->reports,
          "A report.json, a merged one, a folder of them; one that is there already is not "
          "added again")
      ->required();
  command->footer(
      "Several programs may record into one history at the same time. A report is recorded as a "
      "whole or\nnot at all, also when the program is killed; one that cannot be read is named, "
      "and "
      "the others are\nrecorded.\n\n"
      "Exit status: 0 all reports are there, 2 bad usage, a report that cannot be read, or a file "
      "that is no\nhistory or is damaged, 5 the history could not be written: read-only, held too "
      "long, or a full disk.");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace prelu::reports
