#include "op.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace prelu::op {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

constexpr Slope<float> slope(SlopeAtZero at_zero, float alpha = 0.25F) { return {alpha, at_zero}; }

TEST(Op, PositiveXKeepsTheValueAndNegativeXScalesIt) {
  for (const SlopeAtZero at_zero : {SlopeAtZero::one, SlopeAtZero::alpha, SlopeAtZero::zero}) {
    EXPECT_EQ(forward(3.0F, slope(at_zero)), 3.0F);
    EXPECT_EQ(forward(-2.0F, slope(at_zero)), -0.5F);
    EXPECT_EQ(backward_dx(3.0F, 8.0F, slope(at_zero)), 8.0F);
    EXPECT_EQ(backward_dx(-2.0F, 8.0F, slope(at_zero)), 2.0F);
    EXPECT_EQ(backward_dalpha(3.0F, 8.0F, slope(at_zero)), 0.0F);
    EXPECT_EQ(backward_dalpha(-2.0F, 8.0F, slope(at_zero)), -16.0F);
  }
}

TEST(Op, ZeroAndNanTakeTheSlopeThatTheProblemNames) {
  for (const float x : {0.0F, -0.0F, kNan}) {
    EXPECT_EQ(backward_dx(x, 8.0F, slope(SlopeAtZero::one)), 8.0F) << x;
    EXPECT_EQ(backward_dx(x, 8.0F, slope(SlopeAtZero::alpha)), 2.0F) << x;
    EXPECT_EQ(backward_dx(x, 8.0F, slope(SlopeAtZero::zero)), 0.0F) << x;
  }
}

TEST(Op, NanEntersDalphaOnlyWhereItTakesAlpha) {
  EXPECT_EQ(backward_dalpha(kNan, 8.0F, slope(SlopeAtZero::one)), 0.0F);
  EXPECT_EQ(backward_dalpha(kNan, 8.0F, slope(SlopeAtZero::zero)), 0.0F);
  EXPECT_TRUE(std::isnan(backward_dalpha(kNan, 8.0F, slope(SlopeAtZero::alpha))));
  EXPECT_TRUE(std::isnan(backward_dalpha(0.0F, kInf, slope(SlopeAtZero::alpha))));
}

TEST(Op, ANanInXReachesYWhateverTheSlopeAtZero) {
  for (const SlopeAtZero at_zero : {SlopeAtZero::one, SlopeAtZero::alpha, SlopeAtZero::zero}) {
    EXPECT_TRUE(std::isnan(forward(kNan, slope(at_zero))));
  }
}

TEST(Op, ZerosKeepTheirSign) {
  EXPECT_TRUE(std::signbit(forward(-0.0F, slope(SlopeAtZero::one))));
  EXPECT_FALSE(std::signbit(forward(0.0F, slope(SlopeAtZero::alpha))));
  EXPECT_TRUE(std::signbit(forward(0.0F, slope(SlopeAtZero::alpha, -1.0F))));
}

// max(x, 0) + alpha * min(x, 0) would be 0 * inf here, a NaN.
TEST(Op, AnInfiniteAlphaLeavesPositiveXAlone) {
  EXPECT_EQ(forward(2.0F, slope(SlopeAtZero::one, kInf)), 2.0F);
  EXPECT_EQ(forward(-2.0F, slope(SlopeAtZero::one, kInf)), -kInf);
}

}  // namespace
}  // namespace prelu::op
