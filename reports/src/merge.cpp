#include "merge.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "device_speed.hpp"
#include "fnv1a.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

Shard shard_of(const Report& report) { return report.protocol.shard.value_or(Shard{}); }

/// What every report of one sweep agrees in, as people read it.
std::string sweep_of(const Report& report) {
  const std::int64_t shards = shard_of(report).count;
  return "commit " + report.environment.git_sha +
         (report.environment.git_dirty ? " (with changes)" : "") + ", suite " +
         report.protocol.suite + ", seed " + std::to_string(report.protocol.seed) +
         (shards == 1 ? ", not in shards" : ", in " + std::to_string(shards) + " shards");
}

/// One device, whichever reports it gave. A CPU has no identity of its own but its host's.
struct DeviceId {
  std::string kind;
  std::string name;
  std::string host;  ///< empty where the uuid tells all
  std::string uuid;

  friend auto operator<=>(const DeviceId&, const DeviceId&) = default;
};

DeviceId id_of(const DeviceInfo& device, const Environment& environment) {
  return {.kind = device.kind,
          .name = device.name,
          .host = device.uuid.empty() ? environment.host_name : "",
          .uuid = device.uuid};
}

/// What one report says of one of its devices.
struct Part {
  ShardFile* file;
  const DeviceInfo* info;
};

using Devices = std::map<DeviceId, std::vector<Part>>;

/// What most of them say; of those that are as many, the one that comes first.
template <class Range, class Say>
std::string majority(const Range& range, Say say) {
  std::map<std::string, std::size_t> votes;
  for (const auto& one : range) ++votes[say(one)];
  std::string best;
  for (const auto& one : range) {
    const std::string said = say(one);
    if (best.empty() || votes[said] > votes[best]) best = said;
  }
  return best;
}

std::string in_words(const DeviceId& id, const Environment& environment) {
  return id.name + (id.uuid.empty() ? "" : " " + id.uuid) + " on " + environment.host_name;
}

class Merger {
 public:
  Merger(std::vector<ShardFile> files, const MergeOptions& options)
      : files_(std::move(files)), options_(options) {}

  Report run() {
    leave_out_other_sweeps();
    find_devices();
    leave_out_other_environments();
    leave_out_duplicates();
    start_report();
    find_missing();
    gather_results();
    mark_outliers(merged_, options_.deviations, options_.least);
    return std::move(merged_);
  }

 private:
  void find(FindingKind kind, std::string text, const DeviceId* device = nullptr) {
    if (device != nullptr) of_device_.emplace_back(findings_.size(), *device);
    findings_.push_back({.kind = kind, .text = std::move(text)});
  }

  void leave_out_other_sweeps() {
    std::vector<ShardFile*> readable;
    for (ShardFile& file : files_) {
      if (file.error.empty()) {
        readable.push_back(&file);
      } else {
        find(FindingKind::unreadable, file.error);
      }
    }
    if (readable.empty()) {
      throw std::invalid_argument("no report to merge" +
                                  (files_.empty() ? "" : ": " + files_.front().error));
    }
    const std::string sweep =
        majority(readable, [](const ShardFile* file) { return sweep_of(file->report); });
    for (ShardFile* file : readable) {
      const std::string other = sweep_of(file->report);
      if (other == sweep) {
        kept_.push_back(file);
      } else {
        std::string text = file->file + ": left out: of ";
        find(FindingKind::mixed, text.append(other).append("; most are of ").append(sweep));
      }
    }
  }

  void find_devices() {
    for (ShardFile* file : kept_) {
      for (const DeviceInfo& device : file->report.environment.devices) {
        devices_[id_of(device, file->report.environment)].push_back(
            {.file = file, .info = &device});
      }
    }
  }

  void leave_out_other_environments() {
    const auto key_of = [](const Part& part) { return environment_key(part.file->report); };
    for (auto& [id, parts] : devices_) {
      const std::string key = majority(parts, key_of);
      std::erase_if(parts, [&, &id = id](const Part& part) {
        const std::string other = key_of(part);
        if (other == key) return false;
        const Shard shard = shard_of(part.file->report);
        seen_[id].insert(shard.index);  // it is there, if of no use
        std::string text = part.file->file + ": left out: shard " + to_string(shard) + " of " +
                           in_words(id, part.file->report.environment);
        text.append(" has the environment key ").append(other);
        find(FindingKind::mixed, text.append(", its other shards ").append(key), &id);
        return true;
      });
    }
  }

  /// Of a shard that a device gave twice the one that is whole is kept, then the later.
  void leave_out_duplicates() {
    for (auto& [id, parts] : devices_) {
      std::ranges::sort(parts, [](const Part& a, const Part& b) {
        const Report& one = a.file->report;
        const Report& other = b.file->report;
        // Of two that are alike in this, the one that comes first in the list.
        return std::tie(one.partial, other.environment.date, a.file) <
               std::tie(other.partial, one.environment.date, b.file);
      });
      std::map<std::int64_t, const Part*> first;
      std::vector<Part> unique;
      unique.reserve(parts.size());  // pointers to its elements are kept
      for (const Part& part : parts) {
        const Report& report = part.file->report;
        const Shard shard = shard_of(report);
        const auto [found, is_new] = first.emplace(shard.index, nullptr);
        if (is_new) {
          found->second = &unique.emplace_back(part);
          seen_[id].insert(shard.index);
          if (report.partial) {
            find(FindingKind::partial,
                 part.file->file + ": shard " + to_string(shard) + " of " +
                     in_words(id, report.environment) + " ended before all its cases were done",
                 &id);
          }
        } else {
          find(FindingKind::duplicate,
               part.file->file + ": left out: shard " + to_string(shard) + " of " +
                   in_words(id, report.environment) + " is in " + found->second->file->file +
                   " too",
               &id);
        }
      }
      parts = std::move(unique);
    }
    std::erase_if(devices_, [](const auto& device) { return device.second.empty(); });
  }

  /// What the reports agree in, or the first of them says; and the devices.
  void start_report() {
    const Report& first = kept_.front()->report;
    merged_ = {.environment = first.environment, .protocol = first.protocol};
    merged_.protocol.shard.reset();
    merged_.environment.devices.clear();
    std::set<std::string> hosts;
    std::set<std::string> keys;
    for (const auto& [id, parts] : devices_) {
      places_[id] = merged_.environment.devices.size();
      DeviceInfo& device = merged_.environment.devices.emplace_back(*parts.front().info);
      device.host = parts.front().file->report.environment.host_name;
      device.environment_key = environment_key(parts.front().file->report);
      hosts.insert(device.host);
      keys.insert(device.environment_key);
    }
    if (hosts.size() > 1) {
      merged_.environment.host_name = std::to_string(hosts.size()) + " hosts";
    }
    merged_.foreign_key = merged_key(keys);
    merged_.fleet = Fleet{.shards = shard_of(first).count,
                          .reports = static_cast<std::int64_t>(kept_.size()),
                          .split = options_.split};
    merged_.fleet->members.resize(merged_.environment.devices.size());
    for (ShardFile* file : kept_) {
      for (Network& network : file->report.networks) {
        if (std::ranges::find(merged_.networks, network) == merged_.networks.end()) {
          merged_.networks.push_back(std::move(network));
        }
      }
    }
  }

  /// Machines of one kind compare with any report of that kind, machines of several with the same
  /// mixture.
  static std::string merged_key(const std::set<std::string>& keys) {
    if (keys.size() == 1) return *keys.begin();
    std::string all;
    for (const std::string& key : keys) all += key;
    return hex(fnv1a(all));
  }

  void find_missing() {
    const std::int64_t shards = merged_.fleet->shards;
    if (options_.split) {
      std::map<std::string, std::map<std::int64_t, std::string>> of_kind;
      for (const auto& [id, parts] : devices_) {
        for (const Part& part : parts) note_split(of_kind, id, part);
      }
      for (const auto& [key, seen] : of_kind) {
        for (std::int64_t index = 1; index <= shards; ++index) {
          if (seen.contains(index)) continue;
          find(FindingKind::missing, "shard " + to_string({.index = index, .count = shards}) +
                                         " is missing: no device of environment key " + key +
                                         " gave it");
        }
      }
    } else {
      for (const auto& [id, parts] : devices_) {
        for (std::int64_t index = 1; index <= shards; ++index) {
          if (seen_[id].contains(index)) continue;
          find(FindingKind::missing,
               "shard " + to_string({.index = index, .count = shards}) + " of " +
                   in_words(id, parts.front().file->report.environment) + " is missing",
               &id);
        }
      }
    }
    for (const auto& [finding, id] : of_device_) {
      if (const auto place = places_.find(id); place != places_.end()) {
        findings_[finding].device = place->second;
      }
    }
    merged_.fleet->findings = std::move(findings_);
  }

  void note_split(std::map<std::string, std::map<std::int64_t, std::string>>& of_kind,
                  const DeviceId& id, const Part& part) {
    const Shard shard = shard_of(part.file->report);
    const std::string key = environment_key(part.file->report);
    const auto [found, is_new] = of_kind[key].emplace(shard.index, part.file->file);
    if (is_new || found->second == part.file->file) return;
    find(FindingKind::duplicate,
         part.file->file + ": shard " + to_string(shard) +
             " was also run by another device: " + found->second,
         &id);
  }

  void gather_results() {
    using Name = std::tuple<std::string, std::string, std::string>;
    std::map<Name, std::vector<Result*>> cases;  // in the order in which they are to stand
    std::set<std::tuple<std::string, Status, std::string>> said;
    std::size_t number = 0;
    for (auto& [id, parts] : devices_) {
      const std::size_t place = places_.at(id);
      for (const Part& part : parts) {
        merged_.partial |= part.file->report.partial;
        for (Result& result : part.file->report.results) {
          if (result.device != id.kind && !result.device.empty()) continue;
          // What no device has run, or run without a time, is said once: it is the same everywhere.
          const bool once = !result.measurement && result.status != Status::failed;
          if (once && !said.emplace(result.name, result.status, result.reason).second) continue;
          if (!once) result.device_index = place;
          if (result.measurement) {
            result.measurement->process = static_cast<int>(place);
            ++merged_.fleet->members[place].cases;
          }
          cases[{result.problem, result.variant, result.name}].push_back(&result);
          ++number;
        }
      }
    }
    merged_.results.reserve(number);
    for (const auto& [name, results] : cases) {
      for (Result* result : results) merged_.results.push_back(std::move(*result));
    }
  }

  std::vector<ShardFile> files_;
  MergeOptions options_;
  std::vector<ShardFile*> kept_;
  Devices devices_;
  std::map<DeviceId, std::set<std::int64_t>> seen_;  ///< the shards that each gave
  std::map<DeviceId, std::size_t> places_;
  std::vector<Finding> findings_;
  std::vector<std::pair<std::size_t, DeviceId>> of_device_;  ///< which findings are of which
  Report merged_;
};

}  // namespace

Report reduced(Report report) {
  std::vector<Result> results;
  std::map<std::string, std::size_t> places;  // of the timed ones: processes become one
  for (Result& result : report.results) {
    if (!result.measurement) {
      results.push_back(std::move(result));
      continue;
    }
    Repetition all;
    std::vector<double> cpu_times;
    for (const Repetition& repetition : result.measurement->repetitions) {
      all.samples_us.push_back(median(repetition.samples_us));
      cpu_times.push_back(repetition.cpu_time_us);
    }
    all.cpu_time_us = median(cpu_times);
    const auto [place, is_new] = places.emplace(result.name, results.size());
    if (is_new) {
      result.measurement->repetitions = {std::move(all)};
      results.push_back(std::move(result));
    } else {
      std::vector<double>& samples =
          results[place->second].measurement->repetitions.front().samples_us;
      samples.insert(samples.end(), all.samples_us.begin(), all.samples_us.end());
    }
  }
  report.results = std::move(results);
  return report;
}

Report merge(std::vector<ShardFile> files, const MergeOptions& options) {
  return Merger(std::move(files), options).run();
}

int exit_status(const Report& merged, const MergeStatusOptions& options) {
  const auto any = [&](FindingKind kind) {
    return std::ranges::any_of(merged.fleet->findings,
                               [&](const Finding& finding) { return finding.kind == kind; });
  };
  constexpr int kOutlier = 1;
  constexpr int kWrong = 3;
  constexpr int kNotWhole = 4;
  const bool wrong = std::ranges::any_of(
      merged.results, [](const Result& result) { return result.status == Status::failed; });
  if (wrong) return kWrong;
  if (any(FindingKind::unreadable) || any(FindingKind::mixed) || any(FindingKind::duplicate)) {
    return kNotWhole;
  }
  if (!options.missing_allowed && (any(FindingKind::missing) || any(FindingKind::partial))) {
    return kNotWhole;
  }
  return options.fail_on_outlier && any(FindingKind::outlier) ? kOutlier : 0;
}

}  // namespace prelu::reports
