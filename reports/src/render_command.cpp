#include "render_command.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "peers.hpp"
#include "render.hpp"
#include "report.hpp"

namespace prelu::reports {
namespace {

struct Options {
  std::string report;
  std::string output;
  std::string format = "markdown";
  std::string readme;
};

std::string rendered(const Report& report, const std::string& format) {
  if (format == "table") return to_table(report);
  if (format == "ci-json") return to_ci_json(report);
  if (format == "peers") return to_peers_markdown(report);
  return to_markdown(report);
}

void update_readme(const Report& report, const Options& options) {
  std::ifstream stream(options.readme, std::ios::binary);
  if (!stream) throw std::invalid_argument(options.readme + ": cannot be read");
  const std::string document{std::istreambuf_iterator<char>(stream), {}};
  try {
    write_file(options.readme, replace_table(document, to_readme_table(report, options.report)));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(options.readme + ": " + error.what());
  }
}

void render(const Options& options) {
  const Report report = read_report(options.report);
  if (!options.readme.empty()) {
    update_readme(report, options);
  } else if (options.output.empty()) {
    std::cout << rendered(report, options.format);
  } else {
    write_file(options.output, rendered(report, options.format));
  }
}

}  // namespace

void add_render_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("render", "Turns a report.json into text.");
  const auto options = std::make_shared<Options>();
  command->add_option("report", options->report, "A report.json")->required();
  const auto output =
      command->add_option("-o,--output", options->output, "Write to this file instead of printing");
  command
      ->add_option("--format", options->format,
                   "markdown, table, peers (beside other libraries) or ci-json")
      ->check(CLI::IsMember({"markdown", "table", "peers", "ci-json"}))
      ->capture_default_str();
  command
      ->add_option("--readme", options->readme,
                   "Replace the text between <!-- table:begin --> and <!-- table:end --> in this "
                   "file by the report's table")
      ->excludes(output);
  command->callback([options, &status] {
    render(*options);
    status = 0;
  });
}

}  // namespace prelu::reports
