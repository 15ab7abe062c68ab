// What is to be computed: one PReLU problem, independent of who computes it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace prelu {

enum class Backend { cpu, cuda };
enum class Direction { forward, backward };
enum class DType { f16, bf16, f32, f64 };
enum class Layout { nchw, nhwc };

/// How many slopes there are: 1, one a channel (c), one an element (c * spatial, shared over n), or
/// as many as a shape of alpha has that broadcasts to x's (ONNX; Keras' shared_axes): see
/// Broadcast.
enum class AlphaMode { shared, per_channel, per_element, broadcast };

/// The slope where x is neither positive nor negative: at +0, -0 and NaN. Frameworks disagree:
/// `one` is the textbook `x >= 0 ? x : alpha * x` and ONNX; `alpha` is PyTorch and oneDNN, and
/// lets x * dy enter dalpha there; `zero` is Keras, whose relu(x) - alpha * relu(-x) has no
/// gradient at 0.
enum class SlopeAtZero { one, alpha, zero };

/// What backward does for alpha, besides dx: writes its gradient to dalpha; nothing, because alpha
/// is frozen; or takes a step of gradient descent with momentum, without weight decay, where dalpha
/// holds the momentum: dalpha = momentum * dalpha + gradient, then
/// new alpha = alpha - learning_rate * dalpha. (He et al. 2015 keep learning_rate * dalpha instead:
/// the same, while the rate does not change.)
enum class AlphaUpdate { gradient, frozen, sgd };

/// Batch, channels, and the flattened rest (H * W, or T, or D * H * W). [N, C] has spatial = 1.
struct Shape {
  std::int64_t n = 1;
  std::int64_t c = 1;
  std::int64_t spatial = 1;

  constexpr std::int64_t elements() const { return n * c * spatial; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// Maps a flat element offset to the offset of its slope: (i / inner) % count.
/// Every combination of layout and alpha mode is some (inner, count).
struct AlphaMap {
  std::int64_t inner = 1;
  std::int64_t count = 1;

  constexpr std::int64_t operator()(std::int64_t i) const { return (i / inner) % count; }
  friend bool operator==(const AlphaMap&, const AlphaMap&) = default;
};

/// The shapes of AlphaMode::broadcast, in the order n, c, d, h, w whatever the layout. Alpha lies
/// in memory in the order of x's axes.
struct Broadcast {
  static constexpr std::size_t kAxes = 5;

  std::array<std::int64_t, 3> spatial{1, 1, 1};  ///< d, h and w of x: Shape::spatial unflattened
  std::array<std::int64_t, kAxes> alpha{1, 1, 1, 1, 1};  ///< along each axis 1, or as many as x has

  friend bool operator==(const Broadcast&, const Broadcast&) = default;
};

/// With slope = x > 0 ? 1 : x < 0 ? alpha : at_zero,
/// forward computes y = slope * x; backward computes dx = slope * dy and
/// dalpha = sum of x * dy over the x that take alpha.
///
/// x, y, dy and dx are dense, in `layout`, of `dtype`. alpha and dalpha are dense, of
/// `alpha_dtype`, which is x's dtype or f32. Products are rounded to f32 (f64 for f64) and then to
/// the dtype. So is dalpha, with `update` gradient; AlphaUpdate says what the others do.
struct Problem {
  Direction direction = Direction::forward;
  DType dtype = DType::f32;
  DType alpha_dtype = dtype;
  Layout layout = Layout::nchw;
  AlphaMode alpha_mode = AlphaMode::per_channel;
  Shape shape;
  SlopeAtZero at_zero = SlopeAtZero::one;
  bool in_place = false;    ///< y is x; dx is dy; sgd writes the new alpha over alpha
  bool accumulate = false;  ///< backward adds to dalpha instead of overwriting it
  AlphaUpdate update = AlphaUpdate::gradient;
  Broadcast broadcast;  ///< of AlphaMode::broadcast

  friend bool operator==(const Problem&, const Problem&) = default;
};

/// The map of a problem's layout and alpha mode. Throws std::invalid_argument for a broadcast,
/// which needs a BroadcastMap.
constexpr AlphaMap alpha_map(const Problem& problem) {
  const Shape& shape = problem.shape;
  switch (problem.alpha_mode) {
    case AlphaMode::shared: return {.inner = 1, .count = 1};
    case AlphaMode::per_channel:
      return {.inner = problem.layout == Layout::nchw ? shape.spatial : 1, .count = shape.c};
    case AlphaMode::per_element: return {.inner = 1, .count = shape.c * shape.spatial};
    case AlphaMode::broadcast:
      throw std::invalid_argument("prelu: a broadcast is no (i / inner) % count");
  }
  throw std::invalid_argument("prelu: unknown AlphaMode");
}

/// Maps a flat element offset to the offset of its slope, for any broadcast of alpha: x's axes in
/// the order of memory, outermost first, and by how far a step along each moves in alpha (0 where
/// alpha has one slope for the whole axis).
struct BroadcastMap {
  std::array<std::int64_t, Broadcast::kAxes> extent{1, 1, 1, 1, 1};
  std::array<std::int64_t, Broadcast::kAxes> stride{};

  constexpr std::int64_t operator()(std::int64_t i) const {
    std::int64_t offset = 0;
    for (std::size_t axis = Broadcast::kAxes; axis-- > 0;) {
      const std::int64_t outer = i / extent[axis];
      offset += (i - outer * extent[axis]) * stride[axis];
      i = outer;
    }
    return offset;
  }
  friend bool operator==(const BroadcastMap&, const BroadcastMap&) = default;
};

/// The map of any problem; of one that is not a broadcast, it maps as alpha_map does.
BroadcastMap broadcast_map(const Problem& problem);

/// How many slopes alpha has.
constexpr std::int64_t slope_count(const Problem& problem) {
  if (problem.alpha_mode != AlphaMode::broadcast) return alpha_map(problem).count;
  std::int64_t count = 1;
  for (const std::int64_t extent : problem.broadcast.alpha) count *= extent;
  return count;
}

/// Throws std::invalid_argument when a dimension is negative, when the bytes of a tensor do not fit
/// in 63 bits, when alpha's dtype is neither x's nor f32, when alpha's shape does not broadcast to
/// x's, when forward is asked to accumulate or to update alpha, or when there is no gradient to
/// accumulate.
void validate(const Problem& problem);

/// The bytes that any implementation must move: forward reads x and alpha and writes y; backward
/// reads x, dy and alpha and writes dx and dalpha (and reads dalpha to accumulate); sgd reads and
/// writes both alpha and dalpha.
std::int64_t minimal_bytes(const Problem& problem);

}  // namespace prelu
