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
/// tensors, one whose packs are narrower than the promised accesses serves data that is not
/// aligned: it is bound to nothing else but its registers.
std::vector<std::string> broken_promises(const KernelVariant& variant,
                                         std::span<const KernelResources> kernels);

}  // namespace prelu::resources
