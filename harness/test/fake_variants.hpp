// Variants that are right, and variants that are wrong in one way each: a registry of the tests'
// own, which the linker puts in the place of the generated one.
#pragma once

#include "prelu/operands.hpp"
#include "prelu/problem.hpp"

namespace prelu::harness {

/// What the reference computes, stored.
void right_forward(const Problem& problem, const Operands& op, Stream stream);
void right_backward(const Problem& problem, const Operands& op, Stream stream);

/// Makes cpu/forward_worn right again, for so many launches.
void mend_worn_variant(int launches);

}  // namespace prelu::harness
