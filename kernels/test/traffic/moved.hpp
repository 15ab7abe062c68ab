// What a variant really moves for a problem, counted in the SIMT executor, and whether that is what
// it promises.
#pragma once

#include <string>

#include "case.hpp"
#include "traffic.hpp"
#include "variant.hpp"

namespace prelu::traffic {

struct Moved {
  simt::Traffic tensors;  ///< x and y; x, dy and dx
  simt::Traffic slopes;   ///< alpha and dalpha
  simt::Traffic workspace;

  /// The sectors of tensors that the accesses of warps touch, as a multiple of the fewest that
  /// could hold the bytes: a sector that is touched for a part of it counts in whole.
  double sectors() const;
};

/// Runs `variant` once, with an x that takes alpha everywhere: what the data decides is at its
/// most.
Moved measure(const KernelVariant& variant, const harness::Case& c);

/// Whether all that a kernel may take by itself begins and ends with a sector: a plane where each
/// has a slope of its own, a sample where each element has, else the whole tensor.
bool is_aligned(const harness::Case& c);

/// What a kernel that promises to coalesce may make of Moved::sectors.
double most_sectors(const harness::Case& c);

/// The first promise that is not kept, or an empty string: "loads 3 and stores 1 tensors, but
/// promises 2 and 1". Every tensor counts in whole: the output is written once and the rest are
/// loads, to the byte. Overhead is promised of aligned data; of other data more sectors are
/// allowed.
std::string broken_promise(const Promises& promises, const harness::Case& c, const Moved& moved);

}  // namespace prelu::traffic
