// What a caller can get wrong about the memory of a run, found before anything is launched.
#pragma once

#include <cstddef>

#include "prelu/operands.hpp"
#include "prelu/problem.hpp"

namespace prelu {

/// Throws std::invalid_argument that names the first operand which the problem needs and which is
/// null, not aligned to its element (the workspace: to 256 bytes), or where it may not be: see
/// Operands.
void check_operands(const Problem& problem, const Operands& operands, std::size_t workspace_bytes);

}  // namespace prelu
