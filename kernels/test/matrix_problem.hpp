// The problems that a row of the matrix stands for.
#pragma once

#include <vector>

#include "names.hpp"
#include "prelu/problem.hpp"
#include "variant_matrix.hpp"

namespace prelu {

/// Awkward and ordinary shapes, with every option that the row leaves open.
inline std::vector<Problem> problems_of(const MatrixRow& row) {
  std::vector<Problem> problems;
  for (const Shape shape : {Shape{2, 3, 5}, Shape{4, 64, 196}, Shape{0, 3, 4}, Shape{7, 1, 1}}) {
    for (const SlopeAtZero at_zero : {SlopeAtZero::one, SlopeAtZero::alpha, SlopeAtZero::zero}) {
      for (const bool option : {false, true}) {
        const auto direction = parse<Direction>(row.direction);
        problems.push_back({.direction = direction,
                            .dtype = parse<DType>(row.dtype),
                            .alpha_dtype = parse<DType>(row.alpha_dtype),
                            .layout = parse<Layout>(row.layout),
                            .alpha_mode = parse<AlphaMode>(row.alpha_mode),
                            .shape = shape,
                            .at_zero = at_zero,
                            .in_place = option,
                            .accumulate = option && direction == Direction::backward});
      }
    }
  }
  return problems;
}

}  // namespace prelu
