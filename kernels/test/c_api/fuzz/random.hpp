// Random choices that a seed and a number repeat anywhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>

namespace prelu::fuzz {

class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t number)
      : engine_(seed * 0x9E37'79B9'7F4A'7C15ULL + number) {}

  std::uint64_t bits() { return engine_(); }

  /// From `least` to `most`, both included. Not quite uniform, which does not matter here; the
  /// standard library's distributions differ between implementations, which would.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    const auto count = static_cast<std::uint64_t>(most - least) + 1;
    return least + static_cast<std::int64_t>(bits() % count);
  }

  bool chance(int percent) { return between(0, 99) < percent; }

  template <class T, std::size_t kCount>
  const T& one_of(const std::array<T, kCount>& values) {
    return values[static_cast<std::size_t>(between(0, std::int64_t{kCount} - 1))];
  }

  /// Any number but those from `first` to `last`; often one next to them, or an extreme.
  std::int32_t outside(std::int32_t first, std::int32_t last) {
    using Limits = std::numeric_limits<std::int32_t>;
    const std::array candidates{first - 1, last + 1, Limits::min(), Limits::max(),
                                static_cast<std::int32_t>(bits())};
    const std::int32_t value = one_of(candidates);
    return value < first || value > last ? value : last + 1;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace prelu::fuzz
