// What becomes of a slope's sum: the gradient, or a step of gradient descent.
#pragma once

#include <cstdint>

#include "backward.cuh"
#include "variant.hpp"

namespace prelu::cuda {

/// dalpha, or dalpha added to.
template <class Sum, class A>
struct WriteGradient {
  A* dalpha;
  bool accumulate;

  static WriteGradient of(const Problem& problem, const Operands& operands) {
    return {.dalpha = static_cast<A*>(operands.dalpha), .accumulate = problem.accumulate};
  }

  __device__ void operator()(std::int64_t slope, Sum sum) const {
    write_dalpha(dalpha, slope, sum, accumulate);
  }
};

/// dalpha is the momentum, alpha_out may be alpha: nobody may read the slope's alpha any more.
/// The momentum moves alpha before it is rounded.
template <class Sum, class A>
struct StepAlpha {
  const A* alpha;
  A* dalpha;
  A* alpha_out;
  Sum momentum;
  Sum learning_rate;

  static StepAlpha of(const Problem&, const Operands& operands) {
    return {.alpha = static_cast<const A*>(operands.alpha),
            .dalpha = static_cast<A*>(operands.dalpha),
            .alpha_out = static_cast<A*>(operands.alpha_out),
            .momentum = static_cast<Sum>(operands.sgd.momentum),
            .learning_rate = static_cast<Sum>(operands.sgd.learning_rate)};
  }

  __device__ void operator()(std::int64_t slope, Sum sum) const {
    const Sum moved = momentum * static_cast<Sum>(dalpha[slope]) + sum;
    dalpha[slope] = static_cast<A>(moved);
    alpha_out[slope] = static_cast<A>(static_cast<Sum>(alpha[slope]) - learning_rate * moved);
  }
};

}  // namespace prelu::cuda
