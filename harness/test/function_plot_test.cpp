// What prelu-bench function draws.
#include "function_plot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace prelu::harness {
namespace {

/// The index of x = `place`.
std::size_t at(const FunctionSamples& samples, float place) {
  const auto found = std::ranges::find(samples.x, place);
  EXPECT_NE(found, samples.x.end()) << place;
  return static_cast<std::size_t>(found - samples.x.begin());
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto from = text.find(part); from != std::string::npos; from = text.find(part, from + 1)) {
    ++count;
  }
  return count;
}

TEST(FunctionPlot, SamplesAreTheFunctionAndItsDerivative) {
  const FunctionSamples samples = sample_function(0.5F, SlopeAtZero::one);
  EXPECT_EQ(samples.x.front(), -3.0F);
  EXPECT_EQ(samples.x.back(), 3.0F);
  for (std::size_t i = 0; i < samples.x.size(); ++i) {
    const float x = samples.x[i];
    EXPECT_EQ(samples.y[i], x > 0 ? x : 0.5F * x) << x;
    EXPECT_EQ(samples.derivative[i], x < 0 ? 0.5F : 1.0F) << x;
  }
}

TEST(FunctionPlot, TheSlopeAtZeroIsTheOneAskedFor) {
  const auto slope = [](SlopeAtZero at_zero) {
    const FunctionSamples samples = sample_function(0.25F, at_zero);
    return samples.derivative[at(samples, 0)];
  };
  EXPECT_EQ(slope(SlopeAtZero::one), 1.0F);
  EXPECT_EQ(slope(SlopeAtZero::alpha), 0.25F);
  EXPECT_EQ(slope(SlopeAtZero::zero), 0.0F);
}

TEST(FunctionPlot, ShowsTheLimitsThatTheDerivativeDoesNotTake) {
  const auto circles = [](float alpha, SlopeAtZero at_zero) {
    const std::string svg = function_svg(sample_function(alpha, at_zero), alpha, at_zero);
    EXPECT_EQ(occurrences(svg, "class='value'"), 1U);
    return occurrences(svg, "class='limit'");
  };
  EXPECT_EQ(circles(0.5F, SlopeAtZero::one), 1U);
  EXPECT_EQ(circles(0.5F, SlopeAtZero::zero), 2U);
  EXPECT_EQ(circles(1.0F, SlopeAtZero::one), 0U);
}

TEST(FunctionPlot, AxesMeetInTheOrigin) {
  for (const float alpha : {-2.0F, 0.0F, 0.25F, 1.0F, 50.0F}) {
    const FunctionSamples samples = sample_function(alpha, SlopeAtZero::one);
    const std::string svg = function_svg(samples, alpha, SlopeAtZero::one);
    // The curve passes through y(0) = 0, where the two axes cross: x = 208, and the same height.
    const std::string axis = svg.substr(svg.find("<line class='axis' x1='48'"));
    const double height = std::stod(axis.substr(axis.find("y1='") + 4));
    const std::string points = svg.substr(svg.find("points='"));
    const std::size_t place = points.find(" 208,");
    ASSERT_NE(place, std::string::npos) << alpha;
    EXPECT_NEAR(std::stod(points.substr(place + 5)), height, 0.06) << alpha;
  }
}

}  // namespace
}  // namespace prelu::harness
