// report.json -> Report, strictly: what is missing or of another type is named, never guessed.
#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "json_value.hpp"
#include "report.hpp"
#include "schema_version.hpp"

namespace prelu::reports {
namespace {

Status read_status(const Value& value) {
  const std::string spelling = value.text();
  for (const Status candidate : {Status::passed, Status::failed, Status::skipped}) {
    if (spelling == name(candidate)) return candidate;
  }
  value.fail("'" + spelling + "' is none of: passed, failed, skipped");
}

DeviceInfo read_device(const Value& value) {
  return {
      .kind = value.at("kind").text(),
      .name = value.at("name").text(),
      .uuid = value.at("uuid").text(),
      .compute_units = value.at("compute_units").integer<int>(),
      .cache_bytes = value.at("cache_bytes").integer<std::int64_t>(),
      .memory_bytes = value.at("memory_bytes").integer<std::int64_t>(),
      .compute_capability = value.at("compute_capability").text(),
      .driver = value.at("driver").text(),
      .ecc = value.at("ecc").optional(&Value::boolean),
      .mig = value.at("mig").optional(&Value::boolean),
      .power_limit_w = value.at("power_limit_w").number(),
      .clock_mhz = value.at("clock_mhz").number(),
      .memory_clock_mhz = value.at("memory_clock_mhz").number(),
      .clock_resolution_us =
          value.has("clock_resolution_us") ? value.at("clock_resolution_us").number() : 0,
      .host = value.has("host") ? value.at("host").text() : "",
      .environment_key = value.has("environment_key") ? value.at("environment_key").text() : ""};
}

FindingKind read_finding_kind(const Value& value) {
  const std::string spelling = value.text();
  for (const FindingKind kind : kFindingKinds) {
    if (spelling == name(kind)) return kind;
  }
  value.fail("'" + spelling + "' is no kind of finding");
}

std::optional<std::size_t> read_device_index(const Value& value) {
  const std::optional<Value> index = value.find("device_index");
  return index ? std::optional(index->integer<std::size_t>()) : std::nullopt;
}

Fleet read_fleet(const Value& value) {
  Fleet fleet{.shards = value.at("shards").integer<std::int64_t>(),
              .reports = value.at("reports").integer<std::int64_t>(),
              .split = value.at("split").boolean()};
  for (const Value& member : value.at("members").elements()) {
    fleet.members.push_back({.speed = member.at("speed").optional(&Value::number),
                             .cases = member.at("cases").integer<std::int64_t>(),
                             .outlier = member.at("outlier").boolean()});
  }
  for (const Value& finding : value.at("findings").elements()) {
    fleet.findings.push_back({.kind = read_finding_kind(finding.at("kind")),
                              .device = read_device_index(finding),
                              .text = finding.at("text").text()});
  }
  return fleet;
}

/// Older reports have none.
std::string read_git_date(const Value& git) {
  const std::optional<Value> date = git.find("date");
  return date ? date->text() : "";
}

Environment read_environment(const Value& context) {
  const Value ours = context.at("prelu");
  const Value build = ours.at("build");
  const Value host = ours.at("host");
  Environment environment{.date = context.at("date").text(),
                          .host_name = context.at("host_name").text(),
                          .host_cpu = host.at("cpu").text(),
                          .num_cpus = context.at("num_cpus").integer<int>(),
                          .cpus_allowed = host.at("cpus_allowed").integer<int>(),
                          .mhz_per_cpu = context.at("mhz_per_cpu").number(),
                          .cpu_scaling_enabled = context.at("cpu_scaling_enabled").boolean(),
                          .governor = host.at("governor").optional(&Value::text),
                          .load_avg = context.at("load_avg").numbers(),
                          .git_sha = ours.at("git").at("sha").text(),
                          .git_date = read_git_date(ours.at("git")),
                          .git_dirty = ours.at("git").at("dirty").boolean(),
                          .build_type = context.at("library_build_type").text(),
                          .host_compiler = build.at("host_compiler").text(),
                          .cuda_compiler = build.at("nvcc").text(),
                          .flags = build.at("flags").text(),
                          .library_version = build.at("version").text()};
  for (const Value& architecture : build.at("architectures").elements()) {
    environment.architectures.push_back(architecture.text());
  }
  for (const Value& cache : context.at("caches").elements()) {
    environment.caches.push_back({.type = cache.at("type").text(),
                                  .level = cache.at("level").integer<int>(),
                                  .size = cache.at("size").integer<std::int64_t>(),
                                  .num_sharing = cache.at("num_sharing").integer<int>()});
  }
  for (const Value& device : ours.at("devices").elements()) {
    environment.devices.push_back(read_device(device));
  }
  return environment;
}

std::optional<Shard> read_shard(const Value& protocol) {
  const std::optional<Value> value = protocol.find("shard");
  if (!value) return std::nullopt;
  const Shard shard{.index = value->at("index").integer<std::int64_t>(),
                    .count = value->at("count").integer<std::int64_t>()};
  if (shard.index < 1 || shard.index > shard.count || shard.count > kMostShards) {
    value->fail("the index must be from 1 to the count");
  }
  return shard;
}

Protocol read_protocol(const Value& value) {
  return {.suite = value.at("suite").text(),
          .cache = value.at("cache").text(),
          .block = value.at("block").integer<int>(),
          .repetitions = value.at("repetitions").integer<int>(),
          .seed = value.at("seed").integer<std::uint64_t>(),
          .budget_s = value.at("budget_s").number(),
          .shard = read_shard(value)};
}

/// Reports that were written before there was such a key are read too.
std::optional<KernelInfo> read_kernel(const Value& value) {
  const std::optional<Value> kernel = value.find("kernel");
  if (!kernel) return std::nullopt;
  return KernelInfo{
      .registers = kernel->at("registers").integer<int>(),
      .spill_bytes = kernel->at("spill_bytes").integer<int>(),
      .bytes_in_flight_per_sm = kernel->at("bytes_in_flight_per_sm").integer<std::int64_t>()};
}

/// Likewise, and where there was no copy to compare with.
std::optional<double> read_hot_ceiling(const Value& value) {
  const std::optional<Value> us = value.find("hot_ceiling_us");
  return us ? std::optional(us->number()) : std::nullopt;
}

/// Likewise, and where nothing was disturbed.
Disturbed read_disturbed(const Value& value) {
  const std::optional<Value> disturbed = value.find("disturbed");
  if (!disturbed) return {};
  return {.retaken = disturbed->at("retaken").integer<int>(),
          .kept = disturbed->at("kept").integer<int>()};
}

/// Only of runs of many ranks.
std::optional<DataParallel> read_data_parallel(const Value& value) {
  const std::optional<Value> how = value.find("data_parallel");
  if (!how) return std::nullopt;
  const auto bandwidth = how->at("algorithm_bytes_per_second").optional(&Value::number);
  return DataParallel{.ranks = how->at("ranks").integer<int>(),
                      .layers = how->at("layers").integer<std::int64_t>(),
                      .sums = how->at("sums").integer<std::int64_t>(),
                      .sums_only = bandwidth.has_value(),
                      .kernel = how->at("kernel").text(),
                      .message_bytes = how->at("message_bytes").integer<std::int64_t>()};
}

Network read_network(const Value& value) {
  Network network{.name = value.at("name").text(),
                  .source = value.at("source").text(),
                  .input = value.at("input").text(),
                  .dtype = value.at("dtype").text()};
  for (const Value& layer : value.at("layers").elements()) {
    network.layers.push_back({.forward = layer.at("forward").text(),
                              .backward = layer.at("backward").text(),
                              .times = layer.at("times").integer<std::int64_t>()});
    if (network.layers.back().times < 1) layer.at("times").fail("must be at least 1");
  }
  return network;
}

/// What a timed and an untimed result share; `value` is the object under "prelu", or the untimed
/// result itself.
Result read_identity(const Value& value, std::string name) {
  const Value verification = value.at("verification");
  return {.name = std::move(name),
          .variant = value.at("variant").text(),
          .problem = value.at("problem").text(),
          .device = value.at("device").text(),
          .device_index = read_device_index(value),
          .code_hash = value.has("code_hash") ? value.at("code_hash").text() : "",
          .deterministic = value.at("deterministic").boolean(),
          .verification = {.status = read_status(verification.at("status")),
                           .max_error = verification.at("max_error").number(),
                           .allowed = verification.at("allowed").number(),
                           .checked = verification.at("checked").integer<std::int64_t>()},
          .kernel = read_kernel(value)};
}

/// Results come back in the order in which they were written, by their index; rows of several
/// processes may share one.
using Results = std::map<std::pair<std::size_t, int>, Result>;

constexpr int kFirstProcess = std::numeric_limits<int>::min();

void read_untimed(const Value& value, Results& results) {
  const auto index = value.at("index").integer<std::size_t>();
  Result result = read_identity(value, value.at("name").text());
  result.status = read_status(value.at("status"));
  result.reason = value.at("reason").text();
  result.rerun = value.at("rerun").text();
  if (!results.emplace(std::pair(index, kFirstProcess), std::move(result)).second) {
    value.fail("its index is not its own");
  }
}

/// The result that a row belongs to: that of its index and process, or a new one.
Result& result_of(const Value& row, const Value& ours, Results& results) {
  const auto index = ours.at("index").integer<std::size_t>();
  const int process = ours.at("process").integer<int>();
  const std::string name = row.at("name").text();
  const auto of_index = results.lower_bound({index, kFirstProcess});
  if (of_index != results.end() && of_index->first.first == index &&
      (!of_index->second.measurement || of_index->second.name != name)) {
    row.fail("its index belongs to " + of_index->second.name);
  }
  const auto found = results.find({index, process});
  if (found != results.end()) return found->second;
  Result result = read_identity(ours, name);
  result.status = Status::passed;
  result.measurement = Measurement{.bytes = ours.at("bytes").integer<std::int64_t>(),
                                   .elements = ours.at("elements").integer<std::int64_t>(),
                                   .hot_us = ours.at("hot_us").optional(&Value::number),
                                   .ceiling_us = ours.at("ceiling_us").optional(&Value::number),
                                   .hot_ceiling_us = read_hot_ceiling(ours),
                                   .clock_mhz = ours.at("sm_mhz").number(),
                                   .throttled = ours.at("throttled").integer<int>(),
                                   .disturbed = read_disturbed(ours),
                                   .process = process,
                                   .data_parallel = read_data_parallel(ours)};
  return results.emplace(std::pair(index, process), std::move(result)).first->second;
}

void read_row(const Value& row, Results& results) {
  const Value ours = row.at("prelu");
  Repetition repetition{.samples_us = ours.at("samples_us").numbers(),
                        .cpu_time_us = row.at("cpu_time").number()};
  constexpr double kMostUs = 1e15;  // a generation; sums of such times are finite
  const auto is_time = [](double sample) { return sample > 0 && sample < kMostUs; };
  if (repetition.samples_us.empty() || !std::ranges::all_of(repetition.samples_us, is_time)) {
    ours.at("samples_us").fail("must hold samples, all above 0 and below 1e15");
  }
  std::vector<Repetition>& repetitions = result_of(row, ours, results).measurement->repetitions;
  const auto place = row.at("repetition_index").integer<std::size_t>();
  if (place < repetitions.size()) {
    row.fail("a row of this name, process and repetition_index stands before it");
  }
  if (place > repetitions.size()) row.fail("its repetition_index is out of order");
  repetitions.push_back(std::move(repetition));
}

/// A case that is there twice would count twice.
void refuse_duplicates(const Results& results, const Value& rows) {
  std::set<std::pair<std::string, int>> seen;
  for (const auto& [index, result] : results) {
    if (result.measurement && !seen.emplace(result.name, result.measurement->process).second) {
      rows.fail("the rows of " + result.name + " in process " +
                std::to_string(result.measurement->process) + " stand there twice");
    }
  }
}

/// A place among the devices must be there.
void refuse_unknown_devices(const Report& report, const Value& context) {
  const std::size_t devices = report.environment.devices.size();
  const auto refuse = [&](const std::optional<std::size_t>& place) {
    if (!place || *place < devices) return;
    context.fail("there are " + std::to_string(devices) + " devices, and none has the index " +
                 std::to_string(*place));
  };
  for (const Result& result : report.results) refuse(result.device_index);
  if (!report.fleet) return;
  for (const Finding& finding : report.fleet->findings) refuse(finding.device);
  if (report.fleet->members.size() != devices) {
    context.at("fleet").at("members").fail("must be as many as the devices");
  }
}

Report read(const Value& root) {
  const Value context = root.at("context");
  const Value ours = context.at("prelu");
  if (const std::string schema = ours.at("schema").text(); schema != kSchemaVersion) {
    ours.at("schema").fail("this program reads " + std::string(kSchemaVersion) + ", not '" +
                           schema + "'");
  }
  Report report{.environment = read_environment(context),
                .protocol = read_protocol(ours.at("protocol")),
                .partial = ours.at("partial").boolean()};
  const std::string key = ours.at("environment_key").text();
  if (key != environment_key(report.environment)) report.foreign_key = key;
  for (const Value& ceiling : ours.at("ceilings").elements()) {
    report.ceilings.push_back({.device = ceiling.at("device").text(),
                               .way = ceiling.at("way").text(),
                               .reads = ceiling.at("reads").integer<int>(),
                               .bytes = ceiling.at("bytes").integer<std::int64_t>(),
                               .median_us = ceiling.at("median_us").number(),
                               .drift = ceiling.at("drift").number()});
  }
  // Only reports of suites with networks hold them.
  if (ours.has("networks")) {
    for (const Value& network : ours.at("networks").elements()) {
      report.networks.push_back(read_network(network));
    }
  }
  Results results;
  for (const Value& untimed : ours.at("not_timed").elements()) read_untimed(untimed, results);
  const Value rows = root.at("benchmarks");
  for (const Value& row : rows.elements()) read_row(row, results);
  refuse_duplicates(results, rows);
  for (auto& [index, result] : results) report.results.push_back(std::move(result));
  if (ours.has("fleet")) report.fleet = read_fleet(ours.at("fleet"));
  refuse_unknown_devices(report, ours);
  return report;
}

}  // namespace

Report from_json(std::string_view text, std::string_view source) {
  simdjson::dom::parser parser;
  const Document document(text, source, parser);
  return read(document.root());
}

struct ReportReader::Buffers {
  simdjson::dom::parser parser;
};

ReportReader::ReportReader() : buffers_(std::make_unique<Buffers>()) {}
ReportReader::~ReportReader() = default;

Report ReportReader::read(const std::filesystem::path& file) {
  const Document document(file, buffers_->parser);
  return reports::read(document.root());
}

Report read_report(const std::filesystem::path& file) { return ReportReader().read(file); }

}  // namespace prelu::reports
