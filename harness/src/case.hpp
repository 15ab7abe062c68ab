// A case: a variant with a problem. Its name is its identity everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prelu/problem.hpp"

namespace prelu::harness {

/// The largest offset of a case, in elements: beyond any alignment, far from any overflow.
inline constexpr std::int64_t kMostOffset = 1 << 20;

struct Case {
  std::string variant;  ///< "cuda/forward_packed", or a peer's "peer/onednn-3.1/forward"
  Problem problem;
  std::int64_t offset = 0;  ///< elements by which every operand lies past an aligned address
  std::string shifted;      ///< the operand that lies one element further than the others, if any
  bool hot = false;         ///< timed on data that the launch before left in the caches

  friend bool operator==(const Case&, const Case&) = default;
};

/// "bf16/nchw/per_channel/4x64x196", with a suffix for each field that is not at its default:
/// /alpha=f32, /zero=alpha, /in_place, /accumulate, /frozen or /sgd, /offset=1, /shifted=dy, /hot.
/// The shape is n, c and the flattened rest; of a broadcast it is not flattened, and alpha's stands
/// behind it: "f32/nchw/broadcast/4x64x14x14/alpha_shape=1x64x1x14".
std::string problem_name(const Case& c);

/// The variant, then the problem: "cuda/forward_packed/bf16/nchw/per_channel/4x64x196".
std::string case_name(const Case& c);

/// Throws std::invalid_argument unless the problem is valid and has the operand that is shifted.
void validate_case(const Case& c);

/// The shape of x's dimensions n, c and any number of spatial ones. Throws std::invalid_argument
/// where they overflow 63 bits.
Shape shape_of(const std::vector<std::int64_t>& dimensions);

/// The shapes of a broadcast, from the dimensions n, c, ... of x and of alpha: from 2 to 5, as many
/// of one as of the other. Throws std::invalid_argument. Whether alpha fits x is validate's to say.
Broadcast broadcast_of(const std::vector<std::int64_t>& x, const std::vector<std::int64_t>& alpha);

/// Reads a case's name, or a problem's: "forward/bf16/..." gives an empty variant. A shape may have
/// any number of dimensions from 2; those after the second are flattened. Throws
/// std::invalid_argument saying which part is wrong and what is allowed.
Case parse_case(std::string_view text);

}  // namespace prelu::harness
