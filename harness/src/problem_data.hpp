// Inputs drawn from a seed and rounded to the dtype, and what must come out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prelu/operands.hpp"
#include "prelu/problem.hpp"

namespace prelu::harness {

/// What the inputs are like; each kind shows another class of mistake.
enum class DataKind {
  random,      ///< half negative, every slope different
  special,     ///< signed zeros, infinities, NaN, subnormals and the largest numbers between others
  integer,     ///< small integers: every order of summation is exact, so a lost term shows
  equal,       ///< x = -1, dy = 1: a stalling accumulator
  cancelling,  ///< x = -1, dy = +-3 in turn: the terms cancel
  overflowing,  ///< x = -300, dy = 300: a product that f16 cannot hold
  positive,     ///< x > 0 throughout: dalpha is exactly 0
  one_hot,      ///< one dy is 1 and the rest 0: every index mistake
};

/// One set of inputs for a problem.
struct Dataset {
  DataKind kind = DataKind::random;
  std::uint64_t seed = 1;
  std::int64_t position = 0;  ///< of the one, in one_hot

  friend bool operator==(const Dataset&, const Dataset&) = default;
};

/// "integer", "one_hot at 5"
std::string describe(const Dataset& dataset);

/// The sets that prove a problem: all kinds for small problems (and one_hot at every position of
/// the smallest); random and integer for large ones, where the others would show nothing more.
std::vector<Dataset> datasets_for(const Problem& problem, std::uint64_t seed);

/// The step that is taken where alpha is updated: powers of two, so that sums of integers stay
/// exact.
inline constexpr SgdStep kSgdStep{.learning_rate = 0.125, .momentum = 0.5};

/// What one slope's gradient, momentum or new value must be.
struct ExpectedSlope {
  double value = 0;    ///< rounded to alpha's dtype
  double allowed = 0;  ///< the error a right kernel may make; 0 where every order is exact
};

/// Dense tensors as bytes of their dtype. Forward fills x, alpha and y; backward all but y, as far
/// as the problem has them.
struct ProblemData {
  std::vector<std::byte> x;
  std::vector<std::byte> alpha;
  std::vector<std::byte> dy;
  std::vector<std::byte> dalpha_before;  ///< what accumulate and sgd start from; empty without them

  std::vector<std::byte> expected;                ///< y, or dx
  std::vector<ExpectedSlope> expected_dalpha;     ///< empty where alpha is frozen
  std::vector<ExpectedSlope> expected_alpha_out;  ///< of sgd
};

/// Draws the inputs of `dataset` and computes the expected outputs with all cores.
ProblemData make_data(const Problem& problem, const Dataset& dataset);

/// The bytes make_data allocates at most.
std::int64_t data_bytes(const Problem& problem);

}  // namespace prelu::harness
