#include "prelu/problem.hpp"

#include <gtest/gtest.h>

#include <string>

namespace prelu {
namespace {

constexpr std::int64_t kTwo40 = std::int64_t{1} << 40;

std::string refusal(const Problem& problem) {
  try {
    validate(problem);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "valid";
}

std::string refusal_of_shape(const Shape& shape) { return refusal({.shape = shape}); }

const char* const kTooLarge = "prelu: the shape's bytes do not fit in 63 bits";

TEST(Problem, OrdinaryAndEmptyShapesAreValid) {
  EXPECT_EQ(refusal_of_shape({.n = 32, .c = 64, .spatial = 3136}), "valid");
  EXPECT_EQ(refusal_of_shape({.n = 0, .c = 3, .spatial = 4}), "valid");
  EXPECT_EQ(refusal_of_shape({.n = 2, .c = 0, .spatial = 4}), "valid");
  EXPECT_EQ(refusal_of_shape({.n = 2, .c = 3, .spatial = 0}), "valid");
}

TEST(Problem, ANegativeDimensionIsRefusedByName) {
  EXPECT_EQ(refusal_of_shape({.n = -1}), "prelu: shape.n is -1; it must be 0 or more");
  EXPECT_EQ(refusal_of_shape({.c = -2}), "prelu: shape.c is -2; it must be 0 or more");
  EXPECT_EQ(refusal_of_shape({.spatial = -3}), "prelu: shape.spatial is -3; it must be 0 or more");
  EXPECT_NE(refusal_of_shape({.n = -1, .c = -1}), "valid");
}

TEST(Problem, TheBytesOfAllTensorsMustFitIn63Bits) {
  EXPECT_EQ(refusal_of_shape({.n = std::int64_t{1} << 56}), "valid");
  EXPECT_EQ(refusal_of_shape({.n = std::int64_t{1} << 57}), kTooLarge);
  EXPECT_EQ(refusal_of_shape({.n = kTwo40, .c = 1 << 10, .spatial = 1 << 10}), kTooLarge);
}

// A kernel that cuts its work multiplies two dimensions before it meets the third.
TEST(Problem, AnOverflowingPairIsRefusedEvenBesideAZero) {
  EXPECT_EQ(refusal_of_shape({.n = 0, .c = kTwo40, .spatial = kTwo40}), kTooLarge);
  EXPECT_EQ(refusal_of_shape({.n = kTwo40, .c = 0, .spatial = kTwo40}), kTooLarge);
  EXPECT_EQ(refusal_of_shape({.n = kTwo40, .c = kTwo40, .spatial = 0}), kTooLarge);
}

TEST(Problem, AlphaHasTheDtypeOfXOrF32) {
  const char* const reason = "prelu: alpha_dtype must be x's dtype or f32";
  EXPECT_EQ(refusal({.dtype = DType::bf16}), "valid");
  EXPECT_EQ(refusal({.dtype = DType::bf16, .alpha_dtype = DType::f32}), "valid");
  EXPECT_EQ(refusal({.dtype = DType::bf16, .alpha_dtype = DType::f16}), reason);
  EXPECT_EQ(refusal({.dtype = DType::f32, .alpha_dtype = DType::f64}), reason);
}

TEST(Problem, OnlyBackwardAccumulates) {
  EXPECT_EQ(refusal({.direction = Direction::backward, .accumulate = true}), "valid");
  EXPECT_EQ(refusal({.direction = Direction::forward, .accumulate = true}),
            "prelu: accumulate is for backward only");
}

TEST(Problem, OnlyBackwardUpdatesAlphaAndThenThereIsNoGradientToAccumulate) {
  for (const AlphaUpdate update : {AlphaUpdate::frozen, AlphaUpdate::sgd}) {
    Problem problem{.direction = Direction::backward, .update = update};
    EXPECT_EQ(refusal(problem), "valid");
    problem.accumulate = true;
    EXPECT_EQ(refusal(problem), "prelu: accumulate is for the gradient; frozen and sgd have none");
    EXPECT_EQ(refusal({.direction = Direction::forward, .update = update}),
              "prelu: alpha is updated by backward only");
  }
}

TEST(Problem, AlphaBroadcastsWhereEachOfItsExtentsIs1OrThatOfX) {
  Problem problem{.alpha_mode = AlphaMode::broadcast,
                  .shape = {.n = 2, .c = 3, .spatial = 20},
                  .broadcast = {.spatial = {1, 4, 5}, .alpha = {1, 3, 1, 1, 5}}};
  EXPECT_EQ(refusal(problem), "valid");
  EXPECT_EQ(slope_count(problem), 15);
  problem.broadcast.alpha = {1, 3, 1, 2, 1};
  EXPECT_EQ(refusal(problem), "prelu: alpha's shape has 2 along h; allowed are 1 and x's 4");
  problem.broadcast.alpha = {0, 3, 1, 1, 1};
  EXPECT_EQ(refusal(problem), "prelu: alpha's shape has 0 along n; allowed are 1 and x's 2");
  problem.broadcast = {.spatial = {1, 4, 4}};
  EXPECT_EQ(refusal(problem), "prelu: the broadcast's d, h and w do not multiply to spatial");
  problem.broadcast = {.spatial = {1, -4, -5}};
  EXPECT_EQ(refusal(problem), "prelu: shape.spatial is -4; it must be 0 or more");
}

TEST(Problem, WhatIsNotABroadcastHasNoShapesOfOne) {
  EXPECT_EQ(refusal({.alpha_mode = AlphaMode::shared, .broadcast = {.spatial = {1, 1, 2}}}),
            "prelu: broadcast is for AlphaMode::broadcast");
}

TEST(Problem, AlphaFollowsTheDtypeUnlessToldOtherwise) {
  EXPECT_EQ((Problem{.dtype = DType::bf16}.alpha_dtype), DType::bf16);
  EXPECT_EQ((Problem{.dtype = DType::f64}.alpha_dtype), DType::f64);
}

TEST(Problem, MinimalBytesCountEachTensorOnce) {
  Problem problem{
      .dtype = DType::bf16, .alpha_dtype = DType::f32, .shape = {.n = 2, .c = 3, .spatial = 5}};
  EXPECT_EQ(minimal_bytes(problem), 2 * 30 * 2 + 3 * 4);  // x, y and alpha
  problem.direction = Direction::backward;
  EXPECT_EQ(minimal_bytes(problem), 3 * 30 * 2 + 2 * 3 * 4);  // x, dy, dx; alpha, dalpha
  problem.accumulate = true;
  EXPECT_EQ(minimal_bytes(problem), 3 * 30 * 2 + 3 * 3 * 4);  // and dalpha is read
  problem.alpha_mode = AlphaMode::per_element;
  EXPECT_EQ(minimal_bytes(problem), 3 * 30 * 2 + 3 * 15 * 4);
  problem.accumulate = false;
  problem.update = AlphaUpdate::frozen;
  EXPECT_EQ(minimal_bytes(problem), 3 * 30 * 2 + 15 * 4);
  problem.update = AlphaUpdate::sgd;  // alpha and the momentum, read and written
  EXPECT_EQ(minimal_bytes(problem), 3 * 30 * 2 + 4 * 15 * 4);
}

}  // namespace
}  // namespace prelu
