// The reference is what judges every variant: it is checked against hand-computed cases, against
// finite differences of its own forward pass, and against sums whose exact value is known.
#include "reference.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include "dtype.hpp"

namespace prelu {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Problem float64(Direction direction, Shape shape, AlphaMode mode = AlphaMode::shared,
                SlopeAtZero at_zero = SlopeAtZero::one) {
  return {.direction = direction,
          .dtype = DType::f64,
          .alpha_mode = mode,
          .shape = shape,
          .at_zero = at_zero};
}

Shape line(std::size_t elements) { return {.spatial = static_cast<std::int64_t>(elements)}; }

std::vector<double> forward(const Problem& problem, const std::vector<double>& x,
                            const std::vector<double>& alpha) {
  std::vector<double> y(x.size(), kNan);
  reference::forward(problem, {.x = x.data(), .alpha = alpha.data(), .y = y.data()});
  return y;
}

struct Gradients {
  std::vector<double> dx;
  std::vector<reference::SlopeGradient> dalpha;
};

Gradients backward(const Problem& problem, const std::vector<double>& x,
                   const std::vector<double>& alpha, const std::vector<double>& dy,
                   std::vector<double> dalpha = {}) {
  Gradients gradients{.dx = std::vector<double>(x.size(), kNan), .dalpha = {}};
  gradients.dalpha = reference::backward(problem, {.x = x.data(),
                                                   .alpha = alpha.data(),
                                                   .dy = dy.data(),
                                                   .dx = gradients.dx.data(),
                                                   .dalpha = dalpha.data()});
  return gradients;
}

/// dalpha of a shared slope.
double sum_of_products(const std::vector<double>& x, const std::vector<double>& dy,
                       SlopeAtZero at_zero = SlopeAtZero::one) {
  const Problem problem = float64(Direction::backward, line(x.size()), AlphaMode::shared, at_zero);
  return backward(problem, x, {0.25}, dy).dalpha.at(0).value;
}

TEST(Reference, ForwardOfAHandComputedCase) {
  const std::vector<double> x{1, -1, -2, 4, -8, 0.5};
  EXPECT_EQ(forward(float64(Direction::forward, line(6)), x, {0.25}),
            (std::vector<double>{1, -0.25, -0.5, 4, -2, 0.5}));
}

TEST(Reference, BackwardOfAHandComputedCase) {
  const std::vector<double> x{1, -1, -2, 4};
  const std::vector<double> dy{10, 20, 30, 40};
  const Gradients gradients = backward(float64(Direction::backward, line(4)), x, {0.25}, dy);
  EXPECT_EQ(gradients.dx, (std::vector<double>{10, 5, 7.5, 40}));
  ASSERT_EQ(gradients.dalpha.size(), 1U);
  EXPECT_EQ(gradients.dalpha[0].value, -1 * 20 + -2 * 30);
  EXPECT_EQ(gradients.dalpha[0].magnitude, 80);
  EXPECT_EQ(gradients.dalpha[0].terms, 2);
}

TEST(Reference, EachLayoutAndModeGivesAnElementItsSlope) {
  const std::vector<double> x(8, -1.0);  // n = 2, c = 2, spatial = 2
  const auto y = [&](Layout layout, AlphaMode mode, const std::vector<double>& alpha) {
    Problem problem = float64(Direction::forward, {.n = 2, .c = 2, .spatial = 2}, mode);
    problem.layout = layout;
    return forward(problem, x, alpha);
  };
  using Values = std::vector<double>;
  EXPECT_EQ(y(Layout::nchw, AlphaMode::shared, {3}), (Values{-3, -3, -3, -3, -3, -3, -3, -3}));
  EXPECT_EQ(y(Layout::nchw, AlphaMode::per_channel, {3, 5}),
            (Values{-3, -3, -5, -5, -3, -3, -5, -5}));
  EXPECT_EQ(y(Layout::nhwc, AlphaMode::per_channel, {3, 5}),
            (Values{-3, -5, -3, -5, -3, -5, -3, -5}));
  EXPECT_EQ(y(Layout::nchw, AlphaMode::per_element, {3, 5, 7, 9}),
            (Values{-3, -5, -7, -9, -3, -5, -7, -9}));
}

TEST(Reference, EachLayoutSumsDalphaOverTheElementsOfItsSlope) {
  const std::vector<double> x(8, -1.0);
  const std::vector<double> dy{1, 2, 4, 8, 16, 32, 64, 128};
  const auto dalpha = [&](Layout layout, AlphaMode mode, const std::vector<double>& alpha) {
    Problem problem = float64(Direction::backward, {.n = 2, .c = 2, .spatial = 2}, mode);
    problem.layout = layout;
    std::vector<double> values;
    for (const auto& gradient : backward(problem, x, alpha, dy).dalpha) {
      values.push_back(-gradient.value);
    }
    return values;
  };
  using Values = std::vector<double>;
  EXPECT_EQ(dalpha(Layout::nchw, AlphaMode::shared, {0}), (Values{255}));
  EXPECT_EQ(dalpha(Layout::nchw, AlphaMode::per_channel, {0, 0}), (Values{51, 204}));
  EXPECT_EQ(dalpha(Layout::nhwc, AlphaMode::per_channel, {0, 0}), (Values{85, 170}));
  EXPECT_EQ(dalpha(Layout::nhwc, AlphaMode::per_element, {0, 0, 0, 0}), (Values{17, 34, 68, 136}));
}

// The operator is linear in alpha and piecewise linear in x, so that a central difference that does
// not cross 0 is exact but for rounding.
TEST(Reference, GradientsAreFiniteDifferencesOfForward) {
  for (const Layout layout : {Layout::nchw, Layout::nhwc}) {
    for (const AlphaMode mode :
         {AlphaMode::shared, AlphaMode::per_channel, AlphaMode::per_element}) {
      Problem problem = float64(Direction::backward, {.n = 3, .c = 4, .spatial = 5}, mode);
      problem.layout = layout;
      std::mt19937_64 random(7);
      std::uniform_real_distribution<double> magnitude(0.5, 2);
      const auto draw = [&](std::size_t count) {
        std::vector<double> values(count);
        for (double& value : values)
          value = random() % 2 == 0 ? magnitude(random) : -magnitude(random);
        return values;
      };
      const std::vector<double> x = draw(60);
      const std::vector<double> dy = draw(60);
      const auto alpha = draw(static_cast<std::size_t>(alpha_map(problem).count));
      const Gradients gradients = backward(problem, x, alpha, dy);

      const auto loss = [&](const std::vector<double>& at_x, const std::vector<double>& at_alpha) {
        Problem same = problem;
        same.direction = Direction::forward;
        const std::vector<double> y = forward(same, at_x, at_alpha);
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i) sum += dy[i] * y[i];
        return sum;
      };
      constexpr double kStep = 0x1p-6;
      constexpr double kRounding = 1e-11;  // of sums near 100, divided by the step
      const auto difference = [&](const auto& moved) {
        return (loss(moved(x, kStep).first, moved(alpha, kStep).second) -
                loss(moved(x, -kStep).first, moved(alpha, -kStep).second)) /
               (2 * kStep);
      };
      for (std::size_t i = 0; i < x.size(); ++i) {
        const auto moved = [&](const std::vector<double>&, double step) {
          std::vector<double> at = x;
          at[i] += step;
          return std::pair(at, alpha);
        };
        EXPECT_NEAR(gradients.dx[i], difference(moved), kRounding) << "dx of element " << i;
      }
      ASSERT_EQ(gradients.dalpha.size(), alpha.size());
      for (std::size_t k = 0; k < alpha.size(); ++k) {
        const auto moved = [&](const std::vector<double>&, double step) {
          std::vector<double> at = alpha;
          at[k] += step;
          return std::pair(x, at);
        };
        EXPECT_NEAR(gradients.dalpha[k].value, difference(moved), kRounding) << "slope " << k;
      }
    }
  }
}

TEST(Reference, ZerosAndNanTakeTheSlopeThatTheProblemNames) {
  const std::vector<double> x{0.0, -0.0, kNan};
  const std::vector<double> dy{8, 8, 8};
  const auto dx = [&](SlopeAtZero at_zero) {
    return backward(float64(Direction::backward, line(3), AlphaMode::shared, at_zero), x, {0.25},
                    dy)
        .dx;
  };
  EXPECT_EQ(dx(SlopeAtZero::one), (std::vector<double>{8, 8, 8}));
  EXPECT_EQ(dx(SlopeAtZero::alpha), (std::vector<double>{2, 2, 2}));
  EXPECT_EQ(dx(SlopeAtZero::zero), (std::vector<double>{0, 0, 0}));
}

TEST(Reference, ForwardKeepsNanAndTheSignOfZero) {
  for (const SlopeAtZero at_zero : {SlopeAtZero::one, SlopeAtZero::alpha, SlopeAtZero::zero}) {
    const std::vector<double> y =
        forward(float64(Direction::forward, line(3), AlphaMode::shared, at_zero), {0.0, -0.0, kNan},
                {0.25});
    EXPECT_FALSE(std::signbit(y[0]));
    EXPECT_TRUE(std::signbit(y[1]));
    EXPECT_EQ(y[1], 0);
    EXPECT_TRUE(std::isnan(y[2]));
  }
}

TEST(Reference, WhatIsNeitherPositiveNorNegativeEntersDalphaOnlyWhereItTakesAlpha) {
  EXPECT_EQ(sum_of_products({kNan, -2}, {8, 8}, SlopeAtZero::one), -16);
  EXPECT_EQ(sum_of_products({kNan, -2}, {8, 8}, SlopeAtZero::zero), -16);
  EXPECT_TRUE(std::isnan(sum_of_products({kNan, -2}, {8, 8}, SlopeAtZero::alpha)));
  EXPECT_EQ(sum_of_products({0.0, -2}, {kInf, 8}, SlopeAtZero::one), -16);
  EXPECT_TRUE(std::isnan(sum_of_products({0.0, -2}, {kInf, 8}, SlopeAtZero::alpha)));
}

TEST(Reference, AccumulatingAddsToWhatDalphaHeldAndWritesNothing) {
  Problem problem =
      float64(Direction::backward, {.n = 1, .c = 2, .spatial = 1}, AlphaMode::per_channel);
  problem.accumulate = true;
  const std::vector<double> x{-1, -2};
  const std::vector<double> dy{3, 5};
  const std::vector<double> alpha{0.5, 0.5};
  std::vector<double> dalpha{100, -7};
  std::vector<double> dx(2);
  const auto gradients = reference::backward(problem, {.x = x.data(),
                                                       .alpha = alpha.data(),
                                                       .dy = dy.data(),
                                                       .dx = dx.data(),
                                                       .dalpha = dalpha.data()});
  ASSERT_EQ(gradients.size(), 2U);
  EXPECT_EQ(gradients[0].value, 97);
  EXPECT_EQ(gradients[0].magnitude, 103);
  EXPECT_EQ(gradients[1].value, -17);
  EXPECT_EQ(dalpha, (std::vector<double>{100, -7}));
}

TEST(Reference, AFrozenAlphaHasNoGradient) {
  Problem problem =
      float64(Direction::backward, {.n = 1, .c = 2, .spatial = 1}, AlphaMode::per_channel);
  problem.update = AlphaUpdate::frozen;
  const Gradients gradients = backward(problem, {-1, 2}, {0.5, 0.5}, {3, 5});
  EXPECT_TRUE(gradients.dalpha.empty());
  EXPECT_EQ(gradients.dx, (std::vector<double>{1.5, 5}));
}

TEST(Reference, AStepOfSgdMovesAlphaAgainstItsMomentum) {
  Problem problem = float64(Direction::backward, line(2));
  problem.update = AlphaUpdate::sgd;
  const SgdStep step{.learning_rate = 0.25, .momentum = 0.5};
  const std::vector<double> x{-1, -2};
  const std::vector<double> dy{3, 5};
  const double alpha = 0.75;
  const double momentum = 8;
  std::vector<double> dx(2);
  const auto after = reference::backward(problem, {.x = x.data(),
                                                   .alpha = &alpha,
                                                   .dy = dy.data(),
                                                   .dx = dx.data(),
                                                   .dalpha = const_cast<double*>(&momentum),
                                                   .sgd = step});
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].value, 0.5 * 8 - 13);
  EXPECT_EQ(after[0].magnitude, 4 + 13);
  const auto stepped = reference::stepped_alpha(problem, step, alpha, after[0]);
  EXPECT_EQ(stepped.value, 0.75 + 0.25 * 9);
  EXPECT_GT(stepped.allowed, 0);
  EXPECT_LT(stepped.allowed, 1e-13);
}

// The numbers of a broadcast written out: alpha along h alone, for both layouts.
TEST(Reference, BroadcastsAlphaAlongTheAxesItLacks) {
  Problem problem =
      float64(Direction::backward, {.n = 1, .c = 2, .spatial = 4}, AlphaMode::broadcast);
  problem.broadcast = {.spatial = {1, 2, 2}, .alpha = {1, 1, 1, 2, 1}};
  const std::vector<double> x(8, -1);
  const std::vector<double> dy{1, 2, 3, 4, 5, 6, 7, 8};
  const Gradients nchw = backward(problem, x, {10, 100}, dy);
  EXPECT_EQ(nchw.dx, (std::vector<double>{10, 20, 300, 400, 50, 60, 700, 800}));
  ASSERT_EQ(nchw.dalpha.size(), 2U);
  EXPECT_EQ(nchw.dalpha[0].value, -(1 + 2 + 5 + 6));
  EXPECT_EQ(nchw.dalpha[1].value, -(3 + 4 + 7 + 8));
  problem.layout = Layout::nhwc;
  const Gradients nhwc = backward(problem, x, {10, 100}, dy);
  EXPECT_EQ(nhwc.dx, (std::vector<double>{10, 20, 30, 40, 500, 600, 700, 800}));
  EXPECT_EQ(nhwc.dalpha[0].value, -(1 + 2 + 3 + 4));
}

TEST(Reference, ResultsMayOverwriteTheirInputs) {
  std::vector<double> values{1, -1, -2, 4};
  const double alpha = 0.25;
  reference::forward(float64(Direction::forward, line(4)),
                     {.x = values.data(), .alpha = &alpha, .y = values.data()});
  EXPECT_EQ(values, (std::vector<double>{1, -0.25, -0.5, 4}));
}

TEST(Reference, SumsWhatANaiveFloat64SumLoses) {
  const std::vector<double> x{-1, -1, -1};
  const std::vector<double> dy{1e16, 1, -1e16};
  ASSERT_EQ(x[0] * dy[0] + x[1] * dy[1] + x[2] * dy[2], 0);  // naively the 1 is lost
  EXPECT_EQ(sum_of_products(x, dy), -1);
}

TEST(Reference, KeepsTheRoundingErrorsOfFloat64Products) {
  const double factor = 1 + 0x1p-30;
  const double rounded = factor * factor;  // loses 2^-60
  EXPECT_EQ(sum_of_products({-factor, -1}, {factor, -rounded}), -0x1p-60);
}

TEST(Reference, AMillionEqualTermsAreSummedExactly) {
  const std::size_t terms = std::size_t{1} << 20;
  const std::vector<double> x(terms, -0.1);
  const std::vector<double> dy(terms, 1.0);
  EXPECT_EQ(sum_of_products(x, dy), -0.1 * 0x1p20);
}

TEST(Reference, InfiniteTermsDecideTheirSum) {
  EXPECT_EQ(sum_of_products({-1, -1}, {kInf, 5}), -kInf);
  EXPECT_EQ(sum_of_products({-1, -1}, {-kInf, 5}), kInf);
  EXPECT_TRUE(std::isnan(sum_of_products({-1, -1}, {kInf, -kInf})));
}

TEST(Reference, RoundsAHalfProductToF32BeforeTheDtype) {
  const float alpha = 0x1.ffc01p-1F;
  const Half x{0xBC01};  // -(1 + 2^-10)
  Half y{};
  const Problem problem{.dtype = DType::f16, .alpha_dtype = DType::f32};
  // Exactly -(1 + 2^-11 + 2^-31), a little more than half way from -1 to the next: f32 rounds it to
  // half way, and then to even.
  ASSERT_EQ(double{alpha} * (1 + 0x1p-10), 1 + 0x1p-11 + 0x1p-31);
  reference::forward(problem, {.x = &x, .alpha = &alpha, .y = &y});
  EXPECT_EQ(y.bits, 0xBC00);
}

TEST(Reference, EmptyProblemsHaveNoElementsAndSlopesWithoutTerms) {
  const Problem problem =
      float64(Direction::backward, {.n = 0, .c = 2, .spatial = 3}, AlphaMode::per_channel);
  const Gradients gradients = backward(problem, {}, {0.5, 0.5}, {});
  ASSERT_EQ(gradients.dalpha.size(), 2U);
  EXPECT_EQ(gradients.dalpha[1].value, 0);
  EXPECT_EQ(gradients.dalpha[1].terms, 0);
}

TEST(Reference, RoundsExpectedValuesToTheDtypeOnce) {
  EXPECT_EQ(reference::rounded(1 + 0x1p-11, DType::f16), 1);
  EXPECT_EQ(reference::rounded(1 + 0x1p-11 + 0x1p-40, DType::f16), 1 + 0x1p-10);
  EXPECT_EQ(reference::rounded(1e300, DType::f32), kInf);
  EXPECT_EQ(reference::rounded(0.1, DType::f64), 0.1);
}

TEST(Reference, TheAllowedErrorFollowsItsFormula) {
  Problem problem{.direction = Direction::backward, .dtype = DType::bf16};
  EXPECT_EQ(reference::allowed_error(problem, {.value = -3, .magnitude = 10, .terms = 25}),
            0x1p-7 * 3 + 4 * 5 * 0x1p-23 * 10);
  problem.alpha_dtype = DType::f32;
  problem.accumulate = true;  // dalpha's old value is one term more
  EXPECT_EQ(reference::allowed_error(problem, {.value = -3, .magnitude = 10, .terms = 24}),
            0x1p-23 * 3 + 4 * 5 * 0x1p-23 * 10);
  EXPECT_EQ(reference::allowed_error({.dtype = DType::f64}, {.magnitude = 1, .terms = 1}),
            4 * 0x1p-52);
}

TEST(Reference, ASlopeWithoutTermsMustBeExact) {
  EXPECT_EQ(reference::allowed_error({.dtype = DType::f32}, {}), 0);
}

}  // namespace
}  // namespace prelu
