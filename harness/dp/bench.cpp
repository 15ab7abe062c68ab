#include "bench.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include "format.hpp"
#include "host_memory.hpp"
#include "proof.hpp"
#include "rows.hpp"
#include "step.hpp"

namespace prelu::harness {
namespace {

using Clock = std::chrono::steady_clock;

/// One of the things that are timed in turns.
struct Way {
  std::string variant;
  std::string problem;
  std::function<void()> iteration;
  reports::Measurement measurement;
  std::map<std::size_t, int> slowest;  ///< how often a rank was
};

double process_time_us() { return static_cast<double>(std::clock()) * 1e6 / CLOCKS_PER_SEC; }

class ProblemBench {
 public:
  ProblemBench(const DpSetup& setup, const Case& c)
      : setup_(setup),
        case_(c),
        rows_(rows_of(c.problem.shape.n, setup.ranks.rank(), setup.ranks.size())),
        proof_(c.problem, rows_) {}

  std::vector<reports::Result> run() {
    setup_.watchdog.enter("preparing " + name());
    if (const std::string reason = prepare(); !reason.empty()) {
      return without_times(reports::Status::skipped, reason);
    }
    const std::uint64_t seed = setup_.options.seed;
    // Sums of integers are exact in every order: a part that is missing shows as an integer.
    for (const DataKind kind : {DataKind::integer, DataKind::random}) {
      if (std::string wrong = prove({.kind = kind, .seed = seed}); !wrong.empty()) {
        return without_times(reports::Status::failed, wrong);
      }
    }
    if (setup_.ranks.is_first()) {
      std::cerr << name() + ": proven on " + std::to_string(setup_.ranks.size()) +
                       (setup_.ranks.size() == 1 ? " rank\n" : " ranks\n");
    }
    if (setup_.options.verify_only || case_.problem.shape.elements() == 0)
      return without_times(reports::Status::passed, "");
    make_ways();
    time_ways();
    // Again, with fresh inputs: timing may have left something behind.
    constexpr std::uint64_t kOthers = 1000;
    if (std::string wrong = prove({.kind = DataKind::random, .seed = seed + kOthers});
        !wrong.empty()) {
      return without_times(reports::Status::failed, wrong);
    }
    print();
    return timed();
  }

 private:
  std::string name() const { return problem_name(case_); }
  std::string engine() const {
    return "dp/" + std::string(setup_.reducer.name()) + "-" + std::to_string(setup_.ranks.size());
  }
  std::string layers() const { return std::to_string(setup_.options.layers) + "_layers/"; }
  std::string overlap() const { return "overlap-" + std::to_string(setup_.options.buckets); }

  std::string prepare();
  std::string prove(const Dataset& dataset);
  void make_ways();
  void time_ways();
  void take_block(Way& way, bool keep);
  void print() const;
  std::vector<reports::Result> timed() const;
  std::vector<reports::Result> without_times(reports::Status status,
                                             const std::string& reason) const;
  reports::Result result_of(const std::string& way, const std::string& work) const;

  const DpSetup& setup_;
  Case case_;
  Rows rows_;
  Proof proof_;
  std::optional<Step> step_;
  std::vector<Way> ways_;
};

/// Why some rank cannot run it, or nothing.
std::string ProblemBench::prepare() {
  std::string complaint;
  const std::int64_t layers = setup_.options.layers;
  // Ranks of one node share its memory.
  const auto needed = static_cast<std::size_t>(proof_bytes(case_.problem, rows_, layers)) *
                      static_cast<std::size_t>(setup_.ranks.size_on_node());
  if (const std::size_t available = available_host_memory(); needed > available / 10 * 9) {
    complaint = setup_.ranks.who() + ": proving it takes " + std::to_string(needed >> 20) +
                " MiB of host memory on this node, " + std::to_string(available >> 20) +
                " MiB are available";
  } else {
    Problem part = case_.problem;
    part.shape.n = rows_.count;
    try {
      step_.emplace(setup_.device, part, layers, setup_.options.buckets);
    } catch (const NotSupported& error) {
      complaint = setup_.ranks.who() + ": " + error.what();
    } catch (const std::bad_alloc&) {
      complaint = setup_.ranks.who() + ": there is not enough memory";
    }
  }
  return setup_.ranks.first_text(complaint);
}

/// What is wrong on any rank, or nothing.
std::string ProblemBench::prove(const Dataset& dataset) {
  setup_.watchdog.enter("proving " + name() + " with " + describe(dataset) + " data");
  proof_.load(*step_, dataset);
  const auto complaint = [](const std::string& way, const std::string& wrong) {
    return wrong.empty() ? "" : way + ": " + wrong;
  };
  const auto check = [&](Summing summing) {
    return proof_.check(*step_, summing, setup_.reducer, setup_.ranks);
  };
  std::string wrong = complaint("after", check(Summing::after));
  return wrong.empty() ? complaint(overlap(), check(Summing::overlap)) : wrong;
}

void ProblemBench::make_ways() {
  Problem largest = case_.problem;  // the part of the rank with the most rows
  largest.shape.n = rows_of(largest.shape.n, 0, setup_.ranks.size()).count;
  const std::int64_t layers = step_->layers();
  const auto element_count = layers * largest.shape.elements();
  const reports::DataParallel shape{.ranks = setup_.ranks.size(),
                                    .layers = layers,
                                    .kernel = std::string(step_->plan().variant()),
                                    .message_bytes = step_->message_bytes()};
  const auto add = [&](const std::string& way, const std::string& work, std::int64_t sums,
                       std::function<void()> iteration) {
    reports::DataParallel how = shape;
    how.sums = sums;
    how.sums_only = work == "all_reduce";
    ways_.push_back({.variant = way,
                     .problem = work,
                     .iteration = std::move(iteration),
                     .measurement = {.bytes = how.sums_only ? step_->message_bytes()
                                                            : layers * minimal_bytes(largest),
                                     .elements = element_count,
                                     .data_parallel = how}});
  };
  Reducer& reducer = setup_.reducer;
  add("backward", "backward", 0, [&] { step_->run(Summing::never, reducer); });
  add("after", "step", 1, [&] { step_->run(Summing::after, reducer); });
  add(overlap(), "step", setup_.options.buckets, [&] { step_->run(Summing::overlap, reducer); });
  add("all_reduce", "all_reduce", 1, [&] {
    step_->sum(reducer);  // of zeros, which stay zeros however often they are summed
  });
}

void ProblemBench::time_ways() {
  for (int repetition = -1; repetition < setup_.options.repetitions; ++repetition) {
    for (Way& way : ways_) {
      setup_.watchdog.enter("timing " + engine() + "/" + way.variant + " of " + name());
      if (way.measurement.data_parallel->sums_only) step_->zero_dalpha();
      take_block(way, repetition >= 0);  // the first warms up
    }
  }
}

void ProblemBench::take_block(Way& way, bool keep) {
  std::vector<double> mine;
  const double cpu_time = process_time_us();
  for (int i = 0; i < setup_.options.block; ++i) {
    setup_.ranks.barrier();
    const auto start = Clock::now();
    way.iteration();
    mine.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  const double cpu_time_us = (process_time_us() - cpu_time) / setup_.options.block;
  const std::vector<std::vector<double>> all = setup_.ranks.gather(mine);
  if (!keep || all.empty()) return;
  reports::Repetition repetition{.cpu_time_us = cpu_time_us};
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const auto slowest = std::ranges::max_element(
        all, {}, [i](const std::vector<double>& times) { return times[i]; });
    repetition.samples_us.push_back((*slowest)[i]);
    ++way.slowest[static_cast<std::size_t>(slowest - all.begin())];
  }
  way.measurement.repetitions.push_back(std::move(repetition));
}

void ProblemBench::print() const {
  if (!setup_.ranks.is_first()) return;
  const reports::DataParallel& shape = *ways_.front().measurement.data_parallel;
  std::cout << name() << "\n  " << shape.ranks << (shape.ranks == 1 ? " rank, " : " ranks, ")
            << shape.layers << (shape.layers == 1 ? " layer" : " layers") << " by " << shape.kernel
            << ", " << rows_.count << " of " << case_.problem.shape.n
            << " rows on rank 0; all layers' dalpha: " << shape.message_bytes << " B\n";
  const double alone = reports::summarize(ways_.front().measurement).median_us;
  for (const Way& way : ways_) {
    const reports::Summary summary = reports::summarize(way.measurement);
    std::cout << "  " << way.variant
              << std::string(12 - std::min<std::size_t>(11, way.variant.size()), ' ')
              << reports::format_time(summary);
    if (way.problem == "step") {
      std::cout << ", " << reports::with_precision(100 * (summary.median_us / alone - 1), 1)
                << " % over backward";
    }
    if (way.measurement.data_parallel->sums_only) {
      std::cout << ", algorithm bandwidth "
                << reports::with_precision(summary.bytes_per_second * 1e-9, 0)
                << " GB/s, bus bandwidth "
                << reports::with_precision(reports::bus_bytes_per_second(way.measurement) * 1e-9, 0)
                << " GB/s";
    } else {
      std::cout << ", " << reports::format_bandwidth(summary) << " GB/s a rank";
    }
    const auto most =
        std::ranges::max_element(way.slowest, {}, &std::pair<const std::size_t, int>::second);
    const auto iterations = setup_.options.repetitions * setup_.options.block;
    std::cout << "; slowest: rank " << most->first << " in " << 100 * most->second / iterations
              << " %\n";
  }
}

reports::Result ProblemBench::result_of(const std::string& way, const std::string& work) const {
  const std::string variant = engine() + "/" + way;
  return {.name = variant + "/" + layers() + name(),
          .variant = variant,
          .problem = work + "/" + layers() + name(),
          .device = setup_.device.info().kind,
          .deterministic = false};
}

std::vector<reports::Result> ProblemBench::timed() const {
  std::vector<reports::Result> results;
  for (const Way& way : ways_) {
    reports::Result result = result_of(way.variant, way.problem);
    result.status = reports::Status::passed;
    result.verification = proof_.verification();
    result.verification.status = reports::Status::passed;
    result.measurement = way.measurement;
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<reports::Result> ProblemBench::without_times(reports::Status status,
                                                         const std::string& reason) const {
  std::vector<reports::Result> results;
  for (const std::string& way : {std::string("after"), overlap()}) {
    reports::Result result = result_of(way, "step");
    result.status = status;
    result.verification = proof_.verification();
    result.verification.status = status;
    result.reason = reason;
    if (status == reports::Status::failed) {
      result.rerun = "mpirun -n " + std::to_string(setup_.ranks.size()) +
                     " prelu-dp-bench --verify-only --seed " + std::to_string(setup_.options.seed) +
                     " --layers " + std::to_string(setup_.options.layers) + " --buckets " +
                     std::to_string(setup_.options.buckets) + " --problem 'backward/" + name() +
                     "'";
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace

Case parse_dp_problem(const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument("--problem '" + name + "': " + why);
  };
  const Case c = parse_case(name);
  const Problem& problem = c.problem;
  if (!c.variant.empty() || problem.direction != Direction::backward) {
    refuse("wants the direction, backward, in the place of a variant");
  }
  if (problem.alpha_dtype != DType::f32 && problem.alpha_dtype != DType::f64) {
    refuse("dalpha of many ranks is summed in f32 or f64: add /alpha=f32");
  }
  if (problem.update != AlphaUpdate::gradient || problem.accumulate || problem.in_place) {
    refuse("frozen, sgd, accumulate and in_place leave nothing to sum, or nothing to run again");
  }
  if (c.offset != 0 || !c.shifted.empty()) refuse("a step has no offsets");
  if (problem.alpha_mode == AlphaMode::broadcast && problem.broadcast.alpha[0] != 1) {
    refuse("each row has slopes of its own: there is nothing to sum");
  }
  return c;
}

std::vector<reports::Result> run_dp_problem(const DpSetup& setup, const Case& c) {
  return ProblemBench(setup, c).run();
}

}  // namespace prelu::harness
