// prelu-dp-bench: the backward pass of data-parallel training, one rank a device.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "available_cpus.hpp"
#include "bench.hpp"
#include "command_line.hpp"
#include "environment.hpp"
#include "names.hpp"
#include "prelu/plan.hpp"
#include "ranks.hpp"
#include "reducer.hpp"
#include "render.hpp"
#include "report.hpp"
#include "watchdog.hpp"

namespace prelu::harness {
namespace {

namespace fs = std::filesystem;

enum ExitStatus { kAllWell = 0, kUsage = 2, kWrong = 3, kNothingVerified = 4, kFailed = 5 };

/// Cores that are not bound to this rank are shared with the node's other ranks.
int threads_of(const Ranks& ranks) {
  const auto cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  return std::max(1, std::min(cpu::available_cpus(), cores / ranks.size_on_node()));
}

std::unique_ptr<Device> open_device(const DpOptions& options, const Ranks& ranks) {
  const std::string& device = options.device;
  if (device != "auto" && device != "cpu" && device != "cuda") {
    throw std::invalid_argument("--device '" + device + "' is none of: auto, cpu, cuda");
  }
  if (device != "cpu") {
    // A launcher may show each rank one GPU, or all of the node's.
    const int gpus = device_count(Backend::cuda);
    DeviceChoice choice = open_cuda(ranks.rank_on_node() % std::max(1, gpus));
    if (choice.device) return std::move(choice.device);
    if (device == "cuda") throw std::invalid_argument("--device cuda: " + choice.absent_reason);
  }
  return open_cpu(options.threads > 0 ? options.threads : threads_of(ranks)).device;
}

/// What every rank refuses, with one message.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What `make` gives, on every rank; where it refuses on any, all of them throw Refused.
template <class Make>
auto agreed(const Ranks& ranks, const std::string& prefix, const Make& make) {
  decltype(make()) made{};
  std::string complaint;
  try {
    made = make();
  } catch (const std::invalid_argument& error) {
    complaint = prefix + error.what();
  }
  if (const std::string first = ranks.first_text(complaint); !first.empty()) throw Refused(first);
  return made;
}

std::unique_ptr<Device> open_same_device(const DpOptions& options, const Ranks& ranks) {
  auto device = agreed(ranks, ranks.who() + ": ", [&] { return open_device(options, ranks); });
  const std::string kind(name(device->backend()));
  const std::string of_first = ranks.first_text(kind);
  const std::string other = kind == of_first ? "" : ranks.who() + " found a " + kind;
  if (const std::string first = ranks.first_text(other); !first.empty()) {
    throw Refused(first + ", and rank 0 a " + of_first + ": name one with --device");
  }
  return device;
}

/// A mixed run is as slow as its slowest device: that is said, not refused.
void warn_of_mixture(const Device& device, const Ranks& ranks) {
  const std::string mine = device.info().name;
  const std::string of_first = ranks.first_text(mine);
  const std::string other =
      ranks.first_text(mine == of_first ? "" : ranks.who() + " runs on " + mine);
  if (ranks.is_first() && !other.empty()) {
    std::cerr << "prelu-dp-bench: a mixture of devices: " << other << ", rank 0 on " << of_first
              << '\n';
  }
}

void write_report(const fs::path& folder, const reports::Report& report) {
  fs::create_directories(folder);
  reports::write_file(folder / "report.json", reports::to_json(report));
  reports::write_file(folder / "report.ci.json", reports::to_ci_json(report));
  reports::write_file(folder / "report.md", reports::to_markdown(report));
  std::cout << "report: " << (folder / "report.json").string() << '\n';
}

int status_of(const reports::Report& report) {
  const auto any = [&](reports::Status status) {
    return std::ranges::any_of(report.results, [&](const auto& r) { return r.status == status; });
  };
  if (any(reports::Status::failed)) return kWrong;
  return any(reports::Status::passed) ? kAllWell : kNothingVerified;
}

void print_untimed(const std::vector<reports::Result>& results) {
  for (const reports::Result& result : results) {
    if (result.measurement) continue;
    std::cout << reports::name(result.status) << ": " << result.name
              << (result.reason.empty() ? "" : ": " + result.reason) << '\n';
    if (!result.rerun.empty()) std::cout << "  again: " << result.rerun << '\n';
  }
}

int run(const DpOptions& options, const Ranks& ranks, Watchdog& watchdog) {
  const std::vector<Case> cases = agreed(ranks, "", [&] {
    std::vector<Case> all(options.problems.size());
    std::ranges::transform(options.problems, all.begin(), parse_dp_problem);
    return all;
  });
  watchdog.enter("opening the devices");
  const std::unique_ptr<Device> device = open_same_device(options, ranks);
  warn_of_mixture(*device, ranks);
  watchdog.enter("starting the reducer");
  const auto reducer =
      agreed(ranks, "", [&] { return open_reducer(options.reducer, device->backend(), ranks); });

  const bool time = !options.verify_only;
  reports::Report report{.environment = read_environment(),
                         .protocol = {.suite = "data_parallel",
                                      .cache = "step",
                                      .block = time ? options.block : 0,
                                      .repetitions = time ? options.repetitions : 0,
                                      .seed = options.seed}};
  report.environment.devices.push_back(device->info());
  report.environment.devices.back().clock_resolution_us = device->clock_resolution().count() * 1e6;
  const DpSetup setup{.options = options,
                      .ranks = ranks,
                      .device = *device,
                      .reducer = *reducer,
                      .watchdog = watchdog};
  for (const Case& c : cases) {
    const std::vector<reports::Result> results = run_dp_problem(setup, c);
    if (ranks.is_first()) print_untimed(results);
    report.results.insert(report.results.end(), results.begin(), results.end());
  }
  if (ranks.is_first() && !options.out.empty()) write_report(options.out, report);
  watchdog.enter("its end");
  ranks.barrier();  // nobody leaves while another may still need it
  return status_of(report);
}

int run_ranks(int argc, char** argv) {
  const Ranks ranks(argc, argv);
  const DpCommandLine line = read_dp_command_line(argc, argv, ranks.is_first());
  if (line.exit) return line.status;
  const std::string who = "prelu-dp-bench: " + ranks.who();
  Watchdog watchdog(who, std::chrono::seconds(line.options.timeout_s), kFailed);
  try {
    return run(line.options, ranks, watchdog);
  } catch (const Refused& error) {
    if (ranks.is_first()) std::cerr << "prelu-dp-bench: " << error.what() << '\n';
    return kUsage;
  } catch (const std::exception& error) {
    std::cerr << who + ": " + error.what() + '\n' << std::flush;
    Ranks::abort(kFailed);
  }
}

}  // namespace
}  // namespace prelu::harness

int main(int argc, char** argv) { return prelu::harness::run_ranks(argc, argv); }
