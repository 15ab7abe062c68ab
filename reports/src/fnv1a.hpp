// FNV-1a, 64 bits (Fowler, Noll and Vo): the same on every machine, which std::hash is not.
#pragma once

#include <cstdint>
#include <string_view>

namespace prelu::reports {

constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x0000'0100'0000'01B3ULL;
  }
  return hash;
}

}  // namespace prelu::reports
