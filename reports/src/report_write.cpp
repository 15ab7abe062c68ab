// Report -> report.json and report.ci.json.
#include <algorithm>
#include <cmath>
#include <future>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "report.hpp"
#include "schema_version.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN and no infinity.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

template <class T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json write_device(const DeviceInfo& device) {
  Json json{{"kind", device.kind},
            {"name", device.name},
            {"uuid", device.uuid},
            {"compute_units", device.compute_units},
            {"cache_bytes", device.cache_bytes},
            {"memory_bytes", device.memory_bytes},
            {"compute_capability", device.compute_capability},
            {"driver", device.driver},
            {"ecc", optional(device.ecc)},
            {"mig", optional(device.mig)},
            {"power_limit_w", number(device.power_limit_w)},
            {"clock_mhz", number(device.clock_mhz)},
            {"memory_clock_mhz", number(device.memory_clock_mhz)},
            {"clock_resolution_us", number(device.clock_resolution_us)}};
  if (!device.environment_key.empty()) {
    json["host"] = device.host;
    json["environment_key"] = device.environment_key;
  }
  return json;
}

Json write_fleet(const Fleet& fleet) {
  Json members = Json::array();
  for (const Member& member : fleet.members) {
    members.push_back(
        {{"speed", optional(member.speed)}, {"cases", member.cases}, {"outlier", member.outlier}});
  }
  Json findings = Json::array();
  for (const Finding& finding : fleet.findings) {
    findings.push_back({{"kind", name(finding.kind)},
                        {"device_index", optional(finding.device)},
                        {"text", finding.text}});
  }
  return {{"shards", fleet.shards},
          {"reports", fleet.reports},
          {"split", fleet.split},
          {"members", members},
          {"findings", findings}};
}

Json write_verification(const Verification& verification) {
  return {{"status", name(verification.status)},
          {"max_error", number(verification.max_error)},
          {"allowed", number(verification.allowed)},
          {"checked", verification.checked}};
}

Json write_kernel(const std::optional<KernelInfo>& kernel) {
  if (!kernel) return nullptr;
  return {{"registers", kernel->registers},
          {"spill_bytes", kernel->spill_bytes},
          {"bytes_in_flight_per_sm", kernel->bytes_in_flight_per_sm}};
}

/// The two bandwidths mean something where nothing but the sums was timed.
Json write_data_parallel(const Measurement& measurement) {
  const DataParallel& how = *measurement.data_parallel;
  Json json{{"ranks", how.ranks},
            {"layers", how.layers},
            {"sums", how.sums},
            {"kernel", how.kernel},
            {"message_bytes", how.message_bytes},
            {"algorithm_bytes_per_second", nullptr},
            {"bus_bytes_per_second", nullptr}};
  if (how.sums_only) {
    json["algorithm_bytes_per_second"] = number(summarize(measurement).bytes_per_second);
    json["bus_bytes_per_second"] = number(bus_bytes_per_second(measurement));
  }
  return json;
}

/// What a timed and an untimed result share.
Json write_identity(const Result& result, std::size_t index) {
  Json json{{"index", index},
            {"variant", result.variant},
            {"problem", result.problem},
            {"device", result.device},
            {"code_hash", result.code_hash},
            {"deterministic", result.deterministic},
            {"verification", write_verification(result.verification)},
            {"kernel", write_kernel(result.kernel)}};
  if (result.device_index) json["device_index"] = *result.device_index;
  return json;
}

Json write_untimed(const Result& result, std::size_t index) {
  Json json{{"name", result.name}, {"status", name(result.status)}, {"reason", result.reason}};
  json["rerun"] = result.rerun;
  json.update(write_identity(result, index));
  return json;
}

Json write_network(const Network& network) {
  Json layers = Json::array();
  for (const NetworkLayer& layer : network.layers) {
    layers.push_back(
        {{"forward", layer.forward}, {"backward", layer.backward}, {"times", layer.times}});
  }
  return {{"name", network.name},
          {"source", network.source},
          {"input", network.input},
          {"dtype", network.dtype},
          {"layers", layers}};
}

Json write_context(const Report& report) {
  const Environment& environment = report.environment;
  Json caches = Json::array();
  for (const Cache& cache : environment.caches) {
    caches.push_back({{"type", cache.type},
                      {"level", cache.level},
                      {"size", cache.size},
                      {"num_sharing", cache.num_sharing}});
  }
  Json devices = Json::array();
  for (const DeviceInfo& device : environment.devices) devices.push_back(write_device(device));
  Json ceilings = Json::array();
  for (const Ceiling& ceiling : report.ceilings) {
    ceilings.push_back({{"device", ceiling.device},
                        {"way", ceiling.way},
                        {"reads", ceiling.reads},
                        {"bytes", ceiling.bytes},
                        {"median_us", number(ceiling.median_us)},
                        {"drift", number(ceiling.drift)}});
  }
  Json untimed = Json::array();
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    if (!report.results[i].measurement) untimed.push_back(write_untimed(report.results[i], i));
  }
  const Protocol& protocol = report.protocol;
  Json ours{{"schema", kSchemaVersion},
            {"environment_key", environment_key(report)},
            {"partial", report.partial},
            {"git", {{"sha", environment.git_sha}, {"dirty", environment.git_dirty}}},
            {"build",
             {{"nvcc", environment.cuda_compiler},
              {"host_compiler", environment.host_compiler},
              {"flags", environment.flags},
              {"architectures", environment.architectures},
              {"version", environment.library_version}}},
            {"host",
             {{"cpu", environment.host_cpu},
              {"cpus_allowed", environment.cpus_allowed},
              {"governor", optional(environment.governor)}}},
            {"devices", devices},
            {"protocol",
             {{"suite", protocol.suite},
              {"cache", protocol.cache},
              {"block", protocol.block},
              {"repetitions", protocol.repetitions},
              {"seed", protocol.seed},
              {"budget_s", number(protocol.budget_s)}}},
            {"ceilings", ceilings},
            {"not_timed", untimed}};
  if (protocol.shard) {
    ours["protocol"]["shard"] = {{"index", protocol.shard->index},
                                 {"count", protocol.shard->count}};
  }
  if (!environment.git_date.empty()) ours["git"]["date"] = environment.git_date;
  for (const Network& network : report.networks) ours["networks"].push_back(write_network(network));
  if (report.fleet) ours["fleet"] = write_fleet(*report.fleet);
  return {{"date", environment.date},
          {"host_name", environment.host_name},
          {"executable", "prelu-bench"},
          {"num_cpus", environment.num_cpus},
          {"mhz_per_cpu", number(environment.mhz_per_cpu)},
          {"cpu_scaling_enabled", environment.cpu_scaling_enabled},
          {"caches", caches},
          {"load_avg", environment.load_avg},
          {"library_build_type", environment.build_type},
          {"json_schema_version", 1},
          {"prelu", ours}};
}

/// One of Google Benchmark's rows, for `samples` of a result.
Json write_row(const Result& result, std::size_t index, const std::vector<double>& samples_us,
               double cpu_time_us, std::size_t repetitions, std::size_t repetition) {
  const Measurement& measurement = *result.measurement;
  const double time_us = median(samples_us);
  const double seconds = time_us * 1e-6;
  Json ours = write_identity(result, index);
  ours["process"] = measurement.process;
  ours["bytes"] = measurement.bytes;
  ours["elements"] = measurement.elements;
  ours["samples_us"] = samples_us;
  ours["hot_us"] = optional(measurement.hot_us);
  ours["ceiling_us"] = optional(measurement.ceiling_us);
  if (measurement.hot_ceiling_us) ours["hot_ceiling_us"] = optional(measurement.hot_ceiling_us);
  ours["share_of_ceiling"] = optional(summarize(measurement).share_of_ceiling);
  ours["sm_mhz"] = number(measurement.clock_mhz);
  ours["throttled"] = measurement.throttled;
  if (const Disturbed& disturbed = measurement.disturbed; disturbed != Disturbed{}) {
    ours["disturbed"] = {{"retaken", disturbed.retaken}, {"kept", disturbed.kept}};
  }
  if (measurement.data_parallel) ours["data_parallel"] = write_data_parallel(measurement);
  return {{"name", result.name},
          {"run_name", result.name},
          {"run_type", "iteration"},
          {"repetitions", repetitions},
          {"repetition_index", repetition},
          {"threads", 1},
          {"iterations", samples_us.size()},
          {"real_time", time_us},
          {"cpu_time", cpu_time_us},
          {"time_unit", "us"},
          {"bytes_per_second", static_cast<double>(measurement.bytes) / seconds},
          {"items_per_second", static_cast<double>(measurement.elements) / seconds},
          {"prelu", ours}};
}

/// Replaces invalid UTF-8 instead of throwing: a strange device name must not lose a report.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dump(const Report& report, Json rows) {
  const Json document{{"context", write_context(report)}, {"benchmarks", std::move(rows)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const Report& report) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    const Result& result = report.results[i];
    if (!result.measurement) continue;
    const auto& repetitions = result.measurement->repetitions;
    for (std::size_t k = 0; k < repetitions.size(); ++k) {
      rows.push_back(write_row(result, i, repetitions[k].samples_us, repetitions[k].cpu_time_us,
                               repetitions.size(), k));
    }
  }
  return dump(report, std::move(rows));
}

void write_rows(const Report& report, std::ostream& stream) {
  constexpr std::size_t kBlock = 1000;  // results whose text is made at once
  const auto block_text = [&report](std::size_t begin) {
    std::string text;
    for (std::size_t i = begin; i < std::min(begin + kBlock, report.results.size()); ++i) {
      const Result& result = report.results[i];
      if (!result.measurement) continue;
      const auto& repetitions = result.measurement->repetitions;
      for (std::size_t k = 0; k < repetitions.size(); ++k) {
        text += ",\n" + text_of(write_row(result, i, repetitions[k].samples_us,
                                          repetitions[k].cpu_time_us, repetitions.size(), k));
      }
    }
    return text;
  };
  stream << "{\"context\":" << text_of(write_context(report)) << ",\"benchmarks\":[";
  // As many blocks at a time as there are processors, written in their order.
  const std::size_t many = std::max(1U, std::thread::hardware_concurrency());
  bool is_first = true;
  for (std::size_t begin = 0; begin < report.results.size();) {
    std::vector<std::future<std::string>> blocks;
    for (; blocks.size() < many && begin < report.results.size(); begin += kBlock) {
      blocks.push_back(std::async(std::launch::async, block_text, begin));
    }
    for (std::future<std::string>& block : blocks) {
      const std::string text = block.get();
      if (text.empty()) continue;
      stream << std::string_view(text).substr(is_first ? 1 : 0);  // no comma before the first
      is_first = false;
    }
  }
  stream << "]}\n";
}

std::string to_ci_json(const Report& report) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    const Result& result = report.results[i];
    if (!result.measurement) continue;
    std::vector<double> cpu_times;
    for (const Repetition& repetition : result.measurement->repetitions) {
      cpu_times.push_back(repetition.cpu_time_us);
    }
    rows.push_back(write_row(result, i, all_samples(*result.measurement), median(cpu_times), 1, 0));
  }
  return dump(report, std::move(rows));
}

}  // namespace prelu::reports
