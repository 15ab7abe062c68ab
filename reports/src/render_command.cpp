#include "render_command.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "compare.hpp"
#include "compare_render.hpp"
#include "csv.hpp"
#include "html.hpp"
#include "peers.hpp"
#include "render.hpp"
#include "report.hpp"
#include "report_files.hpp"
#include "svg.hpp"

namespace prelu::reports {
namespace {

struct Options {
  std::vector<std::string> reports;
  std::string output;
  std::string format;
  std::string readme;
  std::string trend;
  bool dark = false;
};

/// The format that a file's name asks for.
std::string format_of(const std::string& output) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kFormats{
      {{".html", "html"}, {".md", "markdown"}, {".csv", "csv"}, {".svg", "svg"}}};
  const std::string suffix = std::filesystem::path(output).extension().string();
  for (const auto& [known, format] : kFormats) {
    if (suffix == known) return std::string(format);
  }
  return "markdown";
}

/// Two sides are compared; more, or fewer, are only shown.
std::optional<Comparison> comparison(const std::vector<std::string>& arguments) {
  if (arguments.size() != 2) return std::nullopt;
  return compare({.baseline = read_reports(arguments[0]), .candidate = read_reports(arguments[1])},
                 {});
}

/// Enough to know a report by. The page may be mailed: where its files lay is nobody's business.
std::string short_name(const std::filesystem::path& file) {
  return (file.parent_path().filename() / file.filename()).string();
}

Page page(const Options& options) {
  Page page{.comparison = comparison(options.reports)};
  if (!options.trend.empty()) page.trend = read_file(options.trend);
  for (const std::string& argument : options.reports) {
    for (const std::filesystem::path& file : report_files(argument)) {
      page.reports.push_back({.file = short_name(file), .report = read_report(file)});
    }
  }
  return page;
}

Report only_report(const Options& options) {
  if (options.reports.size() != 1) {
    throw std::invalid_argument("--format " + options.format +
                                " takes one report; html takes several, markdown two to compare");
  }
  return read_report(options.reports.front());
}

std::string rendered(const Options& options) {
  if (options.format == "html") return to_html(page(options));
  if (options.format == "markdown" && options.reports.size() == 2) {
    return comparison_markdown(*comparison(options.reports));
  }
  const Report report = only_report(options);
  if (options.format == "table") return to_table(report);
  if (options.format == "ci-json") return to_ci_json(report);
  if (options.format == "peers") return to_peers_markdown(report);
  if (options.format == "csv") return to_csv(report);
  if (options.format == "svg") return to_svg(report, options.dark ? Theme::dark : Theme::light);
  return to_markdown(report);
}

void update_readme(const Report& report, const Options& options) {
  std::ifstream stream(options.readme, std::ios::binary);
  if (!stream) throw std::invalid_argument(options.readme + ": cannot be read");
  const std::string document{std::istreambuf_iterator<char>(stream), {}};
  try {
    write_file(options.readme,
               replace_table(document, to_readme_table(report, options.reports.front())));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(options.readme + ": " + error.what());
  }
}

void render(Options options) {
  if (options.format.empty()) options.format = format_of(options.output);
  if (!options.readme.empty()) {
    update_readme(only_report(options), options);
  } else if (options.output.empty()) {
    std::cout << rendered(options);
  } else {
    write_file(options.output, rendered(options));
  }
}

}  // namespace

void add_render_command(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("render", "Turns reports into a page to look at, a table, or text.");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("reports", options->reports,
                   "A report.json; for html also several, or folders of them. Two are compared")
      ->required();
  const auto output = command->add_option(
      "-o,--output", options->output,
      "Write to this file instead of printing; .html, .md, .csv and .svg say the format too");
  command
      ->add_option("--format", options->format,
                   "html (one page, works offline), markdown, csv, svg (the main chart), table, "
                   "peers (beside other libraries) or ci-json; markdown unless the output's name "
                   "says another")
      ->check(CLI::IsMember({"html", "markdown", "csv", "svg", "table", "peers", "ci-json"}));
  command->add_option("--trend", options->trend,
                      "html: the history too, from a file that prelu-report trend --json wrote");
  command->add_flag("--dark", options->dark, "svg: for a dark background");
  command
      ->add_option("--readme", options->readme,
                   "Replace the text between <!-- table:begin --> and <!-- table:end --> in this "
                   "file by the report's table")
      ->excludes(output);
  command->footer(
      "Examples:\n"
      "  prelu-report render report.json -o report.html     a page to look at or to mail\n"
      "  prelu-report render old.json new.json -o page.html what changed, case by case\n"
      "  prelu-report render monday/ tuesday/ wednesday/ -o trend.html\n"
      "  prelu-report render report.json -o cases.csv       for a spreadsheet");
  command->callback([options, &status] {
    render(*options);
    status = 0;
  });
}

}  // namespace prelu::reports
