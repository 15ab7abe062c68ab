// From what the compiler left of one variant's file to the rows of the table.
#pragma once

#include <filesystem>

#include "architecture.hpp"
#include "table.hpp"
#include "variant.hpp"

namespace prelu::resources {

/// Reads NAME.ptx, NAME.ptxas (what ptxas -v says) and, where it is there, NAME.sass (what nvdisasm
/// prints) in `folder`, for the variant "cuda/NAME". Throws std::invalid_argument naming the file
/// that is missing or does not speak of a kernel.
Table collect(const KernelVariant& variant, const std::filesystem::path& folder,
              const Architecture& architecture);

}  // namespace prelu::resources
