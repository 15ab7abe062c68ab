// The problems that a row of the matrix stands for.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "names.hpp"
#include "prelu/problem.hpp"
#include "variant_matrix.hpp"

namespace prelu {

/// The dtypes of x, each with alpha alike or in f32.
inline constexpr auto kDTypePairs = std::to_array<std::pair<DType, DType>>({
    {DType::f16, DType::f16},
    {DType::f16, DType::f32},
    {DType::bf16, DType::bf16},
    {DType::bf16, DType::f32},
    {DType::f32, DType::f32},
    {DType::f64, DType::f64},
    {DType::f64, DType::f32},
});

/// Awkward and ordinary shapes in every dtype, with every option that the row leaves open.
inline std::vector<Problem> problems_of(const MatrixRow& row) {
  std::vector<Problem> problems;
  const auto add = [&](DType dtype, DType alpha_dtype, const Shape& shape, SlopeAtZero at_zero,
                       bool option) {
    Problem problem{.direction = parse<Direction>(row.direction),
                    .dtype = dtype,
                    .alpha_dtype = alpha_dtype,
                    .layout = parse<Layout>(row.layout),
                    .alpha_mode = parse<AlphaMode>(row.alpha_mode),
                    .shape = shape,
                    .at_zero = at_zero,
                    .in_place = option,
                    .update = parse<AlphaUpdate>(row.update)};
    problem.accumulate = option && problem.direction == Direction::backward &&
                         problem.update == AlphaUpdate::gradient;
    if (problem.alpha_mode == AlphaMode::broadcast) {  // along the batch and the width
      problem.broadcast = {.spatial = {1, 1, shape.spatial},
                           .alpha = {shape.n, 1, 1, 1, shape.spatial}};
    }
    problems.push_back(problem);
  };
  for (const auto& [dtype, alpha_dtype] : kDTypePairs) {
    for (const Shape shape : {Shape{2, 3, 5}, Shape{4, 64, 196}, Shape{0, 3, 4}, Shape{7, 1, 1}}) {
      for (const SlopeAtZero at_zero : {SlopeAtZero::one, SlopeAtZero::alpha, SlopeAtZero::zero}) {
        for (const bool option : {false, true}) add(dtype, alpha_dtype, shape, at_zero, option);
      }
    }
  }
  return problems;
}

}  // namespace prelu
