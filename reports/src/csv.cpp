#include "csv.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace prelu::reports {
namespace {

/// The shortest digits that read back as the same number; nothing for what is not finite.
std::string number(double value) {
  if (!std::isfinite(value)) return {};
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string number(const std::optional<double>& value) { return value ? number(*value) : ""; }

/// Quoted as RFC 4180 has it. A spreadsheet would run what begins like a formula: an apostrophe
/// makes it text.
std::string text(std::string_view value) {
  const bool formula =
      !value.empty() && std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos;
  std::string out = formula ? "\"'" : "\"";
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// The columns from median_us on.
std::string measured(const Measurement& measurement) {
  const Summary summary = summarize(measurement);
  return number(summary.median_us) + ',' + number(summary.low_us) + ',' + number(summary.high_us) +
         ',' + number(summary.confidence) + ',' + number(summary.bytes_per_second * 1e-9) + ',' +
         number(summary.share_of_ceiling) + ',' + number(measurement.hot_us) + ',' +
         number(measurement.ceiling_us) + ',' + std::to_string(measurement.bytes) + ',' +
         std::to_string(measurement.elements) + ',' +
         std::to_string(all_samples(measurement).size()) + ',' +
         std::to_string(measurement.process) + ',' + std::to_string(measurement.throttled);
}

}  // namespace

std::string to_csv(const Report& report) {
  std::string csv =
      "case,variant,problem,device,status,reason,verification,max_error,allowed_error,median_us,"
      "low_us,high_us,confidence,gb_per_s,share_of_ceiling,hot_us,ceiling_us,bytes,elements,"
      "samples,process,throttled\n";
  for (const Result& result : report.results) {
    csv += text(result.name) + ',' + text(result.variant) + ',' + text(result.problem) + ',' +
           text(result.device) + ',' + std::string(name(result.status)) + ',' +
           text(result.reason) + ',' + std::string(name(result.verification.status)) + ',' +
           number(result.verification.max_error) + ',' + number(result.verification.allowed) + ',' +
           (result.measurement ? measured(*result.measurement) : std::string(12, ',')) + '\n';
  }
  return csv;
}

}  // namespace prelu::reports
