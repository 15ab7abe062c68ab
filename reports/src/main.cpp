// prelu-report: what is done with reports after measuring.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "calibrate_command.hpp"
#include "compare_command.hpp"
#include "merge_command.hpp"
#include "record_command.hpp"
#include "render_command.hpp"
#include "schema_version.hpp"
#include "trend_command.hpp"

namespace {

constexpr int kUsage = 2;

int run(int argc, char** argv) {
  CLI::App app{"Renders, compares, merges and keeps reports of prelu-bench."};
  app.set_version_flag("--version", std::string(prelu::reports::kProgramVersion));
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  prelu-report render report.json                      Markdown on standard output\n"
      "  prelu-report render report.json --format table       what prelu-bench prints\n"
      "  prelu-report render report.json --readme README.md   replaces the README's table\n"
      "  prelu-report compare old.json new.json               which cases became slower\n"
      "  prelu-report calibrate runs/ -o noise.json           how much they differ by themselves\n"
      "  prelu-report merge shards/ -o merged.json            the reports of a fleet as one\n"
      "  prelu-report record history.db report.json           keeps a report for good\n"
      "  prelu-report trend history.db                        what changed, and in which commit\n"
      "\nExit status: 0 all well, 2 bad usage or a file that cannot be read; a command's own "
      "--help says more.");
  int status = 0;
  prelu::reports::add_render_command(app, status);
  prelu::reports::add_compare_command(app, status);
  prelu::reports::add_calibrate_command(app, status);
  prelu::reports::add_merge_command(app, status);
  prelu::reports::add_record_command(app, status);
  prelu::reports::add_trend_command(app, status);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "prelu-report: " << error.what() << '\n';
    return kUsage;
  }
}
