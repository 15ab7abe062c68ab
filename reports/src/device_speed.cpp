#include "device_speed.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "format.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

/// Fewer say nothing of which of them is the odd one.
constexpr std::size_t kFewest = 3;

struct Timed {
  std::size_t device;
  double us;
};

/// The times of one case on the devices of one environment.
using Case = std::vector<Timed>;

/// By environment and by kind of device: a CPU and a GPU beside it share an environment.
std::string like(const DeviceInfo& device) { return device.environment_key + " " + device.kind; }

std::vector<Case> cases_of(const Report& merged) {
  std::map<std::pair<std::string, std::string>, Case> cases;
  for (const Result& result : merged.results) {
    if (!result.measurement || !result.device_index) continue;
    const DeviceInfo& device = merged.environment.devices[*result.device_index];
    cases[{like(device), result.name}].push_back(
        {.device = *result.device_index, .us = median(all_samples(*result.measurement))});
  }
  std::vector<Case> list;
  for (auto& [name, timed] : cases) {
    if (timed.size() >= kFewest) list.push_back(std::move(timed));
  }
  return list;
}

double median_time(const Case& timed) {
  std::vector<double> times;
  times.reserve(timed.size());
  for (const Timed& one : timed) times.push_back(one.us);
  return median(times);
}

void fill_speeds(Report& merged) {
  std::vector<std::vector<double>> speeds(merged.environment.devices.size());
  for (const Case& timed : cases_of(merged)) {
    const double fleet_us = median_time(timed);
    for (const Timed& one : timed) speeds[one.device].push_back(fleet_us / one.us);
  }
  for (std::size_t i = 0; i < speeds.size(); ++i) {
    if (!speeds[i].empty()) merged.fleet->members[i].speed = median(speeds[i]);
  }
}

void mark(Report& merged, const std::vector<std::size_t>& fleet, double deviations, double least) {
  std::vector<double> speeds;
  speeds.reserve(fleet.size());
  for (const std::size_t i : fleet) speeds.push_back(*merged.fleet->members[i].speed);
  const double middle = median(speeds);
  std::vector<double> distances;
  distances.reserve(fleet.size());
  for (const double speed : speeds) distances.push_back(std::abs(speed - middle));
  const double deviation = median(distances);
  for (const std::size_t i : fleet) {
    const double below = middle - *merged.fleet->members[i].speed;
    if (below <= deviations * deviation || below < least * middle) continue;
    merged.fleet->members[i].outlier = true;
    const DeviceInfo& device = merged.environment.devices[i];
    const std::string how_far =
        deviation > 0 ? with_precision(below / deviation, 0) + " median absolute deviations"
                      : "while half of them agree exactly";
    merged.fleet->findings.push_back(
        {.kind = FindingKind::outlier,
         .device = i,
         .text = device.name + (device.uuid.empty() ? "" : " " + device.uuid) + " on " +
                 device.host + " is " + with_precision(100 * below / middle, 0.1) +
                 " % slower than the median of " + std::to_string(fleet.size()) +
                 " devices of its kind, " + how_far});
  }
}

}  // namespace

void mark_outliers(Report& merged, double deviations, double least) {
  fill_speeds(merged);
  std::map<std::string, std::vector<std::size_t>> fleets;
  for (std::size_t i = 0; i < merged.environment.devices.size(); ++i) {
    if (merged.fleet->members[i].speed) {
      fleets[like(merged.environment.devices[i])].push_back(i);
    }
  }
  for (const auto& [name, fleet] : fleets) {
    if (fleet.size() >= kFewest) mark(merged, fleet, deviations, least);
  }
}

}  // namespace prelu::reports
