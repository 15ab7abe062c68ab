// What a variant promises of its machine code, against what the compiler made of it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "table.hpp"
#include "variant.hpp"

namespace prelu::resources {

/// The promises that the variant breaks, each as a sentence that names the kernel and the
/// architectures; none where it keeps them all. `kernels` are the variant's own.
///
/// No kernel may spill or use local memory, whatever is promised. Of the kernels that access
/// tensors, some are bound to nothing else but their registers: one whose packs are narrower than
/// the promised accesses serves data that is not aligned, and what stands in for bulk copies an
/// architecture that has none. Of instances that differ in a number of packs or the like, the one
/// with the most bytes in flight is bound to those.
std::vector<std::string> broken_promises(const KernelVariant& variant,
                                         std::span<const KernelResources> kernels);

}  // namespace prelu::resources
