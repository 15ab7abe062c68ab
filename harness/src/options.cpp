#include "options.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>

#include "build_info.hpp"
#include "gpu_traits.hpp"
#include "names.hpp"

namespace prelu::harness {
namespace {

constexpr int kUsage = 2;
constexpr int kMostThreads = 4096;

constexpr const char* kStatuses =
    "\nExit status: 0 all well, 2 bad usage or suite, 3 a result is wrong, 4 nothing could be\n"
    "verified, 5 the device failed, 130 interrupted (the report holds what was done).";

/// CLI11's own check names the largest double, digit by digit.
std::string not_negative(const std::string& text) {
  double value = 0;
  const bool good = CLI::detail::lexical_cast(text, value) && value >= 0 && std::isfinite(value);
  return good ? "" : "'" + text + "' is not a number from 0 on";
}

/// The subcommand that draws; what it is given goes to `drawn`.
CLI::App* add_function(CLI::App& app, FunctionOptions& drawn) {
  CLI::App* function = app.add_subcommand(
      "function", "Draw the function and its derivative, computed by the library, as SVG");
  function->add_option("--alpha", drawn.alpha, "The slope where x < 0, from -100 to 100")
      ->check(CLI::Range(-100.0, 100.0))
      ->capture_default_str();
  function
      ->add_option_function<std::string>(
          "--slope-at-zero",
          [&drawn](const std::string& text) {
            try {
              drawn.at_zero = parse<SlopeAtZero>(text);
            } catch (const std::invalid_argument& error) {
              throw CLI::ValidationError("--slope-at-zero", error.what());
            }
          },
          "The derivative at 0: one, alpha or zero")
      ->default_str("one");
  function->add_option("-o,--out", drawn.out, "The file to write")->capture_default_str();
  return function;
}

/// "h100, h200, ..."
std::string gpu_names() {
  std::string list;
  for (const GpuTraits& gpu : known_gpus()) list.append(list.empty() ? "" : ", ").append(gpu.name);
  return list;
}

}  // namespace

CommandLine read_command_line(int argc, char** argv, const Program& program) {
  CommandLine line;
  Options& options = line.options;
  CLI::App app{program.description, program.name};
  FunctionOptions drawn;
  const CLI::App* function = program.times ? add_function(app, drawn) : nullptr;
  app.footer(std::string(program.examples) + kStatuses);
  app.set_version_flag("--version", std::string(program.name) + " " + kVersion);
  app.add_option("--suite", options.suites,
                 "A suite's name or file, may be repeated (default: " +
                     std::string(program.default_suite) + ")")
      ->allow_extra_args(false);
  app.add_option("--case", options.cases, "Run this case, by its name; may be repeated")
      ->allow_extra_args(false);
  app.add_option(
         "--explain", options.explain,
         "Say which variant a plan chooses for this problem (a case's name without the\n"
         "variant: backward/bf16/nhwc/per_channel/128x512x7x7), why, which refuse it, and the\n"
         "bytes it must move, and stop; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--gpu", options.gpu,
                 "With --explain: the GPU to choose for: " + gpu_names() +
                     " (default: this machine's, else the first)");
  app.add_option("--filter", options.filter, "Only cases whose name holds this regular expression");
  app.add_option_function<std::string>(
      "--shard",
      [&options](const std::string& text) {
        try {
          options.shard = reports::parse_shard(text);
        } catch (const std::invalid_argument& error) {
          throw CLI::ValidationError("--shard", error.what());
        }
      },
      "I/N: only the I-th of N shards, from 1/N to N/N. A case's shard depends on its name and N\n"
      "alone; prelu-report merge puts the reports together");
  if (program.peers != nullptr) {
    app.add_flag(
        "--peers", options.peers,
        "Other libraries too, for every problem of the suites that does not exclude them;\n"
        "without it they run only where a suite or --case names them");
  }
  app.add_flag("--list", options.list, "Print the cases' names, one a line, and stop");
  app.add_option("--out", options.out,
                 std::string("Folder for report.json, report.ci.json and report.md") +
                     (program.times ? " (default when measuring: prelu-out)" : ""));
  app.add_option("--seed", options.device.seed, "Of the inputs")->capture_default_str();
  app.add_flag("--verify-only", options.verify_only, "Prove, without measuring");
  if (program.has_schedules) {
    app.add_option("--schedules", options.device.schedules,
                   "Orders of execution to try: program order, its reverse, then shuffles")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
  } else {
    app.add_option("--device", options.device.device, "auto, cpu, cuda or cuda:N")
        ->capture_default_str();
    app.add_option("--threads", options.device.threads, "CPU threads; 0 is all cores")
        ->check(CLI::Range(0, kMostThreads))
        ->capture_default_str();
    app.add_option("--budget", options.budget, "Seconds that the run may take; 0 is no limit")
        ->check(CLI::Validator(not_negative, "SECONDS"));
    app.allow_extras();
  }
  try {
    app.parse(argc, argv);
    for (const std::string& extra : app.remaining()) {
      if (!extra.starts_with("--benchmark_")) throw CLI::ExtrasError({extra});
      if (extra == "--benchmark_list_tests" || extra == "--benchmark_list_tests=true") {
        options.list = true;
        continue;
      }
      options.google_benchmark.push_back(extra);
    }
  } catch (const CLI::ParseError& error) {
    line.exit = true;
    line.status = app.exit(error) == 0 ? 0 : kUsage;
    return line;
  }
  if (function != nullptr && function->parsed()) options.function = drawn;
  if (!options.gpu.empty() && options.explain.empty()) {
    std::cerr << program.name << ": --gpu goes with --explain\n";
    line.exit = true;
    line.status = kUsage;
  }
  if (options.suites.empty() && options.cases.empty()) {
    options.suites.emplace_back(program.default_suite);
  }
  return line;
}

}  // namespace prelu::harness
