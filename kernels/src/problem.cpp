#include "prelu/problem.hpp"

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

}  // namespace

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
}

std::int64_t minimal_bytes(const Problem& problem) {
  const auto element = static_cast<std::int64_t>(size_of(problem.dtype));
  const auto slopes =
      alpha_map(problem).count * static_cast<std::int64_t>(size_of(problem.alpha_dtype));
  const bool forward = problem.direction == Direction::forward;
  const std::int64_t tensors = forward ? 2 : 3;
  const std::int64_t vectors = forward ? 1 : problem.accumulate ? 3 : 2;
  return tensors * element * problem.shape.elements() + vectors * slopes;
}

}  // namespace prelu
