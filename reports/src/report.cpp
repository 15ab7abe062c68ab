// What is derived from a report, and how a file is written.
#include "report.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "fnv1a.hpp"
#include "schema_version.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

std::string tristate(const std::optional<bool>& value) {
  if (!value) return "unknown";
  return *value ? "on" : "off";
}

/// "580.65.06" -> "580": a branch's point releases are comparable.
std::string branch(const std::string& driver) { return driver.substr(0, driver.find('.')); }

}  // namespace

std::string_view schema_version() { return kSchemaVersion; }

std::string_view name(Status status) {
  switch (status) {
    case Status::passed: return "passed";
    case Status::failed: return "failed";
    case Status::skipped: return "skipped";
  }
  throw std::invalid_argument("reports: unknown Status");
}

std::string_view name(FindingKind kind) {
  switch (kind) {
    case FindingKind::unreadable: return "unreadable";
    case FindingKind::mixed: return "mixed";
    case FindingKind::duplicate: return "duplicate";
    case FindingKind::missing: return "missing";
    case FindingKind::partial: return "partial";
    case FindingKind::outlier: return "outlier";
  }
  throw std::invalid_argument("reports: unknown FindingKind");
}

std::string environment_key(const Environment& environment) {
  std::string text;
  for (const DeviceInfo& device : environment.devices) {
    text += "kind=" + device.kind + "\nname=" + device.name + "\n";
    if (device.kind == "cuda") {
      text += "memory=" + std::to_string(device.memory_bytes) + "\necc=" + tristate(device.ecc) +
              "\nmig=" + tristate(device.mig) + "\ndriver=" + branch(device.driver) +
              "\npower_limit=" + std::to_string(std::lround(device.power_limit_w)) + "\n";
    } else {
      text += "cpus_allowed=" + std::to_string(environment.cpus_allowed) +
              "\nthreads=" + std::to_string(device.compute_units) +
              "\ngovernor=" + environment.governor.value_or("unknown") + "\n";
    }
  }
  return hex(fnv1a(text));
}

std::string environment_key(const Report& report) {
  return report.foreign_key.empty() ? environment_key(report.environment) : report.foreign_key;
}

std::vector<double> all_samples(const Measurement& measurement) {
  std::vector<double> samples;
  for (const Repetition& repetition : measurement.repetitions) {
    samples.insert(samples.end(), repetition.samples_us.begin(), repetition.samples_us.end());
  }
  return samples;
}

double bus_bytes_per_second(const Measurement& measurement) {
  if (!measurement.data_parallel || !measurement.data_parallel->sums_only) return 0;
  const auto ranks = static_cast<double>(measurement.data_parallel->ranks);
  return summarize(measurement).bytes_per_second * 2 * (ranks - 1) / ranks;
}

Summary summarize(const Measurement& measurement) {
  const Interval interval = median_interval(all_samples(measurement));
  const double seconds = interval.median * 1e-6;
  Summary summary{.median_us = interval.median,
                  .low_us = interval.low,
                  .high_us = interval.high,
                  .confidence = interval.confidence};
  if (seconds > 0) {
    summary.bytes_per_second = static_cast<double>(measurement.bytes) / seconds;
    summary.items_per_second = static_cast<double>(measurement.elements) / seconds;
    if (measurement.ceiling_us)
      summary.share_of_ceiling = *measurement.ceiling_us / interval.median;
  }
  return summary;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::error_code error;
  std::string text;
  const bool is_file = std::filesystem::is_regular_file(file, error);
  if (is_file) {
    text.resize(std::filesystem::file_size(file, error));
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  }
  if (!is_file || error || !stream) throw std::invalid_argument(file.string() + ": cannot be read");
  return text;
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  write_file(file, [text](std::ostream& stream) {
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  });
}

void write_file(const std::filesystem::path& file,
                const std::function<void(std::ostream&)>& write) {
  std::filesystem::path temporary = file;
  temporary += ".tmp" + std::to_string(getpid());
  {
    errno = 0;
    std::ofstream stream(temporary, std::ios::binary);
    write(stream);
    stream.close();
    if (!stream) {
      const std::string why = std::generic_category().message(errno);
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      throw std::runtime_error(file.string() + ": cannot be written: " + why);
    }
  }
  std::error_code error;
  std::filesystem::rename(temporary, file, error);
  if (error) {
    const std::string why = error.message();
    std::filesystem::remove(temporary, error);
    throw std::runtime_error(file.string() + ": cannot be written: " + why);
  }
}

}  // namespace prelu::reports
