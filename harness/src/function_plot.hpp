// prelu-bench function: a picture of the function and its derivative, computed by the library.
#pragma once

#include <string>
#include <vector>

#include "prelu/problem.hpp"

namespace prelu::harness {

/// PReLU sampled at places from -3 to 3 in equal steps, 0 among them.
struct FunctionSamples {
  std::vector<float> x;
  std::vector<float> y;
  std::vector<float> derivative;
};

/// Runs the forward and the backward plan of the CPU on those places; with dy = 1 the gradient of x
/// is the derivative.
FunctionSamples sample_function(float alpha, SlopeAtZero at_zero);

/// The two as an SVG image: side by side, axes through the origin, light or dark as the reader has
/// it. The derivative jumps at 0: a dot shows its value there, circles the limits it does not take.
std::string function_svg(const FunctionSamples& samples, float alpha, SlopeAtZero at_zero);

}  // namespace prelu::harness
