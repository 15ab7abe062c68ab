// A report: what was measured, on what, and whether it is right. The one interface between
// measuring and everything after. Names are strings, so that nothing here needs the kernels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet.hpp"
#include "shard.hpp"

namespace prelu::reports {

/// The version of the file format, "prelu-report/1", from the schema file.
std::string_view schema_version();

/// The device that cases ran on. Zero and empty mean "not known".
struct DeviceInfo {
  std::string kind;  ///< "cpu", "cuda" or "simt"
  std::string name;
  std::string uuid;
  int compute_units = 0;  ///< SMs of a GPU, cores of a CPU that are used
  std::int64_t cache_bytes = 0;
  std::int64_t memory_bytes = 0;
  std::string compute_capability;  ///< "9.0"
  std::string driver;
  std::optional<bool> ecc;
  std::optional<bool> mig;
  double power_limit_w = 0;
  double clock_mhz = 0;
  double memory_clock_mhz = 0;
  double clock_resolution_us = 0;  ///< the smallest difference that times can show
  std::string host;                ///< in a merged report only: whose device it is,
  std::string environment_key;     ///< and of the report that it was in

  friend bool operator==(const DeviceInfo&, const DeviceInfo&) = default;
};

struct Cache {
  std::string type;  ///< "Data", "Instruction" or "Unified"
  int level = 0;
  std::int64_t size = 0;
  int num_sharing = 0;

  friend bool operator==(const Cache&, const Cache&) = default;
};

/// Everything that explains a number. What must agree before two reports may be compared goes into
/// environment_key().
struct Environment {
  std::string date;  ///< ISO 8601 with offset
  std::string host_name;
  std::string host_cpu;
  int num_cpus = 0;
  int cpus_allowed = 0;
  double mhz_per_cpu = 0;
  bool cpu_scaling_enabled = false;
  std::optional<std::string> governor;
  std::vector<Cache> caches;
  std::vector<double> load_avg;
  std::string git_sha;
  std::string git_date;  ///< when it was committed, as `date`; empty if unknown
  bool git_dirty = false;
  std::string build_type;  ///< "release" or "debug"
  std::string host_compiler;
  std::string cuda_compiler;
  std::string flags;
  std::vector<std::string> architectures;
  std::string library_version;
  std::vector<DeviceInfo> devices;

  friend bool operator==(const Environment&, const Environment&) = default;
};

/// A hash of what must agree: kind, name, memory, ECC, MIG and driver branch of each device; for a
/// CPU its model, the CPUs allowed, the threads used and the governor; for a GPU its power limit
/// too. Neither UUID nor compilers nor flags are in it.
std::string environment_key(const Environment& environment);

struct Protocol {
  std::string suite;  ///< names, joined by commas
  std::string cache = "rotate";
  int block = 0;        ///< samples a repetition at most
  int repetitions = 0;  ///< rows a case
  std::uint64_t seed = 1;
  double budget_s = 0;
  std::optional<Shard> shard;  ///< where only the cases of one were asked for

  friend bool operator==(const Protocol&, const Protocol&) = default;
};

enum class Status { passed, failed, skipped };

/// The reason of a skipped case that the run did not come to.
inline constexpr std::string_view kBudgetUsedUp = "the budget was used up";

std::string_view name(Status status);

struct Verification {
  Status status = Status::skipped;
  double max_error = 0;      ///< of dalpha; y and dx are bitwise equal or failed
  double allowed = 0;        ///< the bound where max_error was seen
  std::int64_t checked = 0;  ///< elements compared, over all data sets and runs

  friend bool operator==(const Verification&, const Verification&) = default;
};

/// What the compiler made of the kernel that serves aligned data.
struct KernelInfo {
  int registers = 0;                        ///< of a thread
  int spill_bytes = 0;                      ///< of a thread, stored and loaded
  std::int64_t bytes_in_flight_per_sm = 0;  ///< asked for by all the threads that fit an SM

  friend bool operator==(const KernelInfo&, const KernelInfo&) = default;
};

/// One repetition: a block of cold samples.
struct Repetition {
  std::vector<double> samples_us;
  double cpu_time_us = 0;  ///< of the process, per sample

  friend bool operator==(const Repetition&, const Repetition&) = default;
};

/// Samples during which something else took the device's time.
struct Disturbed {
  int retaken = 0;  ///< thrown away, and taken again
  int kept = 0;     ///< all the same, because taking them again had cost too much

  friend bool operator==(const Disturbed&, const Disturbed&) = default;
};

/// What data-parallel ranks did in the time that was taken, which is the slowest rank's.
struct DataParallel {
  int ranks = 1;
  std::int64_t layers = 1;         ///< computed in a step
  std::int64_t sums = 0;           ///< over the ranks, in a step
  bool sums_only = false;          ///< the time is that of the sums, without the layers
  std::string kernel;              ///< the variant that computes a layer
  std::int64_t message_bytes = 0;  ///< of all sums of a step

  friend bool operator==(const DataParallel&, const DataParallel&) = default;
};

struct Measurement {
  std::int64_t bytes = 0;  ///< minimal traffic of the problem
  std::int64_t elements = 0;
  std::vector<Repetition> repetitions;  ///< cold: the caches hold nothing of the operands
  std::optional<double> hot_us;         ///< one of many launches back to back
  /// The fastest copy with the same streams and bytes, sampled between these samples.
  std::optional<double> ceiling_us;
  /// Likewise of many copies back to back, where the caches can hold their memory.
  std::optional<double> hot_ceiling_us;
  double clock_mhz = 0;
  int throttled = 0;  ///< samples at a clock that was down; taken again while that was possible
  Disturbed disturbed;
  int process = 0;
  std::optional<DataParallel> data_parallel;  ///< of a run of many ranks

  friend bool operator==(const Measurement&, const Measurement&) = default;
};

struct Result {
  std::string name;     ///< the case: variant, problem and options; its identity everywhere
  std::string variant;  ///< "cuda/forward_packed"
  std::string problem;  ///< the name without the variant, led by the direction
  std::string device;   ///< kind of the device it ran on, "cpu", "cuda" or "simt"; empty if none
  /// In a merged report the place of that device among the environment's.
  std::optional<std::size_t> device_index;
  /// Of the machine code that a time depends on, the variant's and the harness's; empty if unknown.
  std::string code_hash;
  bool deterministic = true;
  Status status = Status::skipped;
  std::string reason;  ///< why it failed or was skipped; empty when passed
  std::string rerun;   ///< the command that reruns this case alone, for a failure
  Verification verification;
  std::optional<KernelInfo> kernel;        ///< of what ran on a GPU, where the build knows it
  std::optional<Measurement> measurement;  ///< only of a passed result

  friend bool operator==(const Result&, const Result&) = default;
};

/// The fastest way found to move as many bytes in as many streams.
struct Ceiling {
  std::string device;
  std::string way;  ///< the name of the winning way
  int reads = 1;
  std::int64_t bytes = 0;  ///< of all streams
  double median_us = 0;
  double drift = 0;  ///< last over first median of this run, less 1

  friend bool operator==(const Ceiling&, const Ceiling&) = default;
};

/// A layer of a network: the problems it poses in a training step.
struct NetworkLayer {
  std::string forward;     ///< the problem's name, as in Result
  std::string backward;    ///< likewise
  std::int64_t times = 1;  ///< how often the network holds this layer

  friend bool operator==(const NetworkLayer&, const NetworkLayer&) = default;
};

/// The PReLU layers of a network, in one dtype: what the suite says results add up to.
struct Network {
  std::string name;
  std::string source;  ///< where its layers are written down
  std::string input;   ///< the size of its input, "128x3x112x112"
  std::string dtype;
  std::vector<NetworkLayer> layers;

  friend bool operator==(const Network&, const Network&) = default;
};

struct Report {
  Environment environment;
  /// The key that the file gives, where it is not the one of `environment`: written by a program
  /// that hashed something else, so that its reports compare with each other only.
  std::string foreign_key;
  Protocol protocol;
  std::vector<Network> networks;
  std::vector<Ceiling> ceilings;
  std::vector<Result> results;
  bool partial = false;        ///< the run ended before all cases were done
  std::optional<Fleet> fleet;  ///< of a merged report

  friend bool operator==(const Report&, const Report&) = default;
};

/// What must agree before this report may be compared with another.
std::string environment_key(const Report& report);

/// Derived numbers. The median and its interval (order statistics) over all cold samples.
struct Summary {
  double median_us = 0;
  double low_us = 0;
  double high_us = 0;
  double confidence = 0;  ///< that the interval holds the median; below 0.95 with few samples
  double bytes_per_second = 0;
  double items_per_second = 0;
  std::optional<double> share_of_ceiling;  ///< ceiling_us / median_us

  friend bool operator==(const Summary&, const Summary&) = default;
};

/// The cold samples of all repetitions, in the order they were taken.
std::vector<double> all_samples(const Measurement& measurement);

/// `measurement` must hold at least one sample.
Summary summarize(const Measurement& measurement);

/// The bus bandwidth of a measurement of sums only: what each link must carry for the message's
/// bytes over the time (the algorithm bandwidth), 2 (ranks - 1) / ranks of them, whoever sums. 0
/// elsewhere.
double bus_bytes_per_second(const Measurement& measurement);

/// report.json: one row a repetition. Google Benchmark's JSON; ours under "prelu".
std::string to_json(const Report& report);
/// The same, a row a line: for reports so large that they are not held as text.
void write_rows(const Report& report, std::ostream& stream);
/// report.ci.json: one median row a case.
std::string to_ci_json(const Report& report);

/// Throws std::invalid_argument naming `source` (a file's name), the place and what is allowed.
Report from_json(std::string_view text, std::string_view source);

/// Throws std::invalid_argument when the file cannot be read.
std::string read_file(const std::filesystem::path& file);
Report read_report(const std::filesystem::path& file);

/// Reads one report after the other with the same buffers, which for thousands takes less time.
class ReportReader {
 public:
  ReportReader();
  ~ReportReader();
  ReportReader(const ReportReader&) = delete;
  ReportReader& operator=(const ReportReader&) = delete;

  /// As read_report.
  Report read(const std::filesystem::path& file);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

/// Writes to a temporary name beside `file`, then renames: never a half-written file. Throws
/// std::runtime_error naming the file.
void write_file(const std::filesystem::path& file, std::string_view text);
void write_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);

}  // namespace prelu::reports
