// Which operands a case has in memory, how large they are, and where they lie.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "case.hpp"
#include "prelu/problem.hpp"

namespace prelu::harness {

/// The operands that have memory of their own, the workspace aside: in place, y is x, dx is dy and
/// alpha_out is alpha.
std::vector<std::string_view> stored_operands(const Problem& problem);

/// 0 for an operand that the problem has not, or not in memory of its own.
std::size_t operand_bytes(const Problem& problem, std::string_view operand);

/// By how many bytes an operand lies past an aligned address.
std::size_t offset_bytes(const Case& c, std::string_view operand);

}  // namespace prelu::harness
