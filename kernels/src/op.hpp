// The operator on scalars. The only place where a variant decides what PReLU is.
#pragma once

#include "prelu/problem.hpp"

namespace prelu::op {

/// The slope of one element's channel, resolved for both signs and for zero. What does not depend
/// on alpha is the same for all channels, so that a thread with several of them keeps it once.
template <class A>
struct Slope {
  A negative;  ///< alpha
  A zero;      ///< at +0, -0 and NaN, unless that is alpha
  bool zero_takes_alpha;

  constexpr Slope(A alpha, SlopeAtZero at_zero)
      : negative(alpha),
        zero(static_cast<A>(at_zero == SlopeAtZero::one ? 1 : 0)),
        zero_takes_alpha(at_zero == SlopeAtZero::alpha) {}
};

/// Whether an element takes alpha.
template <class A>
constexpr bool takes_alpha(A x, const Slope<A>& slope) {
  return slope.zero_takes_alpha ? !(x > A{0}) : x < A{0};
}

/// slope(x) * value: forward with value = x, dx with value = dy. Written as a selection, because
/// max(x, 0) + alpha * min(x, 0) loses NaN and is wrong for an infinite alpha.
template <class A>
constexpr A scale(A x, A value, const Slope<A>& slope) {
  return x > A{0} ? value : (takes_alpha(x, slope) ? slope.negative : slope.zero) * value;
}

template <class A>
constexpr A forward(A x, const Slope<A>& slope) {
  return scale(x, x, slope);
}

template <class A>
constexpr A backward_dx(A x, A dy, const Slope<A>& slope) {
  return scale(x, dy, slope);
}

/// What this element adds to dalpha.
template <class A>
constexpr A backward_dalpha(A x, A dy, const Slope<A>& slope) {
  return takes_alpha(x, slope) ? x * dy : A{0};
}

}  // namespace prelu::op
