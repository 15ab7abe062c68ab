#include "prelu/problem.hpp"

#include <array>
#include <limits>
#include <stdexcept>
#include <string>

#include "dtype.hpp"

namespace prelu {
namespace {

std::int64_t checked_product(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    throw std::invalid_argument("prelu: the shape's bytes do not fit in 63 bits");
  }
  return product;
}

void check_dimension(const char* dimension, std::int64_t value) {
  if (value < 0) {
    throw std::invalid_argument("prelu: shape." + std::string(dimension) + " is " +
                                std::to_string(value) + "; it must be 0 or more");
  }
}

constexpr std::array kAxisNames{"n", "c", "d", "h", "w"};

/// x's extents in the order n, c, d, h, w. What is not a broadcast has its spatial axes in the
/// last.
std::array<std::int64_t, Broadcast::kAxes> extents(const Problem& problem) {
  const Shape& shape = problem.shape;
  if (problem.alpha_mode != AlphaMode::broadcast) return {shape.n, shape.c, 1, 1, shape.spatial};
  const auto [d, h, w] = problem.broadcast.spatial;
  return {shape.n, shape.c, d, h, w};
}

/// Alpha's, in that order.
std::array<std::int64_t, Broadcast::kAxes> alpha_extents(const Problem& problem) {
  const Shape& shape = problem.shape;
  switch (problem.alpha_mode) {
    case AlphaMode::shared: return {1, 1, 1, 1, 1};
    case AlphaMode::per_channel: return {1, shape.c, 1, 1, 1};
    case AlphaMode::per_element: return {1, shape.c, 1, 1, shape.spatial};
    case AlphaMode::broadcast: return problem.broadcast.alpha;
  }
  throw std::invalid_argument("prelu: unknown AlphaMode");
}

void validate_broadcast(const Problem& problem) {
  const auto [d, h, w] = problem.broadcast.spatial;
  for (const std::int64_t extent : problem.broadcast.spatial) {
    check_dimension("spatial", extent);
  }
  if (checked_product(checked_product(d, h), w) != problem.shape.spatial) {
    throw std::invalid_argument("prelu: the broadcast's d, h and w do not multiply to spatial");
  }
  const auto x = extents(problem);
  for (std::size_t axis = 0; axis < Broadcast::kAxes; ++axis) {
    const std::int64_t extent = problem.broadcast.alpha[axis];
    if (extent == 1 || extent == x[axis]) continue;
    throw std::invalid_argument(std::string("prelu: alpha's shape has ") + std::to_string(extent) +
                                " along " + kAxisNames[axis] + "; allowed are 1 and x's " +
                                std::to_string(x[axis]));
  }
}

/// How many times alpha, or something of its size, is read or written.
std::int64_t alpha_accesses(const Problem& problem) {
  if (problem.direction == Direction::forward) return 1;
  switch (problem.update) {
    case AlphaUpdate::gradient: return problem.accumulate ? 3 : 2;
    case AlphaUpdate::frozen: return 1;
    case AlphaUpdate::sgd: return 4;
  }
  throw std::invalid_argument("prelu: unknown AlphaUpdate");
}

}  // namespace

BroadcastMap broadcast_map(const Problem& problem) {
  const auto x = extents(problem);
  const auto alpha = alpha_extents(problem);
  constexpr std::array<std::size_t, Broadcast::kAxes> kNchw{0, 1, 2, 3, 4};
  constexpr std::array<std::size_t, Broadcast::kAxes> kNhwc{0, 2, 3, 4, 1};
  const auto& order = problem.layout == Layout::nchw ? kNchw : kNhwc;
  BroadcastMap map;
  std::int64_t step = 1;
  for (std::size_t k = Broadcast::kAxes; k-- > 0;) {
    const std::size_t axis = order[k];
    map.extent[k] = x[axis];
    map.stride[k] = alpha[axis] == 1 ? 0 : step;
    step *= alpha[axis];
  }
  return map;
}

void validate(const Problem& problem) {
  const Shape& shape = problem.shape;
  check_dimension("n", shape.n);
  check_dimension("c", shape.c);
  check_dimension("spatial", shape.spatial);
  // Every partial product is a size that some code forms: none may overflow, even beside a zero.
  constexpr std::int64_t kWidest = 64;  // more than all tensors of one element together
  const std::int64_t plane = checked_product(shape.c, shape.spatial);
  checked_product(checked_product(plane, shape.n), kWidest);
  checked_product(checked_product(shape.n, shape.c), kWidest);
  checked_product(checked_product(shape.n, shape.spatial), kWidest);
  checked_product(plane, kWidest);
  if (problem.alpha_dtype != problem.dtype && problem.alpha_dtype != DType::f32) {
    throw std::invalid_argument("prelu: alpha_dtype must be x's dtype or f32");
  }
  if (problem.accumulate && problem.direction == Direction::forward) {
    throw std::invalid_argument("prelu: accumulate is for backward only");
  }
  if (problem.update != AlphaUpdate::gradient) {
    if (problem.direction == Direction::forward) {
      throw std::invalid_argument("prelu: alpha is updated by backward only");
    }
    if (problem.accumulate) {
      throw std::invalid_argument(
          "prelu: accumulate is for the gradient; frozen and sgd have none");
    }
  }
  if (problem.alpha_mode == AlphaMode::broadcast) {
    validate_broadcast(problem);
  } else if (!(problem.broadcast == Broadcast{})) {
    throw std::invalid_argument("prelu: broadcast is for AlphaMode::broadcast");
  }
}

std::int64_t minimal_bytes(const Problem& problem) {
  const auto element = static_cast<std::int64_t>(size_of(problem.dtype));
  const auto slopes =
      slope_count(problem) * static_cast<std::int64_t>(size_of(problem.alpha_dtype));
  const bool forward = problem.direction == Direction::forward;
  const std::int64_t tensors = forward ? 2 : 3;
  return tensors * element * problem.shape.elements() + alpha_accesses(problem) * slopes;
}

}  // namespace prelu
