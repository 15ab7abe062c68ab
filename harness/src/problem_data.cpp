#include "problem_data.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "dtype.hpp"
#include "reference.hpp"

namespace prelu::harness {
namespace {

constexpr std::int64_t kParallelFrom = 1 << 15;  // elements; fewer are not worth waking threads for

/// Every number drawn is a function of (seed, tensor, index): any part of a tensor can be drawn by
/// any thread. The mixing is SplitMix64's finaliser.
enum class Tensor : std::uint64_t { x = 1, alpha = 2, dy = 3, dalpha = 4 };

std::uint64_t draw(std::uint64_t seed, Tensor tensor, std::int64_t index) {
  std::uint64_t z = seed * 0x9E37'79B9'7F4A'7C15ULL + static_cast<std::uint64_t>(tensor) +
                    static_cast<std::uint64_t>(index) * 0xD1B5'4A32'D192'ED03ULL;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBULL;
  return z ^ (z >> 31);
}

/// From -2 to 2 with a step of 2^-20, bell-shaped: no product of two falls out of any dtype's
/// normal range in f32.
double bell(std::uint64_t bits) {
  constexpr std::uint64_t kMask = (1U << 20) - 1;
  const auto sum =
      static_cast<double>((bits & kMask) + ((bits >> 20) & kMask) + ((bits >> 40) & kMask));
  return (sum - 1.5 * 0x1p20) * (4.0 / 3.0) * 0x1p-20;
}

/// The numbers where a format ends.
struct Limits {
  double subnormal;  ///< the smallest
  double normal;     ///< the smallest
  double largest;
};

Limits limits_of(DType dtype) {
  switch (dtype) {
    case DType::f16: return {0x1p-24, 0x1p-14, 65504};
    case DType::bf16: return {0x1p-133, 0x1p-126, 0x1.FEp127};
    case DType::f32: return {0x1p-149, 0x1p-126, std::numeric_limits<float>::max()};
    case DType::f64:
      return {std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::min(),
              std::numeric_limits<double>::max()};
  }
  return {};
}

double special_x(std::uint64_t bits, const Limits& limits) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double sign = (bits & 1) != 0 ? -1 : 1;
  switch ((bits >> 1) % 16) {
    case 0: return sign * 0.0;
    case 1: return sign * kInfinity;
    case 2: return std::numeric_limits<double>::quiet_NaN();
    case 3: return sign * limits.subnormal;
    case 4: return sign * limits.normal;
    case 5: return sign * limits.largest;
    case 6: return sign * 3 * limits.subnormal;
    default: return sign * std::ldexp(1.0 + static_cast<double>((bits >> 8) % 4) / 4, 0);
  }
}

/// Powers of two only, so that no product beside a special value is rounded below f32's range.
double special_alpha(std::uint64_t bits) {
  constexpr std::array kSlopes{0.5,  -0.5, 0.0,  1.0,
                               -1.0, 2.0,  -0.0, std::numeric_limits<double>::infinity()};
  return kSlopes[bits % kSlopes.size()];
}

/// A large x meets a small dy, so that the order of a sum does not decide whether it overflows; a
/// tiny x meets a dy that loses none of its bits.
double special_dy(double x, std::uint64_t bits, const Limits& limits) {
  const double sign = (bits & 1) != 0 ? -1 : 1;
  if (std::abs(x) > 1e4 && std::isfinite(x)) return sign * 0x1p-14;
  if (x != 0 && std::abs(x) <= limits.normal) return sign * ((bits & 2) != 0 ? 2 : 1);
  constexpr std::array kValues{1.0, 0.5, 2.0, 0.25, 1.0, 0.0, 1.0, 1.0};
  return sign * kValues[(bits >> 1) % kValues.size()];
}

/// A few slopes have a meaning of their own: ReLU, identity, above 1, and below 0. The first slope,
/// which may be the only one, is another in each kind of data.
double ordinary_alpha(DataKind kind, std::int64_t k, std::uint64_t bits) {
  constexpr std::array kMeaningful{-0.25, 0.0, 1.0, 1.75};
  if (k == 0 && kind == DataKind::integer) return kMeaningful[0];
  if (k == 0 && kind == DataKind::equal) return kMeaningful[1];
  if (k == 0 && kind == DataKind::cancelling) return kMeaningful[2];
  if (k == 0 && kind == DataKind::overflowing) return kMeaningful[3];
  if (k > 0 && bits % 16 < kMeaningful.size()) return kMeaningful[bits % 16];
  return 0.25 + bell(bits >> 4) / 4;
}

/// x is mostly negative, so that almost every lost term shows.
double integer_x(std::uint64_t bits) {
  const double magnitude = (bits >> 8) % 2 == 0 ? 1 : 2;
  return (bits & 7) == 0 ? magnitude : -magnitude;
}

/// The slope of an element, and its place among the terms of that slope.
class PlaceInSums {
 public:
  explicit PlaceInSums(const Problem& problem)
      : broadcast_(problem.alpha_mode == AlphaMode::broadcast) {
    if (!broadcast_) {
      map_ = alpha_map(problem);
      return;
    }
    slopes_ = broadcast_map(problem);
    // The axes that alpha does not have are those that are summed over.
    ranks_.extent = slopes_.extent;
    std::int64_t step = 1;
    for (std::size_t axis = Broadcast::kAxes; axis-- > 0;) {
      if (slopes_.stride[axis] != 0) continue;
      ranks_.stride[axis] = step;
      step *= ranks_.extent[axis];
    }
  }

  std::int64_t slope(std::int64_t i) const { return broadcast_ ? slopes_(i) : map_(i); }
  std::int64_t rank(std::int64_t i) const {
    return broadcast_ ? ranks_(i) : i / (map_.inner * map_.count) * map_.inner + i % map_.inner;
  }

 private:
  bool broadcast_;
  AlphaMap map_;
  BroadcastMap slopes_;
  BroadcastMap ranks_;
};

/// Integer data: the terms of a slope cancel in pairs that lie half the sum apart, but for a few.
/// So every sum is an integer below 256, which even bf16 holds exactly, and a kernel that loses a
/// term, or a block of them, is off by an integer that shows. Both of a pair are drawn from the
/// same bits.
class Pairs {
 public:
  explicit Pairs(const Problem& problem)
      : place_(problem),
        terms_(problem.shape.elements() / std::max<std::int64_t>(1, slope_count(problem))) {}

  std::int64_t terms() const { return terms_; }

  /// What element i is drawn by.
  std::int64_t key(std::int64_t i) const {
    return place_.slope(i) * terms_ + place_.rank(i) % half();
  }

  /// 1 or -1; `random` is the same for both of a pair.
  double sign(std::int64_t i, bool random) const {
    if (!cancels(i)) return 1;
    return random == (place_.rank(i) / half() % 2 == 1) ? -1 : 1;
  }

  bool cancels(std::int64_t i) const {
    constexpr std::int64_t kNotCancelled = 40;
    return place_.rank(i) % half() >= kNotCancelled;
  }

 private:
  std::int64_t half() const { return std::max<std::int64_t>(1, terms_ / 2); }

  PlaceInSums place_;
  std::int64_t terms_;
};

/// Draws one problem's inputs, kind by kind.
class Drawer {
 public:
  Drawer(const Problem& problem, const Dataset& dataset)
      : dataset_(dataset), limits_(limits_of(problem.dtype)), pairs_(problem) {
    // Keeps sum |x * dy| below 2^24 a slope: beyond 2^23 terms, some dy of integer data are 0.
    constexpr std::int64_t kMostTerms = std::int64_t{1} << 23;
    stride_ = static_cast<std::uint64_t>((pairs_.terms() + kMostTerms - 1) / kMostTerms);
  }

  double x(std::int64_t i) const {
    const std::uint64_t bits = draw(dataset_.seed, Tensor::x, key(i));
    switch (dataset_.kind) {
      case DataKind::random: return bell(bits);
      case DataKind::special: return special_x(bits, limits_);
      case DataKind::integer: return integer_x(bits);
      case DataKind::equal:
      case DataKind::cancelling: return -1;
      case DataKind::overflowing: return -300;
      case DataKind::positive: return std::abs(bell(bits)) + 0x1p-10;
      case DataKind::one_hot: return -static_cast<double>(1 + i % 97);
    }
    return 0;
  }

  double dy(std::int64_t i) const {
    const std::uint64_t bits = draw(dataset_.seed, Tensor::dy, key(i));
    switch (dataset_.kind) {
      case DataKind::random:
      case DataKind::positive: return bell(bits);
      case DataKind::special: return special_dy(x(i), bits, limits_);
      case DataKind::integer: {
        const bool counts = !pairs_.cancels(i) || stride_ <= 1 || (bits >> 8) % stride_ == 0;
        return counts ? pairs_.sign(i, (bits & 1) != 0) : 0;
      }
      case DataKind::equal: return 1;
      case DataKind::cancelling: return i % 2 == 0 ? 3 : -3;
      case DataKind::overflowing: return 300;
      case DataKind::one_hot: return i == dataset_.position ? 1 : 0;
    }
    return 0;
  }

  double alpha(std::int64_t k) const {
    const std::uint64_t bits = draw(dataset_.seed, Tensor::alpha, k);
    return dataset_.kind == DataKind::special ? special_alpha(bits)
                                              : ordinary_alpha(dataset_.kind, k, bits);
  }

  double dalpha_before(std::int64_t k) const {
    const std::uint64_t bits = draw(dataset_.seed, Tensor::dalpha, k);
    return integer_sums() ? static_cast<double>(bits % 7) - 3 : bell(bits);
  }

  /// All terms are integers: a sum below 2^24 is exact in every order.
  bool integer_sums() const {
    switch (dataset_.kind) {
      case DataKind::random:
      case DataKind::special: return false;
      default: return true;
    }
  }

 private:
  std::int64_t key(std::int64_t i) const {
    return dataset_.kind == DataKind::integer ? pairs_.key(i) : i;
  }

  Dataset dataset_;
  Limits limits_;
  Pairs pairs_;
  std::uint64_t stride_;
};

/// `count` elements of S, each drawn and rounded once.
template <class S, class Draw>
std::vector<std::byte> fill(std::int64_t count, Draw draw_one) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count) * sizeof(S));
  auto* values = reinterpret_cast<S*>(bytes.data());
#pragma omp parallel for schedule(static) if (count > kParallelFrom)
  for (std::int64_t i = 0; i < count; ++i) values[i] = narrow<S>(draw_one(i));
  return bytes;
}

ExpectedSlope expected_gradient(const Problem& problem, const reference::SlopeGradient& gradient,
                                bool integer_sums) {
  // Half the momentum of a step is a multiple of a half: one bit less is left for the sum.
  const double exact_below = problem.update == AlphaUpdate::sgd ? 0x1p23 : 0x1p24;
  const bool exact = integer_sums && gradient.magnitude < exact_below;
  return {.value = reference::rounded(gradient.value, problem.alpha_dtype),
          .allowed = exact ? 0 : reference::allowed_error(problem, gradient)};
}

std::vector<ExpectedSlope> expected_alpha_out(
    const Problem& problem, const ProblemData& data,
    const std::vector<reference::SlopeGradient>& momentum) {
  return visit_dtype(problem.alpha_dtype, [&]<class A>(std::type_identity<A>) {
    const auto* alpha = reinterpret_cast<const A*>(data.alpha.data());
    std::vector<ExpectedSlope> slopes;
    for (std::size_t k = 0; k < momentum.size(); ++k) {
      const auto [value, allowed] =
          reference::stepped_alpha(problem, kSgdStep, widen(alpha[k]), momentum[k]);
      slopes.push_back({.value = value, .allowed = allowed});
    }
    return slopes;
  });
}

void compute_expected(const Problem& problem, bool integer_sums, ProblemData& data) {
  data.expected.resize(data.x.size());
  if (problem.direction == Direction::forward) {
    reference::forward(problem,
                       {.x = data.x.data(), .alpha = data.alpha.data(), .y = data.expected.data()});
    return;
  }
  const auto gradients = reference::backward(problem, {.x = data.x.data(),
                                                       .alpha = data.alpha.data(),
                                                       .dy = data.dy.data(),
                                                       .dx = data.expected.data(),
                                                       .dalpha = data.dalpha_before.data(),
                                                       .sgd = kSgdStep});
  data.expected_dalpha.reserve(gradients.size());
  for (const auto& gradient : gradients) {
    data.expected_dalpha.push_back(expected_gradient(problem, gradient, integer_sums));
  }
  if (problem.update == AlphaUpdate::sgd) {
    data.expected_alpha_out = expected_alpha_out(problem, data, gradients);
  }
}

}  // namespace

std::string describe(const Dataset& dataset) {
  switch (dataset.kind) {
    case DataKind::random: return "random";
    case DataKind::special: return "special";
    case DataKind::integer: return "integer";
    case DataKind::equal: return "equal";
    case DataKind::cancelling: return "cancelling";
    case DataKind::overflowing: return "overflowing";
    case DataKind::positive: return "positive";
    case DataKind::one_hot: return "one_hot at " + std::to_string(dataset.position);
  }
  return "unknown";
}

std::vector<Dataset> datasets_for(const Problem& problem, std::uint64_t seed) {
  constexpr std::int64_t kSmall = 1 << 16;
  constexpr std::int64_t kTiny = 64;
  const bool backward = problem.direction == Direction::backward;
  const std::int64_t elements = problem.shape.elements();

  std::vector<Dataset> sets{{.kind = DataKind::random, .seed = seed}};
  if (elements > kSmall) {
    if (backward) sets.push_back({.kind = DataKind::integer, .seed = seed});
    return sets;
  }
  for (const DataKind kind : {DataKind::special, DataKind::integer, DataKind::equal,
                              DataKind::cancelling, DataKind::overflowing, DataKind::positive}) {
    sets.push_back({.kind = kind, .seed = seed});
  }
  if (!backward || elements > kTiny) return sets;
  for (std::int64_t i = 0; i < elements; ++i) {
    sets.push_back({.kind = DataKind::one_hot, .seed = seed, .position = i});
  }
  return sets;
}

ProblemData make_data(const Problem& problem, const Dataset& dataset) {
  const Drawer drawer(problem, dataset);
  const std::int64_t elements = problem.shape.elements();
  const std::int64_t slopes = slope_count(problem);
  ProblemData data;
  visit_dtypes(problem, [&]<class S, class A>(std::type_identity<S>, std::type_identity<A>) {
    data.x = fill<S>(elements, [&](std::int64_t i) { return drawer.x(i); });
    data.alpha = fill<A>(slopes, [&](std::int64_t k) { return drawer.alpha(k); });
    if (problem.direction == Direction::backward) {
      data.dy = fill<S>(elements, [&](std::int64_t i) { return drawer.dy(i); });
    }
    if (problem.accumulate || problem.update == AlphaUpdate::sgd) {
      data.dalpha_before = fill<A>(slopes, [&](std::int64_t k) { return drawer.dalpha_before(k); });
    }
  });
  compute_expected(problem, drawer.integer_sums(), data);
  return data;
}

std::int64_t data_bytes(const Problem& problem) {
  const auto element = static_cast<std::int64_t>(size_of(problem.dtype));
  const std::int64_t tensors = problem.direction == Direction::forward ? 2 : 3;
  constexpr std::int64_t kBytesPerSlope = 8 + 8 + 32 + 3 * 40;  // alpha, dalpha, expected, sums
  return tensors * element * problem.shape.elements() + kBytesPerSlope * slope_count(problem);
}

}  // namespace prelu::harness
