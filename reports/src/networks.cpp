#include "networks.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "format.hpp"

namespace prelu::reports {
namespace {

/// By the name of the problem; results that outlive the map.
using Times = std::map<std::string, const Result*, std::less<>>;

Times best_times(const Report& report, std::string_view device) {
  Times times;
  for (const Result* result : best_of_each_problem(report)) {
    if (result->device == device) times.emplace(result->problem, result);
  }
  return times;
}

/// What people run without a fused kernel; an unfused variant is nearer to it than a naive one.
Times baseline_times(const Report& report, std::string_view device) {
  Times times;
  for (const std::string_view kind : {"_unfused", "_naive"}) {
    for (const Result& result : report.results) {
      if (result.measurement && result.device == device && result.variant.ends_with(kind)) {
        times.emplace(result.problem, &result);
      }
    }
  }
  return times;
}

std::optional<double> time_of(const Times& times, const std::string& problem) {
  const auto found = times.find(problem);
  if (found == times.end()) return std::nullopt;
  return summarize(*found->second->measurement).median_us;
}

LayerSum sum_of(const Network& network, std::string NetworkLayer::*problem, const Times& times) {
  LayerSum sum;
  for (const NetworkLayer& layer : network.layers) {
    sum.layers += layer.times;
    const auto found = times.find(layer.*problem);
    if (found == times.end()) {
      sum.missing.push_back({.problem = layer.*problem, .times = layer.times});
      continue;
    }
    const Measurement& measurement = *found->second->measurement;
    sum.us += static_cast<double>(layer.times) * summarize(measurement).median_us;
    sum.throttled = sum.throttled || measurement.throttled > 0;
  }
  return sum;
}

void find_costliest(NetworkCost& cost, const Times& times) {
  for (const NetworkLayer& layer : cost.network->layers) {
    const auto forward = time_of(times, layer.forward);
    const auto backward = time_of(times, layer.backward);
    const double us = static_cast<double>(layer.times) * (*forward + *backward);
    if (us <= cost.costliest_us) continue;
    cost.costliest = &layer;
    cost.costliest_us = us;
  }
}

}  // namespace

bool LayerSum::empty() const { return missing_layers() == layers; }

std::int64_t LayerSum::missing_layers() const {
  std::int64_t count = 0;
  for (const Missing& one : missing) count += one.times;
  return count;
}

std::vector<NetworkCost> network_costs(const Report& report, std::string_view device) {
  const Times best = best_times(report, device);
  const Times baseline = baseline_times(report, device);
  std::vector<NetworkCost> costs;
  for (const Network& network : report.networks) {
    NetworkCost cost{
        .network = &network,
        .forward = sum_of(network, &NetworkLayer::forward, best),
        .backward = sum_of(network, &NetworkLayer::backward, best),
        .baseline_forward = sum_of(network, &NetworkLayer::forward, baseline),
        .baseline_backward = sum_of(network, &NetworkLayer::backward, baseline),
    };
    if (cost.forward.complete() && cost.backward.complete()) find_costliest(cost, best);
    costs.push_back(std::move(cost));
  }
  return costs;
}

std::vector<std::string> network_devices(const Report& report) {
  std::set<std::string> problems;
  for (const Network& network : report.networks) {
    for (const NetworkLayer& layer : network.layers) {
      problems.insert(layer.forward);
      problems.insert(layer.backward);
    }
  }
  std::vector<std::string> devices;
  for (const Result& result : report.results) {
    if (!result.measurement || !problems.contains(result.problem)) continue;
    if (std::ranges::find(devices, result.device) == devices.end()) {
      devices.push_back(result.device);
    }
  }
  return devices;
}

}  // namespace prelu::reports
