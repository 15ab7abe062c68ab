// The networks in report.md.
#include <set>

#include "format.hpp"
#include "markdown_parts.hpp"
#include "networks.hpp"

namespace prelu::reports {
namespace {

constexpr std::string_view kIntroduction =
    "\n## Networks\n\n"
    "What PReLU costs in one training step of a network: for each of its PReLU layers the cold "
    "median of the best verified variant of that problem, times how often the layer occurs. Each "
    "problem has a best variant of its own, so a sum is that of a library which always chooses "
    "well. The baseline is the same sum over the unfused variants and, where a problem has none, "
    "the naive ones. Where a layer has no time there is no total, and - stands for it.\n";

std::string sum(const LayerSum& sum) {
  if (!sum.complete()) return "-";
  return format_us(sum.us) + (sum.throttled ? " (throttled)" : "");
}

LayerSum step(const LayerSum& forward, const LayerSum& backward) {
  LayerSum both = forward;
  both.us += backward.us;
  both.throttled = both.throttled || backward.throttled;
  both.missing.insert(both.missing.end(), backward.missing.begin(), backward.missing.end());
  return both;
}

/// "12.3 ms, 1.42 times that": against the sum of the best variants.
std::string against(const LayerSum& baseline, const LayerSum& best) {
  if (!baseline.complete() || !best.complete()) return sum(baseline);
  return sum(baseline) + ", " + with_precision(baseline.us / best.us, 0) + " times that";
}

std::string costliest(const NetworkCost& cost, const LayerSum& best) {
  if (cost.costliest == nullptr) return "-";
  const std::string& forward = cost.costliest->forward;
  return code(forward.substr(forward.find('/') + 1)) + ", " +
         std::to_string(cost.costliest->times) +
         (cost.costliest->times == 1 ? " time: " : " times: ") +
         with_precision(cost.costliest_us / best.us * 100, 1) + " %";
}

std::string title(const Network& network) {
  return code(network.name) + " " + escaped(network.dtype);
}

std::string row(const NetworkCost& cost) {
  const LayerSum best = step(cost.forward, cost.backward);
  const LayerSum baseline = step(cost.baseline_forward, cost.baseline_backward);
  return "| " + title(*cost.network) + " | " + escaped(cost.network->input) + " | " +
         std::to_string(best.layers) + " | " + sum(cost.forward) + " | " + sum(cost.backward) +
         " | " + sum(best) + " | " + costliest(cost, best) + " | " + sum(cost.baseline_forward) +
         " | " + sum(cost.baseline_backward) + " | " + against(baseline, best) + " |\n";
}

/// "- `iresnet100` f32: 2 of 50 layers: `forward/...` (2 times)", nothing where nothing is missing.
std::string missing(const NetworkCost& cost, const LayerSum& sum) {
  if (sum.complete()) return {};
  std::string text = "- " + title(*cost.network) + ": " + std::to_string(sum.missing_layers()) +
                     " of " + std::to_string(sum.layers) + " layers: ";
  for (const LayerSum::Missing& one : sum.missing) {
    text += (&one == &sum.missing.front() ? "" : ", ") + code(one.problem);
    if (one.times > 1) text += " (" + std::to_string(one.times) + " times)";
  }
  return text + "\n";
}

bool is_timed(const NetworkCost& cost) { return !cost.forward.empty() || !cost.backward.empty(); }

/// "`iresnet18` f32, f16, `iresnet50` f32": a network in several dtypes is named once.
std::string untimed(const std::vector<NetworkCost>& costs) {
  std::string text;
  std::string last;
  for (const NetworkCost& cost : costs) {
    if (is_timed(cost)) continue;
    const Network& network = *cost.network;
    text += (text.empty() ? "" : ", ") +
            (network.name == last ? escaped(network.dtype) : title(network));
    last = network.name;
  }
  return text;
}

std::string device_section(const std::string& device, const std::vector<NetworkCost>& costs) {
  std::string text =
      "\n### On " + escaped(device) +
      "\n\n| network | input | PReLU layers | forward | backward | a step | costliest layer | "
      "baseline forward | baseline backward | baseline, a step |\n"
      "|---|---|---:|---:|---:|---:|---|---:|---:|---:|\n";
  std::string incomplete;
  for (const NetworkCost& cost : costs) {
    if (!is_timed(cost)) continue;
    text += row(cost);
    incomplete += missing(cost, cost.forward) + missing(cost, cost.backward);
  }
  if (!incomplete.empty()) text += "\nLayers without a time:\n\n" + incomplete;
  if (const std::string names = untimed(costs); !names.empty()) {
    text += "\nNo layer was timed of: " + names + ".\n";
  }
  return text;
}

}  // namespace

std::string networks_section(const Report& report) {
  std::string tables;
  std::string sources;
  std::set<std::string> named;
  for (const std::string& device : network_devices(report)) {
    const std::vector<NetworkCost> costs = network_costs(report, device);
    tables += device_section(device, costs);
    for (const NetworkCost& cost : costs) {
      if (!is_timed(cost) || !named.insert(cost.network->name).second) continue;
      sources += "- " + code(cost.network->name) + ": " + escaped(cost.network->source) + "\n";
    }
  }
  if (tables.empty()) return tables;
  return std::string(kIntroduction) + tables + "\nThe layers are those of:\n\n" + sources;
}

}  // namespace prelu::reports
