#include "merge_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "merge.hpp"
#include "report_files.hpp"

namespace prelu::reports {
namespace {

constexpr int kCannotWrite = 5;

struct Options {
  std::vector<std::string> reports;
  std::string output;
  MergeOptions merge;
  MergeStatusOptions status;
};

ShardFile read_shard_file(ReportReader& reader, const std::filesystem::path& file) {
  ShardFile shard{.file = file.string()};
  try {
    shard.report = reduced(reader.read(file));
    if (shard.report.fleet) throw std::invalid_argument(shard.file + ": is a merged report");
  } catch (const std::exception& error) {  // none leaves the thread
    shard.error = error.what();
  }
  return shard;
}

/// On all processors: reading is most of the work.
std::vector<ShardFile> read_shard_files(const std::vector<std::filesystem::path>& files) {
  std::vector<ShardFile> shards(files.size());
  std::atomic<std::size_t> next = 0;
  const auto read_some = [&] {
    ReportReader reader;
    for (std::size_t i = next++; i < files.size(); i = next++)
      shards[i] = read_shard_file(reader, files[i]);
  };
  {
    std::vector<std::jthread> others;
    const std::size_t most = std::max(1U, std::thread::hardware_concurrency());
    while (others.size() + 1 < std::min(most, files.size())) others.emplace_back(read_some);
    read_some();
  }
  return shards;
}

std::string counted(std::size_t number, const char* what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

int run(const Options& options) {
  std::vector<std::filesystem::path> files;
  for (const std::string& argument : options.reports) {
    for (const std::filesystem::path& file : report_files(argument)) {
      // What an earlier merge wrote into the same folder is not one of its reports.
      std::error_code ignored;
      if (std::filesystem::equivalent(file, options.output, ignored)) continue;
      files.push_back(file);
    }
  }
  const Report merged = merge(read_shard_files(files), options.merge);
  try {
    write_file(options.output, [&](std::ostream& stream) { write_rows(merged, stream); });
  } catch (const std::runtime_error& error) {
    std::cerr << "prelu-report: " << error.what() << '\n';
    return kCannotWrite;
  }
  const Fleet& fleet = *merged.fleet;
  for (const Finding& finding : fleet.findings) {
    std::cout << name(finding.kind) << ": " << finding.text << '\n';
  }
  std::cout << counted(static_cast<std::size_t>(fleet.reports), "report") << ", "
            << counted(fleet.members.size(), "device") << ", "
            << counted(fleet.findings.size(), "finding") << ": " << options.output << '\n';
  return exit_status(merged, options.status);
}

}  // namespace

void add_merge_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand(
      "merge", "Puts the reports of many machines and shards together, by case and device.");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("REPORTS", options->reports,
                   "Reports of prelu-bench, with --shard or without, or folders of them")
      ->required();
  command->add_option("-o,--output", options->output, "The merged report")->required();
  command->add_flag(
      "--split", options->merge.split,
      "The shards were dealt out among the devices: each is wanted once on any device "
      "of a kind. Without it every device is to run every shard");
  command
      ->add_option("--deviations", options->merge.deviations,
                   "An outlier is slower than its fleet's median by more than this many median "
                   "absolute deviations")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      ->add_option("--least", options->merge.least, "and by at least this share of it: 0.01 is 1 %")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--fail-on-outlier", options->status.fail_on_outlier,
                    "An outlier does not pass: 1");
  command->add_flag("--allow-missing", options->status.missing_allowed,
                    "Shards that are missing or ended early are shown, but pass");
  command->footer(
      "The devices of one environment key are a fleet: a device's speed is the median, over cases, "
      "of "
      "the\nfleet's median time over its own. What is wrong is printed, and stands in the merged "
      "report under\ncontext.prelu.fleet. A file that is wrong is left out; the rest is merged.\n\n"
      "Exit status: 0 all there, 1 an outlier and --fail-on-outlier, 2 bad usage or no report at "
      "all,\n3 a result is wrong on some device, 4 a shard is missing, unfinished, given twice, "
      "unreadable, or of\nanother commit, suite or environment, 5 the merged report could not be "
      "written. Where several apply:\n2, 5, 3, 4, 1.");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace prelu::reports
