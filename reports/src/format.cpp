#include "format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "peers.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

std::string fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

/// The interval's width relative to the median.
double relative_width(const Summary& summary) {
  return (summary.high_us - summary.low_us) / summary.median_us;
}

constexpr double kSuspect = 1.05;

struct Unit {
  double us;
  const char* name;
};

Unit unit_of(double us) {
  if (us < 1) return {1e-3, " ns"};
  if (us < 1e3) return {1, " us"};
  if (us < 1e6) return {1e3, " ms"};
  return {1e6, " s"};
}

}  // namespace

std::string with_precision(double value, double uncertainty) {
  if (!std::isfinite(value) || value == 0) return std::isfinite(value) ? "0" : "-";
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
  int decimals = 2 - magnitude;  // three significant digits
  if (uncertainty > 0) {
    // A digit below the uncertainty says nothing; yet a single one would put 0.13 at 0.1, outside
    // an interval that begins at 0.12.
    const int meaningful = -static_cast<int>(std::floor(std::log10(uncertainty)));
    decimals = std::clamp(meaningful, 1 - magnitude, decimals);
  }
  return fixed(value, std::max(decimals, 0));
}

std::string format_us(double us) {
  const Unit unit = unit_of(us);
  return with_precision(us / unit.us, 0) + unit.name;
}

std::string format_time(const Summary& summary) {
  const Unit unit = unit_of(summary.median_us);
  return with_precision(summary.median_us / unit.us, (summary.high_us - summary.low_us) / unit.us) +
         unit.name;
}

std::string format_interval(const Summary& summary) {
  const Unit unit = unit_of(summary.median_us);
  // The range of a few samples is all that can be said, and it is no interval of 95 %.
  const bool wanting = summary.confidence > 0 && summary.confidence < kConfidence;
  return with_precision(summary.low_us / unit.us, 0) + " to " +
         with_precision(summary.high_us / unit.us, 0) + unit.name +
         (wanting ? " (" + with_precision(summary.confidence * 100, 1) + " % only)" : "");
}

std::string format_bandwidth(const Summary& summary) {
  const double gigabytes = summary.bytes_per_second * 1e-9;
  return with_precision(gigabytes, gigabytes * relative_width(summary));
}

std::string sample_marks(const Measurement& measurement) {
  return std::string(measurement.throttled > 0 ? " (throttled)" : "") +
         (measurement.disturbed.kept > 0 ? " (disturbed)" : "");
}

std::string format_share(const Summary& summary) {
  if (!summary.share_of_ceiling) return "-";
  const double share = *summary.share_of_ceiling;
  return fixed(share * 100, 0) + " %" + (share > kSuspect ? " (suspect)" : "");
}

Counts count(const Report& report) {
  Counts counts;
  for (const Result& result : report.results) {
    counts.passed += result.status == Status::passed ? 1 : 0;
    counts.failed += result.status == Status::failed ? 1 : 0;
    counts.skipped += result.status == Status::skipped ? 1 : 0;
    counts.timed += result.measurement ? 1 : 0;
  }
  return counts;
}

std::string verdict(const Report& report) {
  const Counts counts = count(report);
  std::string text = std::to_string(counts.passed) + " passed (" + std::to_string(counts.timed) +
                     " of them timed), " + std::to_string(counts.failed) + " failed, " +
                     std::to_string(counts.skipped) + " skipped";
  if (report.partial) text += "; PARTIAL: the run ended early";
  return text;
}

std::map<std::string, int> reasons(const Report& report, Status status) {
  std::map<std::string, int> counts;
  for (const Result& result : report.results) {
    if (result.status == status) ++counts[result.reason];
  }
  return counts;
}

std::vector<const Result*> best_of_each_problem(const Report& report) {
  std::vector<const Result*> best;
  std::map<std::string, std::size_t> place;
  for (const Result& result : report.results) {
    if (!result.measurement || is_peer(result)) continue;
    const auto [found, is_new] = place.emplace(result.device + " " + result.problem, best.size());
    if (is_new) {
      best.push_back(&result);
    } else if (const Result*& other = best[found->second];
               summarize(*result.measurement).median_us <
               summarize(*other->measurement).median_us) {
      other = &result;
    }
  }
  return best;
}

std::string device_line(const Report& report) {
  std::vector<std::pair<std::string, int>> lines;  // and how often each occurs
  for (const DeviceInfo& device : report.environment.devices) {
    std::string line = device.name + " (" + device.kind;
    if (device.kind == "cpu") {
      line += ", " + std::to_string(device.compute_units) +
              (device.compute_units == 1 ? " core" : " cores");
    } else if (!device.driver.empty()) {
      line += ", driver " + device.driver;
    }
    line += ')';
    const auto found = std::ranges::find(lines, line, &std::pair<std::string, int>::first);
    if (found == lines.end()) {
      lines.emplace_back(std::move(line), 1);
    } else {
      ++found->second;
    }
  }
  std::string text;
  for (const auto& [line, times] : lines) {
    text += (text.empty() ? "" : "; ") + (times > 1 ? std::to_string(times) + " x " : "") + line;
  }
  return text.empty() ? "no device" : text;
}

}  // namespace prelu::reports
