#include "compare_sides.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "statistics.hpp"

namespace prelu::reports {
namespace {

void refuse_the_same_twice(std::span<const Report> reports) {
  for (std::size_t i = 0; i < reports.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (reports[i] == reports[k]) {
        throw std::invalid_argument("the report of " + reports[i].environment.date +
                                    " is given twice on one side: it would count twice");
      }
    }
  }
}

double clock_resolution_us(const Report& report, const std::string& kind) {
  for (const DeviceInfo& device : report.environment.devices) {
    if (device.kind == kind) return device.clock_resolution_us;
  }
  return 0;
}

void add_times(GatheredCase& gathered, const Measurement& measurement) {
  std::vector<double>& blocks = gathered.times_us.emplace_back();
  for (const Repetition& repetition : measurement.repetitions) {
    blocks.push_back(median(repetition.samples_us));
  }
  if (measurement.ceiling_us) gathered.ceilings_us.push_back({*measurement.ceiling_us});
}

void add(GatheredCase& gathered, const Report& report, const Result& result) {
  const bool timed = result.measurement.has_value();
  const bool proven = result.verification.status == Status::passed;
  gathered.passed |= result.status == Status::passed && proven;
  gathered.failed |= result.status == Status::failed;
  gathered.unproven |= timed && !proven;
  if (result.status == Status::failed || gathered.reason.empty()) gathered.reason = result.reason;
  if (!result.rerun.empty()) gathered.rerun = result.rerun;
  gathered.code_hashes.insert(result.code_hash);
  if (!timed) return;
  add_times(gathered, *result.measurement);
  gathered.clock_resolution_us =
      std::max(gathered.clock_resolution_us, clock_resolution_us(report, result.device));
}

}  // namespace

const GatheredCase* GatheredSide::find(const std::string& name) const {
  const auto found = places.find(name);
  return found == places.end() ? nullptr : &cases[found->second];
}

GatheredSide gather(std::span<const Report> reports) {
  refuse_the_same_twice(reports);
  GatheredSide side;
  for (const Report& report : reports) {
    for (const Result& result : report.results) {
      const auto [place, is_new] = side.places.emplace(result.name, side.cases.size());
      if (is_new) side.cases.push_back({.name = result.name});
      add(side.cases[place->second], report, result);
    }
  }
  for (const GatheredCase& one : side.cases) {
    side.processes = std::max(side.processes, one.times_us.size());
  }
  return side;
}

}  // namespace prelu::reports
