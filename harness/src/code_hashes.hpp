// Which machine code a build times, by variant: written beside the program when it is linked.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace prelu::harness {

/// By the variant's name. Empty where there is no such file.
std::map<std::string, std::string> read_code_hashes(const std::filesystem::path& file);

}  // namespace prelu::harness
