// prelu-bench and prelu-simt: suites in, a verified report out.
#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "code_hashes.hpp"
#include "environment.hpp"
#include "explain.hpp"
#include "function_plot.hpp"
#include "gpu_traits.hpp"
#include "names.hpp"
#include "options.hpp"
#include "program.hpp"
#include "render.hpp"
#include "report.hpp"
#include "session.hpp"
#include "suite.hpp"

namespace prelu::harness {
namespace {

namespace fs = std::filesystem;

enum ExitStatus {
  kAllWell = 0,
  kUsage = 2,
  kWrong = 3,
  kNothingVerified = 4,
  kDeviceFailed = 5,
  kInterrupted = 130,
};

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int signal) {
  interrupted = 1;
  // A second Ctrl-C ends the program at once.
  std::signal(signal, SIG_DFL);
}

/// The suites and what the build knows of its kernels and its code lie beside the program, so that
/// a build can be carried to another machine.
fs::path beside(const char* name) {
  return fs::read_symlink("/proc/self/exe").parent_path() / name;
}

struct Selection {
  std::vector<Case> cases;
  std::set<std::string> names;             ///< of the cases
  std::string suites;                      ///< names, joined by commas
  std::vector<reports::Network> networks;  ///< each once, as the cases
  double budget_s = 0;
};

/// A case that several suites hold is run once.
void add(Selection& selection, const Case& c) {
  if (selection.names.insert(case_name(c)).second) selection.cases.push_back(c);
}

void add(Selection& selection, const reports::Network& network) {
  if (std::ranges::find(selection.networks, network) != selection.networks.end()) return;
  selection.networks.push_back(network);
}

/// A case's name is that of its variant; a problem's stands for every variant of its direction.
void add_named_case(Selection& selection, const std::string& name, const Catalogue& catalogue,
                    bool peers) {
  const Case c = parse_case(name);
  std::size_t found = 0;
  for (const KernelVariant& variant : catalogue.all()) {
    const bool served = variant.direction == c.problem.direction &&
                        (peers || !variant.name.starts_with(kPeerFolder));
    const bool wanted = c.variant.empty() ? served : variant.name == c.variant;
    if (!wanted) continue;
    Case one = c;
    one.variant = variant.name;
    add(selection, one);
    ++found;
  }
  if (found == 0) throw std::invalid_argument("--case: no variant is called '" + c.variant + "'");
}

Selection select(const Options& options, const Catalogue& catalogue) {
  Selection selection;
  for (const std::string& name : options.suites) {
    const Suite suite = load_suite(name, beside("suites"), catalogue.all(), options.peers);
    selection.suites += (selection.suites.empty() ? "" : ",") + suite.name;
    selection.budget_s += suite.budget_s;
    for (const Case& c : suite.cases) add(selection, c);
    for (const reports::Network& network : suite.networks) add(selection, network);
  }
  for (const std::string& name : options.cases)
    add_named_case(selection, name, catalogue, options.peers);
  if (selection.cases.empty()) {
    throw std::invalid_argument("the suites hold no case of a variant in this program");
  }

  if (!options.filter.empty()) {
    std::regex filter;
    try {
      filter = std::regex(options.filter);
    } catch (const std::regex_error& error) {
      throw std::invalid_argument("--filter '" + options.filter +
                                  "' is not a regular expression: " + error.what());
    }
    std::erase_if(selection.cases,
                  [&](const Case& c) { return !std::regex_search(case_name(c), filter); });
  }
  if (selection.cases.empty()) {
    throw std::invalid_argument("--filter '" + options.filter + "' matches no case");
  }
  if (options.budget >= 0) selection.budget_s = options.budget;
  return selection;
}

/// With --device the other backend's variants are not asked about.
void drop_other_backends(Selection& selection, const Options& options, const Devices& devices,
                         const Catalogue& catalogue) {
  if (options.device.device == "auto") return;
  std::erase_if(selection.cases, [&](const Case& c) {
    return !devices.contains(catalogue.find(c.variant)->backend);
  });
  if (selection.cases.empty()) {
    throw std::invalid_argument("--device " + options.device.device + " leaves no case");
  }
}

/// Leaves the cases of one shard. There may be none: a shard of a small suite can be empty.
void drop_other_shards(Selection& selection, const std::optional<reports::Shard>& shard) {
  if (!shard) return;
  std::erase_if(selection.cases,
                [&](const Case& c) { return !reports::holds(*shard, case_name(c)); });
}

/// Creates the folder and proves that it can be written, before an hour of measuring.
void prepare_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw std::invalid_argument("--out " + folder.string() +
                                ": cannot be created: " + error.message());
  }
  try {
    reports::write_file(folder / ".writable", "");
    fs::remove(folder / ".writable");
  } catch (const std::exception&) {
    throw std::invalid_argument("--out " + folder.string() + ": cannot be written");
  }
}

void write_report(const fs::path& folder, const reports::Report& report) {
  reports::write_file(folder / "report.json", reports::to_json(report));
  reports::write_file(folder / "report.ci.json", reports::to_ci_json(report));
  reports::write_file(folder / "report.md", reports::to_markdown(report));
}

int status_of(const reports::Report& report, const SessionOutcome& outcome) {
  const auto any = [&](reports::Status status) {
    return std::ranges::any_of(
        report.results, [&](const reports::Result& result) { return result.status == status; });
  };
  if (!outcome.device_error.empty()) return kDeviceFailed;
  if (any(reports::Status::failed)) return kWrong;
  if (outcome.interrupted) return kInterrupted;
  if (report.results.empty()) return kAllWell;  // an empty shard
  return any(reports::Status::passed) ? kAllWell : kNothingVerified;
}

int explain_all(const Options& options) {
  const std::optional<GpuTraits> here =
      options.gpu.empty() ? gpu_traits(-1) : std::optional(known_gpu(options.gpu));
  for (const std::string& problem : options.explain) {
    if (problem != options.explain.front()) std::cout << '\n';
    std::cout << explain(parse_case(problem), here.value_or(known_gpus().front()), !here);
  }
  return kAllWell;
}

int draw_function(const FunctionOptions& drawn) {
  const FunctionSamples samples = sample_function(drawn.alpha, drawn.at_zero);
  reports::write_file(drawn.out, function_svg(samples, drawn.alpha, drawn.at_zero));
  std::cout << "drawn: " << drawn.out << '\n';
  return kAllWell;
}

int run(const Options& options) {
  if (options.function) return draw_function(*options.function);
  if (!options.explain.empty()) return explain_all(options);
  const Catalogue catalogue(program().peers != nullptr ? program().peers() : std::vector<Peer>{});
  Selection selection = select(options, catalogue);
  Devices devices = open_devices(options.device);
  drop_other_backends(selection, options, devices, catalogue);
  drop_other_shards(selection, options.shard);
  if (options.list) {
    for (const Case& c : selection.cases) std::cout << case_name(c) << '\n';
    return kAllWell;
  }
  const bool time = program().times && !options.verify_only;
  // A suite's own budget is for timing: proofs are never cut short by it.
  if (!time && options.budget < 0) selection.budget_s = 0;
  SessionOptions session{.time = time, .budget_s = selection.budget_s};
  session.google_benchmark = options.google_benchmark;
  session.run.policy.repetitions =
      configure_google_benchmark(session.google_benchmark, session.run.policy.repetitions);
  const std::string out = options.out.empty() && time ? "prelu-out" : options.out;
  if (!out.empty()) prepare_folder(out);

  session.run.seed = options.device.seed;
  session.run.program = program().name;
  session.run.catalogue = catalogue;
  session.run.kernels = resources::read_tables(beside("kernel_resources"));
  session.run.code_hashes = read_code_hashes(beside("code_hashes.txt"));
  session.run.interrupted = [] { return interrupted != 0; };

  reports::Report report{.environment = read_environment()};
  for (const auto& [backend, choice] : devices) {
    if (!choice.device) continue;
    reports::DeviceInfo& info = report.environment.devices.emplace_back(choice.device->info());
    info.clock_resolution_us = choice.device->clock_resolution().count() * 1e6;
  }
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  const auto fill = [&](SessionOutcome outcome) {
    report.ceilings = std::move(outcome.ceilings);
    report.results = std::move(outcome.results);
    report.partial = outcome.partial;
  };
  if (!out.empty()) {
    session.checkpoint = [&](const SessionOutcome& so_far) {
      fill(so_far);
      write_report(out, report);
    };
  }
  report.protocol = {.suite = selection.suites.empty() ? "cases" : selection.suites,
                     .block = time ? session.run.policy.block : 0,
                     .repetitions = time ? session.run.policy.repetitions : 0,
                     .seed = session.run.seed,
                     .budget_s = selection.budget_s,
                     .shard = options.shard};
  report.networks = selection.networks;
  const SessionOutcome outcome =
      selection.cases.empty() ? SessionOutcome{} : run_cases(selection.cases, devices, session);
  fill(outcome);

  // Rows in Google Benchmark's format are for another program to read: nothing comes between.
  std::ostream& log = shows_rows(session.google_benchmark) ? std::cerr : std::cout;
  log << reports::to_table(report);
  if (selection.cases.empty()) {
    log << "shard " << reports::to_string(*options.shard) << " holds none of the cases\n";
  }
  if (!out.empty()) {
    write_report(out, report);
    log << "report: " << (fs::path(out) / "report.json").string() << '\n';
  }
  if (!outcome.device_error.empty()) {
    std::cerr << program().name
              << ": the device failed, the run ends here: " << outcome.device_error << '\n';
  }
  const int status = status_of(report, outcome);
  if (status == kNothingVerified) std::cerr << program().name << ": nothing could be verified\n";
  return status;
}

}  // namespace
}  // namespace prelu::harness

int main(int argc, char** argv) {
  using namespace prelu::harness;
  try {
    const CommandLine line = read_command_line(argc, argv, program());
    return line.exit ? line.status : run(line.options);
  } catch (const DeviceError& error) {
    std::cerr << program().name << ": " << error.what() << '\n';
    return kDeviceFailed;
  } catch (const std::exception& error) {
    std::cerr << program().name << ": " << error.what() << '\n';
    return kUsage;
  }
}
