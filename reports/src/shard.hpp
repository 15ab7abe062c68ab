// A suite dealt out: each case belongs to one of N shards.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prelu::reports {

/// How many shards there may be.
inline constexpr std::int64_t kMostShards = 1'000'000;

/// The `index`th, from 1 on, of `count` shards.
struct Shard {
  std::int64_t index = 1;
  std::int64_t count = 1;

  friend bool operator==(const Shard&, const Shard&) = default;
};

/// Whether the case of this name belongs to the shard: fnv1a(name) % count + 1 is its index. It
/// depends on the name and the count alone, so that a case stays where it is whatever else a suite
/// holds.
bool holds(const Shard& shard, std::string_view case_name);

/// "2/4"
std::string to_string(const Shard& shard);

/// Reads "2/4": two numbers, the first from 1 to the second. Throws std::invalid_argument saying
/// what is allowed.
Shard parse_shard(std::string_view text);

}  // namespace prelu::reports
