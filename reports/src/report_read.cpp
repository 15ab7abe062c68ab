// report.json -> Report, strictly: what is missing or of another type is named, never guessed.
#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "report.hpp"
#include "schema_version.hpp"
#include "strict_json.hpp"

namespace prelu::reports {
namespace {

using Json = nlohmann::json;

/// A value with the path that leads to it.
class Value {
 public:
  Value(const Json& json, std::string place) : json_(&json), place_(std::move(place)) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw std::invalid_argument(place_ + ": " + message);
  }

  bool has(const std::string& key) const { return json_->is_object() && json_->contains(key); }

  Value at(const std::string& key) const {
    if (!json_->is_object()) fail("must be an object");
    const auto found = json_->find(key);
    if (found == json_->end()) fail("the key \"" + key + "\" is missing");
    return {*found, place_ + "." + key};
  }

  /// The value at `key`, or nothing where the key is missing or its value null.
  std::optional<Value> find(const std::string& key) const {
    if (!json_->is_object()) fail("must be an object");
    const auto found = json_->find(key);
    if (found == json_->end() || found->is_null()) return std::nullopt;
    return at(key);
  }

  std::vector<Value> elements() const {
    if (!json_->is_array()) fail("must be a list");
    std::vector<Value> values;
    values.reserve(json_->size());
    for (std::size_t i = 0; i < json_->size(); ++i) {
      values.emplace_back((*json_)[i], place_ + "[" + std::to_string(i) + "]");
    }
    return values;
  }

  std::string text() const {
    if (!json_->is_string()) fail("must be a string");
    return json_->get<std::string>();
  }

  bool boolean() const {
    if (!json_->is_boolean()) fail("must be true or false");
    return json_->get<bool>();
  }

  /// null stands for what is not finite; it is read as 0.
  double number() const {
    if (json_->is_null()) return 0;
    if (!json_->is_number()) fail("must be a number");
    return json_->get<double>();
  }

  template <class Integer>
  Integer integer() const {
    const bool fits =
        json_->is_number_unsigned()
            ? std::in_range<Integer>(json_->get<std::uint64_t>())
            : json_->is_number_integer() && std::in_range<Integer>(json_->get<std::int64_t>());
    if (!fits) fail("must be an integer in range");
    return json_->get<Integer>();
  }

  template <class T>
  std::optional<T> optional(T (Value::*read)() const) const {
    if (json_->is_null()) return std::nullopt;
    return std::invoke(read, *this);
  }

  std::vector<double> numbers() const {
    std::vector<double> values;
    for (const Value& element : elements()) values.push_back(element.number());
    return values;
  }

  Status status() const {
    const std::string spelling = text();
    for (const Status candidate : {Status::passed, Status::failed, Status::skipped}) {
      if (spelling == name(candidate)) return candidate;
    }
    fail("'" + spelling + "' is none of: passed, failed, skipped");
  }

 private:
  const Json* json_;
  std::string place_;
};

DeviceInfo read_device(const Value& value) {
  return {.kind = value.at("kind").text(),
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
          .memory_clock_mhz = value.at("memory_clock_mhz").number()};
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

Protocol read_protocol(const Value& value) {
  return {.suite = value.at("suite").text(),
          .cache = value.at("cache").text(),
          .block = value.at("block").integer<int>(),
          .repetitions = value.at("repetitions").integer<int>(),
          .seed = value.at("seed").integer<std::uint64_t>(),
          .budget_s = value.at("budget_s").number()};
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
          .deterministic = value.at("deterministic").boolean(),
          .verification = {.status = verification.at("status").status(),
                           .max_error = verification.at("max_error").number(),
                           .allowed = verification.at("allowed").number(),
                           .checked = verification.at("checked").integer<std::int64_t>()},
          .kernel = read_kernel(value)};
}

/// Results come back in the order in which they were written: by their index.
using Results = std::map<std::size_t, Result>;

void read_untimed(const Value& value, Results& results) {
  const auto index = value.at("index").integer<std::size_t>();
  Result result = read_identity(value, value.at("name").text());
  result.status = value.at("status").status();
  result.reason = value.at("reason").text();
  result.rerun = value.at("rerun").text();
  if (!results.emplace(index, std::move(result)).second) value.fail("its index is not its own");
}

void read_row(const Value& row, Results& results) {
  const Value ours = row.at("prelu");
  const auto index = ours.at("index").integer<std::size_t>();
  Repetition repetition{.samples_us = ours.at("samples_us").numbers(),
                        .cpu_time_us = row.at("cpu_time").number()};
  const auto above_zero = [](double sample) { return sample > 0; };
  if (repetition.samples_us.empty() || !std::ranges::all_of(repetition.samples_us, above_zero)) {
    ours.at("samples_us").fail("must hold samples, all above 0");
  }
  auto found = results.find(index);
  if (found == results.end()) {
    Result result = read_identity(ours, row.at("name").text());
    result.status = Status::passed;
    result.measurement = Measurement{.bytes = ours.at("bytes").integer<std::int64_t>(),
                                     .elements = ours.at("elements").integer<std::int64_t>(),
                                     .hot_us = ours.at("hot_us").optional(&Value::number),
                                     .ceiling_us = ours.at("ceiling_us").optional(&Value::number),
                                     .hot_ceiling_us = read_hot_ceiling(ours),
                                     .clock_mhz = ours.at("sm_mhz").number(),
                                     .throttled = ours.at("throttled").integer<int>(),
                                     .process = ours.at("process").integer<int>()};
    found = results.emplace(index, std::move(result)).first;
  }
  Result& result = found->second;
  if (!result.measurement || result.name != row.at("name").text()) {
    row.fail("its index belongs to " + result.name);
  }
  if (row.at("repetition_index").integer<std::size_t>() != result.measurement->repetitions.size()) {
    row.fail("its repetition_index is out of order");
  }
  result.measurement->repetitions.push_back(std::move(repetition));
}

}  // namespace

Report from_json(std::string_view text, std::string_view source) {
  const Json document = parse_strictly(text, source);
  const Value root(document, std::string(source));
  const Value context = root.at("context");
  const Value ours = context.at("prelu");
  if (const std::string schema = ours.at("schema").text(); schema != kSchemaVersion) {
    ours.at("schema").fail("this program reads " + std::string(kSchemaVersion) + ", not '" +
                           schema + "'");
  }
  Report report{.environment = read_environment(context),
                .protocol = read_protocol(ours.at("protocol")),
                .partial = ours.at("partial").boolean()};
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
  for (const Value& row : root.at("benchmarks").elements()) read_row(row, results);
  for (auto& [index, result] : results) report.results.push_back(std::move(result));
  return report;
}

}  // namespace prelu::reports
