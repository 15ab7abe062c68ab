#include "shard.hpp"

#include <charconv>
#include <stdexcept>

#include "fnv1a.hpp"

namespace prelu::reports {
namespace {

/// 0 for what is no number.
std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

}  // namespace

bool holds(const Shard& shard, std::string_view case_name) {
  return fnv1a(case_name) % static_cast<std::uint64_t>(shard.count) + 1 ==
         static_cast<std::uint64_t>(shard.index);
}

std::string to_string(const Shard& shard) {
  return std::to_string(shard.index) + "/" + std::to_string(shard.count);
}

Shard parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  Shard shard{.index = 0, .count = 0};
  if (slash != std::string_view::npos) {
    shard = {.index = number(text.substr(0, slash)), .count = number(text.substr(slash + 1))};
  }
  if (shard.index < 1 || shard.index > shard.count || shard.count > kMostShards) {
    throw std::invalid_argument("'" + std::string(text) +
                                "' is no shard: 1/4 is the first of four, 4/4 the last; at most " +
                                std::to_string(kMostShards));
  }
  return shard;
}

}  // namespace prelu::reports
