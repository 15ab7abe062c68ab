#include "runner.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include "dtype.hpp"
#include "host_memory.hpp"
#include "kernel_info.hpp"
#include "statistics.hpp"
#include "variant.hpp"

namespace prelu::harness {
namespace {

using std::chrono::steady_clock;

/// Thrown where a case would need more memory than there is.
class TooLarge : public std::bad_alloc {
 public:
  TooLarge(std::size_t needed, std::size_t available)
      : message_("needs " + std::to_string(needed >> 20) + " MiB of host memory, " +
                 std::to_string(available >> 20) + " MiB are available") {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Thrown where a proof was interrupted: half a proof is none.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

/// Long enough that neither the clock's resolution nor the launch of a graph matters, and at least
/// two.
int launches_of_hot_sample(Seconds once) {
  constexpr double kSampleUs = 1000;
  return std::max(2, launches_lasting(kSampleUs, once.count() * 1e6));
}

int read_streams(const Problem& problem) { return problem.direction == Direction::forward ? 1 : 2; }

}  // namespace

/// What is being timed.
struct Runner::Timing {
  Case c;
  RotatingOperands operands;
  std::optional<Sampler> sampler;
  std::unique_ptr<CeilingBeside> ceiling;  ///< null where there is none
  reports::Measurement measurement;
  int batch = 1;  ///< launches of one sample: many where the case is hot
};

Runner::Started::Started(reports::Result result) : result_(std::move(result)) {}
Runner::Started::Started(Started&&) noexcept = default;
Runner::Started& Runner::Started::operator=(Started&&) noexcept = default;
Runner::Started::~Started() = default;

Runner::Runner(Devices& devices, RunOptions options)
    : devices_(&devices), options_(std::move(options)) {
  for (auto& [backend, choice] : devices) {
    if (choice.device) ceilings_.emplace(backend, Ceilings(*choice.device, options_.interrupted));
  }
}

const KernelVariant& Runner::variant_of(const Case& c) const {
  const KernelVariant* variant = options_.catalogue.find(c.variant);
  if (variant == nullptr) throw std::invalid_argument("no variant is called '" + c.variant + "'");
  return *variant;
}

Device& Runner::device_of(const Case& c) const {
  return *devices_->at(variant_of(c).backend).device;
}

std::string Runner::reason_to_skip(const Case& c) const {
  const KernelVariant& variant = variant_of(c);
  if (const Unsupported reason = unsupported(variant, c.problem)) return reason.reason();
  const auto choice = devices_->find(variant.backend);
  if (choice == devices_->end()) return "another device was asked for";
  return choice->second.device ? "" : choice->second.absent_reason;
}

std::string Runner::rerun_command(const Case& c) const {
  return options_.program + " --verify-only --seed " + std::to_string(options_.seed) + " --case '" +
         case_name(c) + "'";
}

reports::Result Runner::new_result(const Case& c) const {
  const KernelVariant& variant = variant_of(c);
  const std::string direction =
      c.problem.direction == Direction::forward ? "forward/" : "backward/";
  const auto code_hash = options_.code_hashes.find(c.variant);
  return {.name = case_name(c),
          .variant = c.variant,
          .problem = direction + problem_name(c),
          .code_hash = code_hash == options_.code_hashes.end() ? "" : code_hash->second,
          .deterministic = variant.deterministic};
}

reports::Result Runner::without_run(const Case& c, reports::Status status,
                                    std::string reason) const {
  reports::Result result = new_result(c);
  result.status = result.verification.status = status;
  result.reason = std::move(reason);
  if (status == reports::Status::failed) result.rerun = rerun_command(c);
  return result;
}

void Runner::turn_to(const Problem& problem) {
  if (problem == cached_problem_) return;
  cached_data_.clear();
  cached_problem_ = problem;
}

const ProblemData& Runner::data_for(const Problem& problem, const Dataset& dataset) {
  turn_to(problem);
  for (const auto& [known, data] : cached_data_) {
    if (known == dataset) return data;
  }
  cached_data_.emplace_back(dataset, make_data(problem, dataset));
  return cached_data_.back().second;
}

void Runner::check_memory(const Case& c, bool timed) {
  turn_to(c.problem);  // what an earlier problem holds is there for this one
  const KernelVariant& variant = variant_of(c);
  const std::size_t workspace = workspace_bytes(variant, c.problem);
  // Data of both kinds and of the second verification, and what is read back.
  auto needed = 4 * static_cast<std::size_t>(data_bytes(c.problem));
  if (variant.backend == Backend::cpu || device_of(c).info().kind == "simt") {
    needed += OperandBuffers::bytes_needed(c.problem, workspace);
    if (timed) {
      needed += RotatingOperands::bytes_needed(c, workspace, device_of(c).cache_bytes());
    }
  }
  const auto held = cached_data_.size() * static_cast<std::size_t>(data_bytes(c.problem));
  const std::size_t available = available_host_memory() + held;
  if (needed > available / 10 * 9) throw TooLarge(needed, available);
}

void Runner::verify_into(reports::Result& result, const Case& c,
                         const std::vector<Dataset>& datasets) {
  const KernelVariant& variant = variant_of(c);
  Device& device = device_of(c);
  Verdict verdict{.verification = result.verification};
  OperandBuffers buffers(device, c, workspace_bytes(variant, c.problem),
                         zeroed_workspace_bytes(variant, c.problem));
  const Launch launch = options_.catalogue.prepare(variant, c.problem);
  const Claims claims = options_.catalogue.claims(variant);
  for (const Dataset& dataset : datasets) {
    if (dataset != datasets.front() && options_.interrupted()) throw Interrupted();
    harness::verify(device, launch, claims, c, dataset, data_for(c.problem, dataset), buffers,
                    verdict);
    if (!verdict.passed()) break;
  }
  result.verification = verdict.verification;
  result.status = verdict.passed() ? reports::Status::passed : reports::Status::failed;
  result.verification.status = result.status;
  if (!verdict.passed()) {
    result.reason = verdict.mismatch;
    result.rerun = rerun_command(c);
    result.measurement.reset();  // no number without a proof
  }
}

/// Runs `work`, and turns what it throws into the result's status. True when nothing was thrown and
/// the result has passed.
bool Runner::guarded(reports::Result& result, const Case& c, const std::function<void()>& work) {
  const auto ended = [&](reports::Status status, const std::string& reason) {
    result.status = status;
    result.verification.status = status;
    result.reason = reason;
    result.measurement.reset();
  };
  try {
    work();
  } catch (const DeviceError&) {
    throw;
  } catch (const Interrupted& error) {
    ended(reports::Status::skipped, error.what());
  } catch (const TooLarge& error) {
    ended(reports::Status::skipped, error.what());
  } catch (const std::bad_alloc&) {
    const std::size_t workspace = workspace_bytes(variant_of(c), c.problem);
    const std::size_t wanted =
        RotatingOperands::bytes_needed(c, workspace, device_of(c).cache_bytes());
    ended(reports::Status::skipped,
          "not enough device memory for " + std::to_string(wanted >> 20) + " MiB");
  } catch (const std::exception& error) {
    ended(reports::Status::failed, error.what());
    result.rerun = rerun_command(c);
  }
  return result.status == reports::Status::passed;
}

reports::Result Runner::verify(const Case& c) {
  if (std::string reason = reason_to_skip(c); !reason.empty()) {
    return without_run(c, reports::Status::skipped, std::move(reason));
  }
  reports::Result result = new_result(c);
  const reports::DeviceInfo info = device_of(c).info();
  result.device = info.kind;
  result.kernel = kernel_info(options_.kernels, c, info.compute_capability);
  guarded(result, c, [&] {
    check_memory(c, false);
    std::vector<Dataset> datasets = datasets_for(c.problem, options_.seed);
    if (!options_.catalogue.claims(variant_of(c)).special_values) {
      std::erase_if(datasets, [](const Dataset& set) { return set.kind == DataKind::special; });
    }
    verify_into(result, c, datasets);
  });
  return result;
}

Runner::Started Runner::start(const Case& c, Seconds limit) {
  Started started(verify(c));
  if (started.result_.status != reports::Status::passed) return started;
  if (c.problem.shape.elements() == 0 || options_.interrupted()) return started;  // nothing to time
  Device& device = device_of(c);
  guarded(started.result_, c, [&] {
    check_memory(c, true);
    const KernelVariant& variant = variant_of(c);
    const Dataset dataset{.kind = DataKind::random, .seed = options_.seed};
    auto timing = std::make_unique<Timing>(
        Timing{.c = c,
               .operands = RotatingOperands(device, c, workspace_bytes(variant, c.problem),
                                            data_for(c.problem, dataset)),
               .measurement = {.bytes = minimal_bytes(c.problem),
                               .elements = c.problem.shape.elements()}});
    if (!c.hot) {  // beside a hot case, the copy would take its caches
      timing->ceiling =
          ceilings_.at(variant.backend).beside(read_streams(c.problem), minimal_bytes(c.problem));
    }

    const auto work = [launch = options_.catalogue.prepare(variant, c.problem)](
                          const Operands& operands) -> Work {
      return [&launch, operands](Stream stream) { launch(operands, stream); };
    };
    if (c.hot) {
      const Work same = work(timing->operands.first());
      device.run(same);
      timing->batch = launches_of_hot_sample(device.time_many(same, 1));
    }
    SamplingPolicy policy = options_.policy;
    policy.limit = limit;
    // Hot samples resemble those just before them: a narrow interval says little of the next
    // second.
    if (c.hot) policy.width = 0;
    timing->sampler.emplace(
        Clock{
            .cold = [&device, &operands = timing->operands, work,
                     batch = timing->batch]() -> Sample {
              if (batch == 1) return time_launch(device, work(operands.next()));
              return {.time = device.time_many(work(operands.first()), batch)};
            },
            .hot = [&device, &operands = timing->operands, work](
                       int launches) { return device.time_many(work(operands.first()), launches); },
            .now = [] { return Seconds(steady_clock::now().time_since_epoch()); },
            .ceiling =
                [&beside = timing->ceiling] {
                  if (beside) beside->sample();
                },
            .interrupted = options_.interrupted},
        policy);
    timing->sampler->warm_up();
    started.timing_ = std::move(timing);
  });
  return started;
}

std::optional<double> Runner::next_block_us(Started& started) {
  if (!started.timing_) return std::nullopt;
  std::optional<double> median;
  Timing& timing = *started.timing_;
  const bool well = guarded(started.result_, timing.c, [&] {
    Block block = timing.sampler->next_block();
    if (timing.ceiling) timing.measurement.ceiling_us = timing.ceiling->median_us();
    median = reports::median(block.samples_us);
    timing.measurement.repetitions.push_back(
        {.samples_us = std::move(block.samples_us), .cpu_time_us = block.cpu_time_us});
  });
  if (!well) started.timing_.reset();
  return median;
}

reports::Result Runner::finish(Started started) {
  if (!started.timing_ || started.timing_->measurement.repetitions.empty()) return started.result_;
  const Case c = started.timing_->c;
  guarded(started.result_, c, [&] {
    Timing& timing = *started.timing_;
    add_hot(c, timing);
    timing.measurement.throttled = timing.sampler->throttled();
    timing.measurement.disturbed = timing.sampler->disturbed();
    timing.measurement.clock_mhz = timing.sampler->clock_mhz();
    started.result_.measurement = timing.measurement;
    started.timing_.reset();
    // Again, with fresh inputs: timing may have left something behind.
    verify_into(started.result_, c, {{.kind = DataKind::random, .seed = options_.seed + 1}});
  });
  return std::move(started.result_);
}

/// Of launches back to back: the case's time, which a hot case has already, and the ceiling.
void Runner::add_hot(const Case& c, Timing& timing) {
  if (!c.hot) timing.measurement.hot_us = timing.sampler->hot_us();
  const auto cache = static_cast<std::int64_t>(device_of(c).cache_bytes());
  if (timing.measurement.bytes > cache) return;  // hot is cold then
  if (c.hot) {
    timing.ceiling = ceilings_.at(variant_of(c).backend)
                         .beside(read_streams(c.problem), timing.measurement.bytes);
  }
  if (!timing.ceiling) return;
  (c.hot ? timing.measurement.ceiling_us : timing.measurement.hot_ceiling_us) =
      timing.ceiling->hot_us(options_.interrupted);
}

std::vector<reports::Ceiling> Runner::ceilings() const {
  std::vector<reports::Ceiling> all;
  for (const auto& [backend, ceilings] : ceilings_) {
    all.insert(all.end(), ceilings.all().begin(), ceilings.all().end());
  }
  return all;
}

void Runner::measure_drift() {
  for (auto& [backend, ceilings] : ceilings_) ceilings.measure_drift();
}

}  // namespace prelu::harness
