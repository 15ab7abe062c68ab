#include "session.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "progress.hpp"

namespace prelu::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kRepetitionsFlag = "--benchmark_repetitions=";
constexpr int kMostRepetitions = 1000;

bool same_problem(const Case& a, const Case& b) {
  return a.problem == b.problem && a.offset == b.offset;
}

/// Google Benchmark's display: silent, because Progress speaks.
class SilentReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

class Session {
 public:
  Session(const std::vector<Case>& cases, Devices& devices, const SessionOptions& options)
      : cases_(cases), options_(options), runner_(devices, options.run) {
    outcome_.results.resize(cases.size());
    done_.resize(cases.size());
    for (const Case& c : cases) reasons_to_skip_.push_back(runner_.reason_to_skip(c));
    progress_ = Progress(static_cast<std::size_t>(std::ranges::count_if(
        reasons_to_skip_, [](const auto& reason) { return reason.empty(); })));
  }

  SessionOutcome run() {
    try {
      options_.time ? time_all() : verify_all();
    } catch (const std::exception& error) {
      end_with(error);  // what is done is kept, whatever happens
    }
    outcome_.partial = !outcome_.device_error.empty() || (stopped() && has_undone());
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (!done_[i]) record(i, not_run(i));
    }
    progress_.end();
    outcome_.ceilings = runner_.ceilings();
    outcome_.interrupted = options_.run.interrupted();
    return std::move(outcome_);
  }

 private:
  void verify_all() {
    for (std::size_t i = 0; i < cases_.size() && !stopped(); ++i) {
      if (!reasons_to_skip_[i].empty()) continue;
      progress_.starting(case_name(cases_[i]));
      at_work_ = i;
      record(i, runner_.verify(cases_[i]));
    }
  }

  void time_all();
  void body(benchmark::State& state, std::size_t i);
  std::vector<std::size_t> turns_with(std::size_t i) const;
  void start_turns(std::size_t i);
  std::optional<double> next_block_us(std::size_t i);
  void finish_turns();
  Seconds limit_for(std::size_t i) const;

  bool over_budget() const {
    return options_.budget_s > 0 && Seconds(Clock::now() - start_).count() > options_.budget_s;
  }
  bool stopped() const {
    return options_.run.interrupted() || over_budget() || !outcome_.device_error.empty();
  }

  bool has_undone() const {
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (!done_[i] && reasons_to_skip_[i].empty()) return true;
    }
    return false;
  }

  /// The device has failed: nothing more runs on it, and the case that was at work is to blame.
  void end_with(const std::exception& error) {
    outcome_.device_error = error.what();
    turns_.clear();
    if (!at_work_ || done_[*at_work_]) return;
    const Case& c = cases_[*at_work_];
    outcome_.device_error = case_name(c) + ": " + error.what();
    record(*at_work_, runner_.without_run(c, reports::Status::failed,
                                          std::string("the device failed: ") + error.what()));
  }

  /// The result of a case that the run did not come to.
  reports::Result not_run(std::size_t i) {
    std::string reason = reasons_to_skip_[i];
    if (reason.empty()) {
      reason = !outcome_.device_error.empty() ? "the device had failed"
               : options_.run.interrupted()   ? "interrupted"
               : over_budget()                ? std::string(reports::kBudgetUsedUp)
                                              : "not selected by --benchmark_filter";
    }
    return runner_.without_run(cases_[i], reports::Status::skipped, std::move(reason));
  }

  void record(std::size_t i, reports::Result result) {
    if (reasons_to_skip_[i].empty()) progress_.finished(result);
    outcome_.results[i] = std::move(result);
    done_[i] = true;
    constexpr std::chrono::minutes kBetweenCheckpoints{1};
    if (!options_.checkpoint || Clock::now() - last_checkpoint_ < kBetweenCheckpoints) return;
    last_checkpoint_ = Clock::now();
    SessionOutcome so_far{.ceilings = runner_.ceilings(), .partial = true};
    for (std::size_t k = 0; k < cases_.size(); ++k) {
      if (done_[k]) so_far.results.push_back(outcome_.results[k]);
    }
    options_.checkpoint(so_far);
  }

  const std::vector<Case>& cases_;
  const SessionOptions& options_;
  Runner runner_;
  std::vector<std::string> reasons_to_skip_;  ///< empty for what can run
  Progress progress_{0};
  SessionOutcome outcome_;
  std::vector<bool> done_;
  /// A case that is started and not finished.
  struct Turn {
    std::size_t i;
    Runner::Started started;
    std::deque<double> blocks_us;  ///< medians that Google Benchmark has yet to ask for
  };
  std::vector<Turn> turns_;             ///< those of one problem
  std::optional<std::size_t> at_work_;  ///< the case whose kernel ran last
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_checkpoint_ = start_;
};

/// The budget that is left, spread evenly over the cases that are left; verification takes its
/// part.
Seconds Session::limit_for(std::size_t i) const {
  constexpr double kShareOfTiming = 0.5;
  constexpr double kMostSeconds = 2;
  if (options_.budget_s <= 0) return Seconds(kMostSeconds);
  std::size_t left = 0;
  for (std::size_t k = i; k < cases_.size(); ++k) {
    left += !done_[k] && reasons_to_skip_[k].empty() ? 1U : 0U;
  }
  const double seconds = options_.budget_s - Seconds(Clock::now() - start_).count();
  return Seconds(std::min(kMostSeconds, kShareOfTiming * seconds /
                                            static_cast<double>(std::max<std::size_t>(left, 1))));
}

/// A peer and the variants it is compared with take turns, block by block, so that what slows the
/// machine down for a while slows all of them; so do hot cases, which are small. Other cases are
/// timed one after another.
std::vector<std::size_t> Session::turns_with(std::size_t i) const {
  std::vector<std::size_t> together;
  if (cases_[i].hot) {
    for (std::size_t k = i; k < cases_.size(); ++k) {
      if (cases_[k].hot && !done_[k] && reasons_to_skip_[k].empty()) together.push_back(k);
    }
    return together;
  }
  bool any_peer = false;
  for (std::size_t k = i; k < cases_.size() && same_problem(cases_[k], cases_[i]); ++k) {
    if (done_[k] || !reasons_to_skip_[k].empty()) continue;
    together.push_back(k);
    any_peer = any_peer || cases_[k].variant.starts_with(kPeerFolder);
  }
  return any_peer ? together : std::vector<std::size_t>{i};
}

void Session::start_turns(std::size_t i) {
  finish_turns();
  if (stopped() || done_[i]) return;
  const std::vector<std::size_t> together = turns_with(i);
  const Seconds limit = limit_for(i) * static_cast<double>(together.size());
  for (const std::size_t k : together) {
    progress_.starting(case_name(cases_[k]));
    at_work_ = k;
    turns_.push_back({.i = k, .started = runner_.start(cases_[k], limit), .blocks_us = {}});
  }
}

/// Google Benchmark calls the body once for each repetition; the case is prepared once and kept.
std::optional<double> Session::next_block_us(std::size_t i) {
  const auto turn_of = [&] { return std::ranges::find(turns_, i, &Turn::i); };
  if (turn_of() == turns_.end()) start_turns(i);
  const auto turn = turn_of();
  if (turn == turns_.end()) return std::nullopt;
  if (turn->blocks_us.empty()) {
    for (Turn& next : turns_) {
      if (options_.run.interrupted()) return std::nullopt;
      at_work_ = next.i;
      if (const auto block_us = runner_.next_block_us(next.started)) {
        next.blocks_us.push_back(*block_us);
      }
    }
  }
  if (turn->blocks_us.empty()) return std::nullopt;
  const double block_us = turn->blocks_us.front();
  turn->blocks_us.pop_front();
  return block_us;
}

void Session::finish_turns() {
  for (Turn& turn : std::exchange(turns_, {})) {
    at_work_ = turn.i;
    record(turn.i, runner_.finish(std::move(turn.started)));
  }
}

void Session::body(benchmark::State& state, std::size_t i) {
  for (auto _ : state) {
    std::optional<double> block_us;
    try {
      if (outcome_.device_error.empty()) block_us = next_block_us(i);
    } catch (const std::exception& error) {
      end_with(error);
    }
    if (!block_us) {
      // Google Benchmark exits 0 all the same: the status comes from the results.
      state.SkipWithError("not timed");
      return;
    }
    state.SetIterationTime(*block_us * 1e-6);
  }
}

void Session::time_all() {
  benchmark::ClearRegisteredBenchmarks();
  // What cannot run is settled first, so that the time that is left is spread over what can.
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    if (!reasons_to_skip_[i].empty()) continue;
    benchmark::RegisterBenchmark(case_name(cases_[i]).c_str(),
                                 [this, i](benchmark::State& state) { body(state, i); })
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kMicrosecond);
  }
  const bool any_can_run = std::ranges::count(reasons_to_skip_, "") > 0;
  SilentReporter silent;
  if (any_can_run) {
    benchmark::RunSpecifiedBenchmarks(shows_rows(options_.google_benchmark) ? nullptr : &silent);
  }
  if (outcome_.device_error.empty()) {
    finish_turns();
    at_work_.reset();
    if (!stopped()) runner_.measure_drift();
  }
  benchmark::ClearRegisteredBenchmarks();
}

/// Google Benchmark's flag as it understands it: "--benchmark_x" alone says true.
bool is_flag(std::string_view argument, std::string_view flag) {
  if (!argument.starts_with(flag)) return false;
  const std::string_view value = argument.substr(flag.size());
  return value.empty() || value == "=true" || value == "=1" || value == "=yes";
}

}  // namespace

bool shows_rows(const std::vector<std::string>& google_benchmark) {
  return std::ranges::any_of(google_benchmark, [](const std::string& argument) {
    return argument.starts_with("--benchmark_format=");
  });
}

int configure_google_benchmark(const std::vector<std::string>& given, int fallback) {
  int repetitions = fallback;
  for (const std::string& argument : given) {
    if (is_flag(argument, "--benchmark_enable_random_interleaving")) {
      throw std::invalid_argument(argument + ": a case is prepared once, its repetitions follow " +
                                  "one another");
    }
    if (!argument.starts_with(kRepetitionsFlag)) continue;
    const char* const end = argument.data() + argument.size();
    const auto [stop, error] =
        std::from_chars(argument.data() + kRepetitionsFlag.size(), end, repetitions);
    if (error != std::errc{} || stop != end || repetitions < 1 || repetitions > kMostRepetitions) {
      throw std::invalid_argument(argument + ": must be an integer from 1 to " +
                                  std::to_string(kMostRepetitions));
    }
  }
  static std::string program = "prelu-bench";                  // Google Benchmark keeps the pointer
  std::vector<std::string> arguments{"--benchmark_filter=."};  // whatever an earlier call set
  arguments.insert(arguments.end(), given.begin(), given.end());
  // Last, so that it holds however often the flag was given.
  arguments.push_back(std::string(kRepetitionsFlag) + std::to_string(repetitions));
  std::vector<char*> pointers{program.data()};
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (count > 1) {
    throw std::invalid_argument("Google Benchmark does not know " + std::string(pointers[1]));
  }
  return repetitions;
}

SessionOutcome run_cases(const std::vector<Case>& cases, Devices& devices,
                         const SessionOptions& options) {
  SessionOptions adjusted = options;
  adjusted.run.policy.repetitions =
      configure_google_benchmark(options.google_benchmark, options.run.policy.repetitions);
  SessionOutcome outcome = Session(cases, devices, adjusted).run();
  outcome.repetitions = adjusted.run.policy.repetitions;
  return outcome;
}

}  // namespace prelu::harness
