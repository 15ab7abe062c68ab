// Enumerators <-> their one spelling, strict in both directions.
#pragma once

#include <string>
#include <string_view>

#include "prelu/problem.hpp"

namespace prelu {

std::string_view name(Backend value);
std::string_view name(Direction value);
std::string_view name(DType value);
std::string_view name(Layout value);
std::string_view name(AlphaMode value);
std::string_view name(AlphaUpdate value);
std::string_view name(SlopeAtZero value);

/// Throws std::invalid_argument, e.g. "'fp32' is none of: f16, bf16, f32, f64".
template <class Enum>
Enum parse(std::string_view text);

template <>
Backend parse(std::string_view text);
template <>
Direction parse(std::string_view text);
template <>
DType parse(std::string_view text);
template <>
Layout parse(std::string_view text);
template <>
AlphaMode parse(std::string_view text);
template <>
AlphaUpdate parse(std::string_view text);
template <>
SlopeAtZero parse(std::string_view text);

}  // namespace prelu
