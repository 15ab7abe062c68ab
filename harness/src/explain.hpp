// Which variant a plan chooses for a problem, and why, in words.
#pragma once

#include <string>

#include "case.hpp"
#include "gpu_traits.hpp"

namespace prelu::harness {

/// What --explain prints of one problem: the bytes it must move, and for each backend that this
/// program has variants of the choice, its reason and evidence, the workspace, the rules that were
/// passed over and the variants that refuse, with their reasons. The offset of `c` decides how
/// pointers are aligned; std::invalid_argument if it names a variant. `gpu` is what the rules of
/// CUDA variants are asked about, and `assumed` says that it is not this machine's.
std::string explain(const Case& c, const GpuTraits& gpu, bool assumed);

}  // namespace prelu::harness
