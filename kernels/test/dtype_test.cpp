// The 16-bit formats are checked exhaustively, against values built with ldexp and against the
// definition of rounding to nearest even: neighbours, and the midpoint between them.
#include "dtype.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace prelu {
namespace {

template <class S>
struct Format;
template <>
struct Format<Half> {
  static constexpr int kExponentBits = 5;
  static constexpr int kMantissaBits = 10;
};
template <>
struct Format<BFloat16> {
  static constexpr int kExponentBits = 8;
  static constexpr int kMantissaBits = 7;
};

template <class S>
constexpr std::uint16_t kInfinity = ((1U << Format<S>::kExponentBits) - 1)
                                    << Format<S>::kMantissaBits;
constexpr std::uint16_t kSign = 0x8000;

/// What non-negative `bits` mean. Infinity means the power of two that would come next, which is
/// what rounding compares with.
template <class S>
double value_of(std::uint16_t bits) {
  constexpr int kMantissaBits = Format<S>::kMantissaBits;
  constexpr int kBias = (1 << (Format<S>::kExponentBits - 1)) - 1;
  const int exponent = bits >> kMantissaBits;
  const int mantissa = bits & ((1 << kMantissaBits) - 1);
  const int significand = exponent == 0 ? mantissa : mantissa + (1 << kMantissaBits);
  return std::ldexp(significand, std::max(exponent, 1) - kBias - kMantissaBits);
}

template <class S>
std::uint16_t narrowed(double value) {
  return narrow<S>(value).bits;
}

template <class S>
class SixteenBits : public ::testing::Test {};
using SixteenBitTypes = ::testing::Types<Half, BFloat16>;
TYPED_TEST_SUITE(SixteenBits, SixteenBitTypes);

TYPED_TEST(SixteenBits, EveryFiniteNumberWidensToItsValueAndComesBack) {
  for (std::uint16_t bits = 0; bits < kInfinity<TypeParam>; ++bits) {
    const auto negative = static_cast<std::uint16_t>(bits | kSign);
    ASSERT_EQ(double{widen(TypeParam{bits})}, value_of<TypeParam>(bits)) << bits;
    ASSERT_EQ(double{widen(TypeParam{negative})}, -value_of<TypeParam>(bits)) << bits;
    ASSERT_EQ(std::signbit(widen(TypeParam{negative})), true) << bits;
    ASSERT_EQ(narrowed<TypeParam>(widen(TypeParam{bits})), bits);
    ASSERT_EQ(narrowed<TypeParam>(widen(TypeParam{negative})), negative);
  }
}

TYPED_TEST(SixteenBits, InfinityComesBackAndNanStaysNan) {
  for (unsigned bits = kInfinity<TypeParam>; bits < kSign; ++bits) {
    for (const unsigned sign : {0U, unsigned{kSign}}) {
      const auto pattern = static_cast<std::uint16_t>(bits | sign);
      const float wide = widen(TypeParam{pattern});
      ASSERT_EQ(std::isnan(wide), bits > kInfinity<TypeParam>) << pattern;
      ASSERT_EQ(std::isinf(wide), bits == kInfinity<TypeParam>) << pattern;
      ASSERT_EQ(std::signbit(wide), sign != 0) << pattern;
      const std::uint16_t back = narrowed<TypeParam>(wide);
      if (std::isnan(wide)) {
        ASSERT_GT(back & 0x7FFF, kInfinity<TypeParam>) << pattern;
      } else {
        ASSERT_EQ(back, pattern);
      }
    }
  }
}

TYPED_TEST(SixteenBits, RoundsToTheNearestAndMidpointsToEven) {
  for (std::uint16_t low = 0; low < kInfinity<TypeParam>; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const double below = value_of<TypeParam>(low);
    const double above = value_of<TypeParam>(high);
    const double middle = below + (above - below) / 2;  // exact in float64
    const std::uint16_t even = low % 2 == 0 ? low : high;
    ASSERT_EQ(narrowed<TypeParam>(middle), even) << low;
    ASSERT_EQ(narrowed<TypeParam>(std::nextafter(middle, below)), low) << low;
    ASSERT_EQ(narrowed<TypeParam>(std::nextafter(middle, above)), high) << low;
    ASSERT_EQ(narrowed<TypeParam>(-middle), even | kSign) << low;
    ASSERT_EQ(narrowed<TypeParam>(-std::nextafter(middle, below)), low | kSign) << low;
    ASSERT_EQ(narrowed<TypeParam>(-std::nextafter(middle, above)), high | kSign) << low;
  }
}

TYPED_TEST(SixteenBits, WhatIsFarTooLargeOrTooSmallBecomesInfinityOrZeroOfItsSign) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(narrowed<TypeParam>(kLargest), kInfinity<TypeParam>);
  EXPECT_EQ(narrowed<TypeParam>(-kLargest), kInfinity<TypeParam> | kSign);
  EXPECT_EQ(narrowed<TypeParam>(kSmallest), 0);
  EXPECT_EQ(narrowed<TypeParam>(-kSmallest), kSign);
  EXPECT_EQ(narrowed<TypeParam>(std::numeric_limits<double>::infinity()), kInfinity<TypeParam>);
}

TYPED_TEST(SixteenBits, ANanWhosePayloadIsInTheDroppedBitsStaysANan) {
  const auto nan = std::bit_cast<double>(0x7FF0'0000'0000'0001ULL);
  EXPECT_GT(narrowed<TypeParam>(nan) & 0x7FFF, kInfinity<TypeParam>);
}

TEST(DType, RoundsOnceFromFloat64ToEveryFormat) {
  // Just above a midpoint: rounding to f32 first would land on it, and then go to even.
  EXPECT_EQ(narrow<Half>(1 + 0x1p-11 + 0x1p-40).bits, 0x3C01);
  EXPECT_EQ(narrow<BFloat16>(1 + 0x1p-8 + 0x1p-40).bits, 0x3F81);
  EXPECT_EQ(narrow<float>(1 + 0x1p-24), 1.0F);
  EXPECT_EQ(narrow<float>(1 + 0x1p-24 + 0x1p-40), 1 + 0x1p-23F);
  EXPECT_EQ(narrow<double>(0.1), 0.1);
}

TEST(DType, UlpIsTheDistanceFromOneToTheNextNumber) {
  EXPECT_EQ(ulp_of<Half>(), double{widen(Half{0x3C01})} - 1);
  EXPECT_EQ(ulp_of<BFloat16>(), double{widen(BFloat16{0x3F81})} - 1);
  EXPECT_EQ(ulp_of<float>(), double{std::nextafter(1.0F, 2.0F)} - 1);
  EXPECT_EQ(ulp_of<double>(), std::nextafter(1.0, 2.0) - 1);
}

TEST(DType, VisitsEachWithItsStorageType) {
  EXPECT_EQ(size_of(DType::f16), 2U);
  EXPECT_EQ(size_of(DType::bf16), 2U);
  EXPECT_EQ(size_of(DType::f32), 4U);
  EXPECT_EQ(size_of(DType::f64), 8U);
  EXPECT_TRUE(visit_dtype(
      DType::bf16, []<class S>(std::type_identity<S>) { return std::is_same_v<S, BFloat16>; }));
  EXPECT_THROW(size_of(static_cast<DType>(4)), std::invalid_argument);
}

TEST(DType, AlphaMayHaveTheDtypeOfXOrF32AndNoOther) {
  const auto sizes = [](const Problem& problem) {
    return visit_dtypes(problem,
                        []<class S, class A>(std::type_identity<S>, std::type_identity<A>) {
                          return 10 * sizeof(S) + sizeof(A);
                        });
  };
  EXPECT_EQ(sizes({.dtype = DType::f16}), 22U);
  EXPECT_EQ(sizes({.dtype = DType::f16, .alpha_dtype = DType::f32}), 24U);
  EXPECT_EQ(sizes({.dtype = DType::f64, .alpha_dtype = DType::f32}), 84U);
  EXPECT_THROW(sizes({.dtype = DType::f16, .alpha_dtype = DType::bf16}), std::invalid_argument);
}

}  // namespace
}  // namespace prelu
