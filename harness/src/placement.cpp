#include "placement.hpp"

#include <algorithm>
#include <cstdint>

#include "dtype.hpp"

namespace prelu::harness {
namespace {

bool is_like_alpha(std::string_view operand) {
  return operand == "alpha" || operand == "dalpha" || operand == "alpha_out";
}

DType dtype_of(const Problem& problem, std::string_view operand) {
  return is_like_alpha(operand) ? problem.alpha_dtype : problem.dtype;
}

}  // namespace

std::vector<std::string_view> stored_operands(const Problem& problem) {
  std::vector<std::string_view> operands{"x", "alpha"};
  if (problem.direction == Direction::forward) {
    if (!problem.in_place) operands.emplace_back("y");
    return operands;
  }
  operands.emplace_back("dy");
  if (!problem.in_place) operands.emplace_back("dx");
  if (problem.update != AlphaUpdate::frozen) operands.emplace_back("dalpha");
  if (problem.update == AlphaUpdate::sgd && !problem.in_place) operands.emplace_back("alpha_out");
  return operands;
}

std::size_t operand_bytes(const Problem& problem, std::string_view operand) {
  if (std::ranges::count(stored_operands(problem), operand) == 0) return 0;
  const std::int64_t elements =
      is_like_alpha(operand) ? slope_count(problem) : problem.shape.elements();
  return static_cast<std::size_t>(elements) * size_of(dtype_of(problem, operand));
}

std::size_t offset_bytes(const Case& c, std::string_view operand) {
  const std::int64_t elements = c.offset + (operand == c.shifted ? 1 : 0);
  return static_cast<std::size_t>(elements) * size_of(dtype_of(c.problem, operand));
}

}  // namespace prelu::harness
