// Division by a number that is fixed at launch: a multiplication and a shift.
//
// GPUs have no instruction for it. The compiler's 64-bit division is a loop-free routine of some
// 70 to 100 instructions, and the slope of a pack takes two: about as many as an H100 has time for
// while it moves the pack (derived: 3.35 TB/s are one 16-byte pack in and out in 270 instructions
// of one thread, at 132 SMs of 128 lanes and 1.7 GHz). With the multiplier computed on the host a
// quotient takes ten.
#pragma once

#include <bit>
#include <cstdint>

namespace prelu {

// NOLINTNEXTLINE(modernize-use-using): nvcc takes no other form
__extension__ typedef unsigned __int128 UnsignedInt128;

/// Divides numbers from 0 to 2^63 - 1 by a divisor from 1 to 2^62.
///
/// With l = ceil(log2(divisor)) and multiplier = ceil(2^(63 + l) / divisor), which fits in 64 bits,
/// floor(number * multiplier / 2^(63 + l)) is exact for numbers below 2^63 (Granlund and
/// Montgomery, 1994).
class Divisor {
 public:
  /// 0 counts as 1: an empty problem divides nothing.
  constexpr explicit Divisor(std::int64_t divisor = 1) : divisor_(divisor > 0 ? divisor : 1) {
    const auto unsigned_divisor = static_cast<std::uint64_t>(divisor_);
    shift_ = static_cast<int>(std::bit_width(unsigned_divisor - 1));
    const UnsignedInt128 power = UnsignedInt128{1} << (63 + shift_);
    multiplier_ = static_cast<std::uint64_t>((power + unsigned_divisor - 1) / unsigned_divisor);
  }

  constexpr std::int64_t value() const { return divisor_; }

  constexpr std::int64_t quotient(std::int64_t number) const {
    const std::uint64_t twice = static_cast<std::uint64_t>(number) * 2;
    const UnsignedInt128 product = UnsignedInt128{twice} * multiplier_;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(product >> 64) >> shift_);
  }

  constexpr std::int64_t remainder(std::int64_t number) const {
    return number - quotient(number) * divisor_;
  }

 private:
  std::int64_t divisor_;
  std::uint64_t multiplier_;
  int shift_;
};

}  // namespace prelu
