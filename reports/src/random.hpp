// Random numbers that are the same everywhere: the standard library's distributions are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace prelu::reports {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// From 0 to n - 1; n must be below 2^32.
  std::size_t below(std::size_t n) { return ((engine_() >> 32U) * n) >> 32U; }

  /// From 0 to 1, less than 1.
  double uniform() {
    constexpr double kUnit = 0x1p-53;
    return static_cast<double>(engine_() >> 11U) * kUnit;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace prelu::reports
