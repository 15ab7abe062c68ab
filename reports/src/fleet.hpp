// What a merged report says of its machines: the part of a Report that only such a one has.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prelu::reports {

enum class FindingKind {
  unreadable,  ///< a file that is no report
  mixed,       ///< a shard of another commit, suite or environment than the rest
  duplicate,   ///< a shard that a device gave twice
  missing,     ///< a shard that a device did not give
  partial,     ///< a shard that ended before all its cases were done
  outlier,     ///< a device that is slower than its like
};

inline constexpr std::array kFindingKinds{FindingKind::unreadable, FindingKind::mixed,
                                          FindingKind::duplicate,  FindingKind::missing,
                                          FindingKind::partial,    FindingKind::outlier};

std::string_view name(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::missing;
  std::optional<std::size_t> device;  ///< its place among the report's devices
  std::string text;                   ///< names the device, the shard, the files

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// How one device does beside those of its environment.
struct Member {
  /// The median, over the cases that at least three devices timed, of the fleet's median time over
  /// its own: 1 is as fast as the others, 0.9 is slower. Nothing where there was no such case.
  std::optional<double> speed;
  std::int64_t cases = 0;  ///< that it timed
  bool outlier = false;

  friend bool operator==(const Member&, const Member&) = default;
};

struct Fleet {
  std::int64_t shards = 1;   ///< into which the suite was dealt out
  std::int64_t reports = 0;  ///< that were merged
  /// Whether every shard was wanted once on any device of a kind, not of each device.
  bool split = false;
  std::vector<Member> members;  ///< one a device of the report, in the same order
  std::vector<Finding> findings;

  friend bool operator==(const Fleet&, const Fleet&) = default;
};

}  // namespace prelu::reports
