#include "session.hpp"

#include <benchmark/benchmark.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "progress.hpp"

namespace prelu::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kRepetitionsFlag = "--benchmark_repetitions=";

/// Google Benchmark's display: silent, because Progress speaks.
class SilentReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

class Session {
 public:
  Session(const std::vector<Case>& cases, Devices& devices, const SessionOptions& options)
      : cases_(cases), options_(options), runner_(devices, options.run), progress_(cases.size()) {
    outcome_.results.resize(cases.size());
    done_.resize(cases.size());
  }

  SessionOutcome run() {
    try {
      options_.time ? time_all() : verify_all();
    } catch (const DeviceError& error) {
      outcome_.device_error = error.what();
    }
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
      progress_.starting(case_name(cases_[i]));
      record(i, runner_.verify(cases_[i]));
    }
  }

  void time_all();
  void body(benchmark::State& state, std::size_t i);
  std::optional<double> next_block_us(std::size_t i);
  void finish_current();
  Seconds limit_for(std::size_t i) const;

  bool over_budget() const {
    return options_.budget_s > 0 && Seconds(Clock::now() - start_).count() > options_.budget_s;
  }
  bool stopped() const {
    return options_.run.interrupted() || over_budget() || !outcome_.device_error.empty();
  }

  /// The result of a case that the run did not come to.
  reports::Result not_run(std::size_t i) {
    reports::Result result{.name = case_name(cases_[i]), .variant = cases_[i].variant};
    result.problem = result.name;
    result.reason = runner_.reason_to_skip(cases_[i]);
    if (!result.reason.empty()) return result;
    result.reason = !outcome_.device_error.empty() ? "the device had failed"
                    : options_.run.interrupted()   ? "interrupted"
                    : over_budget()                ? "the budget was used up"
                                                   : "not selected by --benchmark_filter";
    return result;
  }

  void record(std::size_t i, reports::Result result) {
    progress_.finished(result);
    outcome_.results[i] = std::move(result);
    done_[i] = true;
  }

  const std::vector<Case>& cases_;
  const SessionOptions& options_;
  Runner runner_;
  Progress progress_;
  SessionOutcome outcome_;
  std::vector<bool> done_;
  std::optional<std::size_t> current_;  ///< the case that is started and not finished
  Clock::time_point start_ = Clock::now();
};

/// The budget that is left, spread evenly over the cases that are left; verification takes its
/// part.
Seconds Session::limit_for(std::size_t i) const {
  constexpr double kShareOfTiming = 0.5;
  constexpr double kMostSeconds = 2;
  if (options_.budget_s <= 0) return Seconds(kMostSeconds);
  std::size_t left = 0;
  for (std::size_t k = i; k < cases_.size(); ++k) {
    left += !done_[k] && runner_.reason_to_skip(cases_[k]).empty() ? 1U : 0U;
  }
  const double seconds = options_.budget_s - Seconds(Clock::now() - start_).count();
  return Seconds(std::min(kMostSeconds, kShareOfTiming * seconds /
                                            static_cast<double>(std::max<std::size_t>(left, 1))));
}

/// Google Benchmark calls the body once for each repetition; the case is prepared once and kept.
std::optional<double> Session::next_block_us(std::size_t i) {
  if (current_ != i) {
    finish_current();
    if (stopped() || done_[i]) return std::nullopt;
    progress_.starting(case_name(cases_[i]));
    const bool ready = runner_.start(cases_[i], limit_for(i));
    current_ = i;
    if (!ready) finish_current();
  }
  if (current_ != i || options_.run.interrupted()) return std::nullopt;
  return runner_.next_block_us();
}

void Session::finish_current() {
  if (!current_) return;
  const std::size_t finished = *current_;
  current_.reset();
  record(finished, runner_.finish());
}

void Session::body(benchmark::State& state, std::size_t i) {
  for (auto _ : state) {
    std::optional<double> block_us;
    try {
      if (outcome_.device_error.empty()) block_us = next_block_us(i);
    } catch (const DeviceError& error) {
      outcome_.device_error = error.what();
      current_.reset();
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
  // What cannot run is settled first, so that the time that is left is spread over what can.
  std::vector<std::string> arguments{
      "prelu-bench",
      std::string(kRepetitionsFlag) + std::to_string(options_.run.policy.repetitions)};
  arguments.insert(arguments.end(), options_.google_benchmark.begin(),
                   options_.google_benchmark.end());
  bool own_display = true;
  for (const std::string& argument : arguments) {
    if (argument.starts_with("--benchmark_format=")) own_display = false;
  }
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (count > 1) {
    throw std::invalid_argument("Google Benchmark does not know " + std::string(pointers[1]));
  }

  for (std::size_t i = 0; i < cases_.size(); ++i) {
    if (!runner_.reason_to_skip(cases_[i]).empty()) {
      record(i, not_run(i));
      continue;
    }
    benchmark::RegisterBenchmark(case_name(cases_[i]).c_str(),
                                 [this, i](benchmark::State& state) { body(state, i); })
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kMicrosecond);
  }
  SilentReporter silent;
  if (own_display) {
    benchmark::RunSpecifiedBenchmarks(&silent);
  } else {
    benchmark::RunSpecifiedBenchmarks();
  }
  if (outcome_.device_error.empty()) {
    finish_current();
    if (!stopped()) runner_.measure_drift();
  }
  benchmark::Shutdown();
}

/// The number of repetitions in Google Benchmark's arguments, or `fallback`.
int repetitions(const std::vector<std::string>& arguments, int fallback) {
  int value = fallback;
  for (const std::string& argument : arguments) {
    if (!argument.starts_with(kRepetitionsFlag)) continue;
    std::from_chars(argument.data() + kRepetitionsFlag.size(), argument.data() + argument.size(),
                    value);
  }
  return std::max(value, 1);
}

}  // namespace

SessionOutcome run_cases(const std::vector<Case>& cases, Devices& devices,
                         const SessionOptions& options) {
  SessionOptions adjusted = options;
  adjusted.run.policy.repetitions =
      repetitions(options.google_benchmark, options.run.policy.repetitions);
  SessionOutcome outcome = Session(cases, devices, adjusted).run();
  outcome.repetitions = adjusted.run.policy.repetitions;
  return outcome;
}

}  // namespace prelu::harness
