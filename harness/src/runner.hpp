// One case from start to result: verified, timed if asked for, verified again.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "case.hpp"
#include "catalogue.hpp"
#include "ceiling.hpp"
#include "device.hpp"
#include "problem_data.hpp"
#include "report.hpp"
#include "rotating_operands.hpp"
#include "sampler.hpp"
#include "table.hpp"
#include "verifier.hpp"

namespace prelu::harness {

struct RunOptions {
  std::uint64_t seed = 1;
  SamplingPolicy policy;
  Catalogue catalogue;                             ///< what the cases name
  std::string program = "prelu-bench";             ///< for the command that reruns a case
  resources::Table kernels;                        ///< what the build knows of the GPU's
  std::map<std::string, std::string> code_hashes;  ///< by variant
  std::function<bool()> interrupted = [] { return false; };
};

/// The devices of a run, by backend.
using Devices = std::map<Backend, DeviceChoice>;

class Runner {
 public:
  Runner(Devices& devices, RunOptions options);

  /// Why the case is not run at all, or nothing: no such device, or the variant refuses it.
  std::string reason_to_skip(const Case& c) const;

  /// The result of a case that was not run to its end: skipped or failed.
  reports::Result without_run(const Case& c, reports::Status status, std::string reason) const;

  /// Verifies the case and gives the result, without timing it. Throws DeviceError.
  reports::Result verify(const Case& c);

  class Started;

  /// Verifies the case and prepares to time it within `limit`. Throws DeviceError.
  Started start(const Case& c, Seconds limit);
  /// The median of the next block of cold samples, in microseconds, or nothing if the case is not
  /// to be timed: it failed or was skipped, and finish() says why. Throws DeviceError.
  std::optional<double> next_block_us(Started& started);
  /// Hot samples, the ceiling, and the second verification; the result.
  reports::Result finish(Started started);

  std::vector<reports::Ceiling> ceilings() const;
  void measure_drift();

 private:
  struct Timing;

  /// Lets go of the data of another problem.
  void turn_to(const Problem& problem);
  const ProblemData& data_for(const Problem& problem, const Dataset& dataset);
  reports::Result new_result(const Case& c) const;
  void verify_into(reports::Result& result, const Case& c, const std::vector<Dataset>& datasets);
  void add_hot(const Case& c, Timing& timing);
  bool guarded(reports::Result& result, const Case& c, const std::function<void()>& work);
  void check_memory(const Case& c, bool timed);
  const KernelVariant& variant_of(const Case& c) const;
  Device& device_of(const Case& c) const;
  std::string rerun_command(const Case& c) const;

  Devices* devices_;
  RunOptions options_;
  std::map<Backend, Ceilings> ceilings_;

  // The data of the current problem: its variants stand together in a suite.
  Problem cached_problem_;
  std::vector<std::pair<Dataset, ProblemData>> cached_data_;
};

/// A case between its start and its finish. Several may be under way, and take turns.
class Runner::Started {
 public:
  Started(Started&&) noexcept;
  Started& operator=(Started&&) noexcept;
  ~Started();

 private:
  friend class Runner;
  explicit Started(reports::Result result);

  reports::Result result_;
  std::unique_ptr<Timing> timing_;  ///< null where it is not to be timed
};

}  // namespace prelu::harness
