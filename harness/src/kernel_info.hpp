// What the build knows of the kernel behind a case.
#pragma once

#include <optional>
#include <string>

#include "case.hpp"
#include "report.hpp"
#include "table.hpp"

namespace prelu::harness {

/// Of the variant's kernels for the case's dtype, on that compute capability ("9.0"), those with
/// the widest packs: the most registers and spills, and the fewest bytes in flight. Nothing for a
/// case that is not aligned, which other kernels serve, and where the table does not know.
std::optional<reports::KernelInfo> kernel_info(const resources::Table& table, const Case& c,
                                               const std::string& compute_capability);

}  // namespace prelu::harness
