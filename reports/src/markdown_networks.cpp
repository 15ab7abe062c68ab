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
    "the naive ones. A sum in which a layer has no time is not shown.\n";

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

std::string device_section(const Report& report, const std::string& device) {
  std::string rows;
  std::string incomplete;
  std::string untimed;
  for (const NetworkCost& cost : network_costs(report, device)) {
    if (cost.forward.empty() && cost.backward.empty()) {
      untimed += (untimed.empty() ? "" : ", ") + title(*cost.network);
      continue;
    }
    rows += row(cost);
    incomplete += missing(cost, cost.forward) + missing(cost, cost.backward);
  }
  std::string text = "\n### On " + escaped(device) +
                     "\n\n| network | input | PReLU layers | forward | backward | a step | "
                     "costliest layer | baseline forward | baseline backward | baseline, a step |\n"
                     "|---|---|---:|---:|---:|---:|---|---:|---:|---:|\n" +
                     rows;
  if (!incomplete.empty()) text += "\nLayers without a time:\n\n" + incomplete;
  if (!untimed.empty()) text += "\nNo layer was timed of: " + untimed + ".\n";
  return text;
}

/// Where the layers of each network are written down.
std::string sources(const Report& report) {
  std::string text;
  std::set<std::string> named;
  for (const Network& network : report.networks) {
    if (!named.insert(network.name).second) continue;
    text += "- " + code(network.name) + ": " + escaped(network.source) + "\n";
  }
  return "\nThe layers are those of:\n\n" + text;
}

}  // namespace

std::string networks_section(const Report& report) {
  std::string tables;
  for (const std::string& device : network_devices(report)) {
    tables += device_section(report, device);
  }
  if (tables.empty()) return tables;
  return std::string(kIntroduction) + tables + sources(report);
}

}  // namespace prelu::reports
