// A merged report as people read it: the machines, then each case over all of them.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "format.hpp"
#include "markdown_parts.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

std::string findings_list(const Fleet& fleet) {
  std::string text;
  for (const Finding& finding : fleet.findings) {
    text += "- **" + std::string(name(finding.kind)) + "**: " + escaped(finding.text) + "\n";
  }
  return text.empty() ? text : "\n" + text;
}

/// The slowest first: one sick device among thousands is what is looked for.
std::string devices_table(const Report& report) {
  const std::vector<DeviceInfo>& devices = report.environment.devices;
  const std::vector<Member>& members = report.fleet->members;
  std::vector<std::size_t> order(devices.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {},
                    [&](std::size_t i) { return std::pair(members[i].speed.value_or(1e9), i); });
  std::string text =
      "\n| device | host | environment | cases | speed beside its like "
      "|\n|---|---|---|---:|---:|\n";
  for (const std::size_t i : order) {
    const std::string speed =
        members[i].speed ? with_precision(100 * *members[i].speed, 0.1) + " %" : "-";
    text += "| " +
            escaped(devices[i].name + (devices[i].uuid.empty() ? "" : " ") + devices[i].uuid) +
            " | " + escaped(devices[i].host) + " | " + code(devices[i].environment_key) + " | " +
            std::to_string(members[i].cases) + " | " +
            (members[i].outlier ? "**" + speed + "**" : speed) + " |\n";
  }
  return text;
}

struct OverDevices {
  std::vector<double> times_us;
  std::size_t slowest = 0;  ///< device
  double slowest_us = 0;
};

std::string cases_table(const Report& report) {
  std::map<std::string, OverDevices> cases;
  for (const Result& result : report.results) {
    if (!result.measurement || !result.device_index) continue;
    const DeviceInfo& device = report.environment.devices[*result.device_index];
    OverDevices& one = cases[code(result.name) + " | " + code(device.environment_key)];
    const double us = median(all_samples(*result.measurement));
    one.times_us.push_back(us);
    if (us > one.slowest_us) one = {std::move(one.times_us), *result.device_index, us};
  }
  std::string text =
      "\n## Every timed case, over its devices\n\n"
      "| case | environment | devices | median | slowest | on |\n|---|---|---:|---:|---:|---|\n";
  for (const auto& [name, one] : cases) {
    const DeviceInfo& slowest = report.environment.devices[one.slowest];
    text += "| " + name + " | " + std::to_string(one.times_us.size()) + " | " +
            format_us(median(one.times_us)) + " | " + format_us(one.slowest_us) + " | " +
            escaped(slowest.uuid.empty() ? slowest.host : slowest.uuid) + " |\n";
  }
  return text;
}

}  // namespace

std::string fleet_section(const Report& report) {
  if (!report.fleet) return {};
  const Fleet& fleet = *report.fleet;
  return "\n## The fleet\n\n" + std::to_string(fleet.reports) + " reports of " +
         std::to_string(fleet.members.size()) + " devices, " + std::to_string(fleet.shards) +
         (fleet.shards == 1 ? " shard" : " shards") +
         (fleet.split ? " dealt out among them.\n" : " each.\n") + findings_list(fleet) +
         devices_table(report) + cases_table(report);
}

}  // namespace prelu::reports
