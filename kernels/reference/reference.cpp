#include "reference.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "dtype.hpp"

namespace prelu::reference {
namespace {

constexpr std::int64_t kParallelFrom = 1 << 15;  // elements; fewer are not worth waking threads for

/// The definition's slope of one element.
double slope_of(double x, double alpha, SlopeAtZero at_zero) {
  if (x > 0) return 1;
  if (x < 0) return alpha;
  switch (at_zero) {
    case SlopeAtZero::one: return 1;
    case SlopeAtZero::alpha: return alpha;
    case SlopeAtZero::zero: return 0;
  }
  return 0;
}

bool takes_alpha(double x, SlopeAtZero at_zero) {
  return x < 0 || (!(x > 0) && at_zero == SlopeAtZero::alpha);
}

/// The product as the definition rounds it: to f32 first, where the dtype is narrower than f64.
template <class S>
S rounded_product(double slope, double value) {
  if constexpr (std::is_same_v<S, double>) {
    return slope * value;
  } else {
    return narrow<S>(static_cast<double>(static_cast<float>(slope * value)));
  }
}

/// A sum of products carried in two doubles (Ogita, Rump, Oishi: Accurate Sum and Dot Product,
/// algorithm Dot2). Infinities and NaN are summed apart, where they do not destroy the correction.
class Sum {
 public:
  template <class S>
  void add_product(double x, double dy) {
    const double product = x * dy;
    magnitude_ += std::abs(product);
    ++terms_;
    add(product);
    if constexpr (std::is_same_v<S, double>) {
      // Of narrower types the product is exact.
      if (std::isfinite(product)) low_ += std::fma(x, dy, -product);
    }
  }

  void add(double value) {
    if (!std::isfinite(value)) {
      unbounded_ += value;
      return;
    }
    const double sum = high_ + value;
    const double part = sum - high_;
    low_ += (high_ - (sum - part)) + (value - part);
    high_ = sum;
  }

  void add(const Sum& other) {
    add(other.high_);
    low_ += other.low_;
    unbounded_ += other.unbounded_;
    magnitude_ += other.magnitude_;
    terms_ += other.terms_;
  }

  void start_from(double value) {
    magnitude_ += std::abs(value);
    add(value);
  }

  SlopeGradient gradient() const {
    const bool bounded = unbounded_ == 0;  // false for a NaN too
    return {.value = bounded ? high_ + low_ : unbounded_, .magnitude = magnitude_, .terms = terms_};
  }

 private:
  double high_ = 0;
  double low_ = 0;
  double unbounded_ = 0;
  double magnitude_ = 0;
  std::int64_t terms_ = 0;
};

/// Elements are [outer][count][inner]: outer repetitions of the slopes, inner elements a slope.
struct Extents {
  std::int64_t outer;
  std::int64_t count;
  std::int64_t inner;
};

Extents extents(const Problem& problem) {
  const AlphaMap map = alpha_map(problem);
  const std::int64_t period = map.inner * map.count;
  return {.outer = period == 0 ? 0 : problem.shape.elements() / period,
          .count = map.count,
          .inner = map.inner};
}

/// The sums of a slice of `outer` for a tile of slopes.
template <class S>
void sum_tile(const S* x, const S* dy, const Extents& extent, SlopeAtZero at_zero,
              std::int64_t outer_begin, std::int64_t outer_end, std::int64_t first,
              std::span<Sum> sums) {
  const auto slopes = static_cast<std::int64_t>(sums.size());
  for (std::int64_t o = outer_begin; o < outer_end; ++o) {
    for (std::int64_t k = 0; k < slopes; ++k) {
      const std::int64_t start = (o * extent.count + first + k) * extent.inner;
      Sum& sum = sums[static_cast<std::size_t>(k)];
      for (std::int64_t i = start; i < start + extent.inner; ++i) {
        const double value = widen(x[i]);
        if (takes_alpha(value, at_zero)) sum.add_product<S>(value, widen(dy[i]));
      }
    }
  }
}

/// Broadcasting as its definition has it: unflatten the offset of x into a place along each axis,
/// stay at 0 along the axes where alpha has extent 1, and flatten the place again in alpha.
std::int64_t broadcast_slope(const Problem& problem, std::int64_t i) {
  const auto [d, h, w] = problem.broadcast.spatial;
  const auto [alpha_n, alpha_c, alpha_d, alpha_h, alpha_w] = problem.broadcast.alpha;
  const std::int64_t c = problem.shape.c;
  const bool channels_first = problem.layout == Layout::nchw;
  const std::int64_t pixel = channels_first ? i % (d * h * w) : i / c % (d * h * w);
  const std::int64_t channel = channels_first ? i / (d * h * w) % c : i % c;
  const std::int64_t at_n = alpha_n == 1 ? 0 : i / (c * d * h * w);
  const std::int64_t at_c = alpha_c == 1 ? 0 : channel;
  const std::int64_t at_d = alpha_d == 1 ? 0 : pixel / (h * w);
  const std::int64_t at_h = alpha_h == 1 ? 0 : pixel / w % h;
  const std::int64_t at_w = alpha_w == 1 ? 0 : pixel % w;
  const std::int64_t at_pixel = (at_d * alpha_h + at_h) * alpha_w + at_w;
  return channels_first ? (at_n * alpha_c + at_c) * (alpha_d * alpha_h * alpha_w) + at_pixel
                        : (at_n * alpha_d * alpha_h * alpha_w + at_pixel) * alpha_c + at_c;
}

template <class S>
std::vector<Sum> sum_broadcast(const Problem& problem, const S* x, const S* dy) {
  std::vector<Sum> sums(static_cast<std::size_t>(slope_count(problem)));
  for (std::int64_t i = 0; i < problem.shape.elements(); ++i) {
    const double value = widen(x[i]);
    if (!takes_alpha(value, problem.at_zero)) continue;
    sums[static_cast<std::size_t>(broadcast_slope(problem, i))].template add_product<S>(
        value, widen(dy[i]));
  }
  return sums;
}

template <class S>
std::vector<Sum> sum_slopes(const Problem& problem, const S* x, const S* dy) {
  if (problem.alpha_mode == AlphaMode::broadcast) return sum_broadcast(problem, x, dy);
  const Extents extent = extents(problem);
  constexpr std::int64_t kTile = 64;
  const std::int64_t tiles = (extent.count + kTile - 1) / kTile;
  // Few slopes leave few tiles: cut the outer extent as well, so that every core has work.
  const std::int64_t slices = std::clamp<std::int64_t>(64 / std::max<std::int64_t>(tiles, 1), 1,
                                                       std::max<std::int64_t>(extent.outer, 1));
  const auto count = static_cast<std::size_t>(extent.count);
  std::vector<Sum> partial(static_cast<std::size_t>(slices) * count);
#pragma omp parallel for schedule(dynamic) if (problem.shape.elements() > kParallelFrom)
  for (std::int64_t job = 0; job < slices * tiles; ++job) {
    const std::int64_t slice = job / tiles;
    const std::int64_t first = job % tiles * kTile;
    const auto size = static_cast<std::size_t>(std::min(kTile, extent.count - first));
    sum_tile(x, dy, extent, problem.at_zero, extent.outer * slice / slices,
             extent.outer * (slice + 1) / slices, first,
             std::span(partial).subspan(
                 static_cast<std::size_t>(slice) * count + static_cast<std::size_t>(first), size));
  }
  std::vector<Sum> sums(partial.begin(), partial.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::int64_t slice = 1; slice < slices; ++slice) {
    for (std::size_t k = 0; k < count; ++k) {
      sums[k].add(partial[static_cast<std::size_t>(slice) * count + k]);
    }
  }
  return sums;
}

/// to[i] = slope(x[i]) * value[i], with alpha_of(i) the slope of element i.
template <class S, class A, class AlphaOf>
void scale(const Problem& problem, AlphaOf alpha_of, const S* x, const A* alpha, const S* value,
           S* to) {
  const std::int64_t elements = problem.shape.elements();
#pragma omp parallel for schedule(static) if (elements > kParallelFrom)
  for (std::int64_t i = 0; i < elements; ++i) {
    const double slope = slope_of(widen(x[i]), widen(alpha[alpha_of(i)]), problem.at_zero);
    to[i] = rounded_product<S>(slope, widen(value[i]));
  }
}

template <class S, class A>
void scale(const Problem& problem, const S* x, const A* alpha, const S* value, S* to) {
  if (problem.alpha_mode == AlphaMode::broadcast) {
    const auto alpha_of = [&problem](std::int64_t i) { return broadcast_slope(problem, i); };
    scale(problem, alpha_of, x, alpha, value, to);
  } else {
    scale(problem, alpha_map(problem), x, alpha, value, to);
  }
}

double ulp_of(DType dtype) {
  return visit_dtype(dtype, []<class S>(std::type_identity<S>) { return prelu::ulp_of<S>(); });
}

double accumulator_ulp(DType dtype) {
  return visit_dtype(
      dtype, []<class S>(std::type_identity<S>) { return prelu::ulp_of<accumulate_t<S>>(); });
}

/// Of the sum alone, before it is rounded to alpha's dtype.
double sum_error(const Problem& problem, const SlopeGradient& gradient) {
  const bool starts_from = problem.accumulate || problem.update == AlphaUpdate::sgd;
  const auto terms = static_cast<double>(gradient.terms + (starts_from ? 1 : 0));
  return 4 * std::sqrt(terms) * accumulator_ulp(problem.dtype) * gradient.magnitude;
}

}  // namespace

void forward(const Problem& problem, const Operands& operands) {
  visit_dtypes(problem, [&]<class S, class A>(std::type_identity<S>, std::type_identity<A>) {
    scale(problem, static_cast<const S*>(operands.x), static_cast<const A*>(operands.alpha),
          static_cast<const S*>(operands.x), static_cast<S*>(operands.y));
  });
}

std::vector<SlopeGradient> backward(const Problem& problem, const Operands& operands) {
  std::vector<SlopeGradient> gradients;
  visit_dtypes(problem, [&]<class S, class A>(std::type_identity<S>, std::type_identity<A>) {
    const auto* x = static_cast<const S*>(operands.x);
    const auto* dy = static_cast<const S*>(operands.dy);
    const auto* dalpha = static_cast<const A*>(operands.dalpha);
    std::vector<Sum> sums;
    if (problem.update != AlphaUpdate::frozen) sums = sum_slopes(problem, x, dy);
    gradients.reserve(sums.size());
    for (std::size_t k = 0; k < sums.size(); ++k) {
      if (problem.accumulate) sums[k].start_from(widen(dalpha[k]));
      if (problem.update == AlphaUpdate::sgd) {
        sums[k].start_from(operands.sgd.momentum * widen(dalpha[k]));
      }
      gradients.push_back(sums[k].gradient());
    }
    scale(problem, x, static_cast<const A*>(operands.alpha), dy, static_cast<S*>(operands.dx));
  });
  return gradients;
}

double rounded(double value, DType dtype) {
  return visit_dtype(dtype, [&]<class S>(std::type_identity<S>) -> double {
    return static_cast<double>(widen(narrow<S>(value)));
  });
}

double allowed_error(const Problem& problem, const SlopeGradient& gradient) {
  const double ulp = ulp_of(problem.alpha_dtype);
  return ulp * std::abs(rounded(gradient.value, problem.alpha_dtype)) +
         sum_error(problem, gradient);
}

SteppedAlpha stepped_alpha(const Problem& problem, const SgdStep& step, double alpha,
                           const SlopeGradient& momentum) {
  const double move = step.learning_rate * momentum.value;
  const double value = rounded(alpha - move, problem.alpha_dtype);
  // The sum's error on its way to alpha, then the roundings of the product, the difference, and the
  // result.
  const double allowed = step.learning_rate * sum_error(problem, momentum) +
                         2 * accumulator_ulp(problem.dtype) * (std::abs(alpha) + std::abs(move)) +
                         ulp_of(problem.alpha_dtype) * std::abs(value);
  return {.value = value, .allowed = allowed};
}

}  // namespace prelu::reference
