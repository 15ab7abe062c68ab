#include "peers.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "format.hpp"
#include "markdown_parts.hpp"

namespace prelu::reports {
namespace {

constexpr std::string_view kIntroduction =
    "The best variant of each problem beside other libraries, sampled in turns. Beyond the L2 "
    "caches of the cores used, cold medians are compared; within them hot ones, because a cold "
    "sample measures memory there. A ratio above 1 says how many times as fast ours is.\n\n";

/// The L2 caches of the cores that are used.
std::int64_t l2_bytes(const Report& report) {
  std::int64_t cores = 0;
  for (const DeviceInfo& device : report.environment.devices) {
    if (device.kind == "cpu") cores = device.compute_units;
  }
  for (const Cache& cache : report.environment.caches) {
    if (cache.level == 2) return cache.size * cores / std::max(cache.num_sharing, 1);
  }
  return 0;
}

double cold_us(const Result& result) { return summarize(*result.measurement).median_us; }

std::optional<double> hot_us(const Result& result) { return result.measurement->hot_us; }

/// "backward/f16/nchw/per_channel/2x3x5": the part of that number.
std::string part(const Result& result, int number) {
  std::size_t begin = 0;
  for (; number > 0; --number) begin = result.problem.find('/', begin) + 1;
  return result.problem.substr(begin, result.problem.find('/', begin) - begin);
}

class GeometricMean {
 public:
  void add(const std::optional<double>& value) {
    if (!value || !(*value > 0)) return;
    log_sum_ += std::log(*value);
    least_ = std::min(least_, *value);
    ++count_;
  }
  /// "1.42 (least 0.98)"
  std::string text() const {
    if (count_ == 0) return "-";
    return with_precision(std::exp(log_sum_ / count_), 0.001) + " (least " +
           with_precision(least_, 0.001) + ")";
  }

 private:
  double log_sum_ = 0;
  double least_ = 1e300;
  int count_ = 0;
};

struct Means {
  int cases = 0;
  GeometricMean share;
  GeometricMean ratio;
};

std::string ratio_text(const std::optional<double>& ratio) {
  return ratio ? with_precision(*ratio, 0.001) : "-";
}

std::string group_of(const PeerComparison& comparison) {
  const std::string mode = part(*comparison.ours, 3);
  return part(*comparison.ours, 0) + ", " + part(*comparison.ours, 1) + ", " +
         (mode == "per_channel" ? "per channel" : "other slopes") +
         (comparison.within_l2 ? ", within the L2" : ", beyond the L2");
}

}  // namespace

bool is_peer(const Result& result) { return result.variant.starts_with("peer/"); }

std::optional<double> PeerComparison::share_of_ceiling() const {
  const Measurement& measurement = *ours->measurement;
  if (!within_l2) return summarize(measurement).share_of_ceiling;
  if (!measurement.hot_us || !measurement.hot_ceiling_us) return std::nullopt;
  return *measurement.hot_ceiling_us / *measurement.hot_us;
}

std::optional<double> PeerComparison::times_as_fast() const {
  if (peer == nullptr) return std::nullopt;
  if (!within_l2) return cold_us(*peer) / cold_us(*ours);
  if (!hot_us(*peer) || !hot_us(*ours)) return std::nullopt;
  return *hot_us(*peer) / *hot_us(*ours);
}

std::vector<PeerComparison> compare_with_peers(const Report& report) {
  if (std::ranges::none_of(report.results, is_peer)) return {};
  const std::int64_t l2 = l2_bytes(report);
  std::vector<PeerComparison> comparisons;
  for (const Result* ours : best_of_each_problem(report)) {
    const bool within_l2 = ours->measurement->bytes <= l2;
    bool any = false;
    for (const Result& peer : report.results) {
      if (!is_peer(peer) || !peer.measurement) continue;
      if (peer.problem != ours->problem || peer.device != ours->device) continue;
      comparisons.push_back({.ours = ours, .peer = &peer, .within_l2 = within_l2});
      any = true;
    }
    if (!any) comparisons.push_back({.ours = ours, .within_l2 = within_l2});
  }
  return comparisons;
}

std::string to_peers_markdown(const Report& report) {
  const std::vector<PeerComparison> comparisons = compare_with_peers(report);
  if (comparisons.empty()) return {};
  std::string text = std::string(kIntroduction) +
                     "| problem | ours | cold | of ceiling | hot | peer | cold | hot | times as "
                     "fast |\n|---|---|---:|---:|---:|---|---:|---:|---:|\n";
  std::map<std::string, Means> means;
  const auto hot = [](const Result& result) {
    return hot_us(result) ? format_us(*hot_us(result)) : "-";
  };
  for (const PeerComparison& comparison : comparisons) {
    const Result& ours = *comparison.ours;
    const auto share = comparison.share_of_ceiling();
    text += "| " + code(ours.problem) + " | " + code(ours.variant) + " | " +
            format_us(cold_us(ours)) + " | " +
            (share ? with_precision(*share * 100, 0.1) + " %" : "-") +
            (comparison.within_l2 ? " hot" : "") + " | " + hot(ours) + " | ";
    if (const Result* peer = comparison.peer) {
      text += code(peer->variant) + " | " + format_us(cold_us(*peer)) + " | " + hot(*peer);
    } else {
      text += "- | - | -";
    }
    text += " | " + ratio_text(comparison.times_as_fast()) + " |\n";
    Means& group = means[group_of(comparison)];
    ++group.cases;
    group.share.add(share);
    group.ratio.add(comparison.times_as_fast());
  }
  text +=
      "\n| geometric mean over | cases | share of the ceiling | times as fast as the peer |\n"
      "|---|---:|---:|---:|\n";
  for (const auto& [name, group] : means) {
    text += "| " + name + " | " + std::to_string(group.cases) + " | " + group.share.text() + " | " +
            group.ratio.text() + " |\n";
  }
  return text;
}

}  // namespace prelu::reports
