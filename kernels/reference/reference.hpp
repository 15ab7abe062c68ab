// PReLU in float64, straight from the definition, with compensated sums. Shares no arithmetic with
// the variants it judges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prelu/operands.hpp"
#include "prelu/problem.hpp"

namespace prelu::reference {

/// Computes y from x and alpha. Each element is slope * x in float64, rounded to f32 (for dtypes
/// below f64) and then to the dtype. Operands are host memory; y may be x. Uses all cores.
void forward(const Problem& problem, const Operands& operands);

/// One slope's gradient, with what bounds the error of computing it otherwise.
struct SlopeGradient {
  double value = 0;      ///< the sum, more exact than float64; not rounded to alpha's dtype
  double magnitude = 0;  ///< sum of |x * dy|, and of what the sum starts from
  std::int64_t terms = 0;
};

/// Computes dx, and returns the gradient of each slope: none where alpha is frozen. With
/// `accumulate` the values at operands.dalpha are added; with sgd it is the momentum after the
/// step. Nothing is written there. dx may be dy.
std::vector<SlopeGradient> backward(const Problem& problem, const Operands& operands);

/// `value` rounded once to `dtype`, as float64.
double rounded(double value, DType dtype);

/// The error that a right kernel may make in one slope's gradient:
/// ulp(dtype) * |expected| + 4 * sqrt(terms) * ulp(accumulator) * sum |x * dy|.
/// Rounding errors of a sum of `terms` products grow like sqrt(terms) (Higham, Accuracy and
/// Stability of Numerical Algorithms, section 4.2); 4 standard deviations leave room for no bug.
double allowed_error(const Problem& problem, const SlopeGradient& gradient);

/// One slope after a step of sgd, rounded to alpha's dtype, and the error that a right kernel may
/// make.
struct SteppedAlpha {
  double value = 0;
  double allowed = 0;
};

/// `momentum` is what backward returned for the slope.
SteppedAlpha stepped_alpha(const Problem& problem, const SgdStep& step, double alpha,
                           const SlopeGradient& momentum);

}  // namespace prelu::reference
