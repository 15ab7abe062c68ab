// What is to be computed: one PReLU problem, independent of who computes it.
#pragma once

#include <cstdint>
#include <stdexcept>

namespace prelu {

enum class Backend { cpu, cuda };
enum class Direction { forward, backward };
enum class DType { f16, bf16, f32, f64 };
enum class Layout { nchw, nhwc };

/// How many slopes there are: 1, one a channel (c), or one an element (c * spatial, shared over n).
enum class AlphaMode { shared, per_channel, per_element };

/// The slope where x is neither positive nor negative: at +0, -0 and NaN. Frameworks disagree:
/// `one` is the textbook `x >= 0 ? x : alpha * x` and ONNX; `alpha` is PyTorch and oneDNN, and
/// lets x * dy enter dalpha there; `zero` is Keras, whose relu(x) - alpha * relu(-x) has no
/// gradient at 0.
enum class SlopeAtZero { one, alpha, zero };

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

/// With slope = x > 0 ? 1 : x < 0 ? alpha : at_zero,
/// forward computes y = slope * x; backward computes dx = slope * dy and
/// dalpha = sum of x * dy over the x that take alpha.
///
/// x, y, dy and dx are dense, in `layout`, of `dtype`. alpha and dalpha are dense, of
/// `alpha_dtype`, which is x's dtype or f32. Products are rounded to f32 (f64 for f64) and then to
/// the dtype.
struct Problem {
  Direction direction = Direction::forward;
  DType dtype = DType::f32;
  DType alpha_dtype = dtype;
  Layout layout = Layout::nchw;
  AlphaMode alpha_mode = AlphaMode::per_channel;
  Shape shape;
  SlopeAtZero at_zero = SlopeAtZero::one;
  bool in_place = false;    ///< y is x; dx is dy
  bool accumulate = false;  ///< backward adds to dalpha instead of overwriting it

  friend bool operator==(const Problem&, const Problem&) = default;
};

/// The map of a problem's layout and alpha mode.
constexpr AlphaMap alpha_map(const Problem& problem) {
  const Shape& shape = problem.shape;
  switch (problem.alpha_mode) {
    case AlphaMode::shared: return {.inner = 1, .count = 1};
    case AlphaMode::per_channel:
      return {.inner = problem.layout == Layout::nchw ? shape.spatial : 1, .count = shape.c};
    case AlphaMode::per_element: return {.inner = 1, .count = shape.c * shape.spatial};
  }
  throw std::invalid_argument("prelu: unknown AlphaMode");
}

/// Throws std::invalid_argument when a dimension is negative, when the bytes of a tensor do not fit
/// in 63 bits, when alpha's dtype is neither x's nor f32, or when forward is asked to accumulate.
void validate(const Problem& problem);

/// The bytes that any implementation must move: forward reads x and alpha and writes y; backward
/// reads x, dy and alpha and writes dx and dalpha (and reads dalpha to accumulate).
std::int64_t minimal_bytes(const Problem& problem);

}  // namespace prelu
