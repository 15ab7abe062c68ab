#include "calibrate_command.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "noise.hpp"
#include "report_files.hpp"

namespace prelu::reports {
namespace {

struct Options {
  std::string reports;
  std::string output;
  std::uint64_t seed = 1;
};

void run(const Options& options) {
  const NoiseRecord record = calibrate(read_reports(options.reports), options.seed);
  if (options.output.empty()) {
    std::cout << to_json(record);
  } else {
    write_file(options.output, to_json(record));
    std::cout << record.cases.size() << " cases, sides of " << record.side
              << " processes: " << options.output << '\n';
  }
}

}  // namespace

void add_calibrate_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand(
      "calibrate", "Records how much each case differs from itself, for compare --noise.");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("REPORTS", options->reports,
                   "Reports of one program, one a process: a folder, or several joined by commas. "
                   "Twice as many as the gate runs a side")
      ->required();
  command->add_option("-o,--output", options->output, "Write to this file instead of printing");
  command->add_option("--seed", options->seed, "Of the draws")->capture_default_str();
  command->callback([options, &status] {
    run(*options);
    status = 0;
  });
}

}  // namespace prelu::reports
