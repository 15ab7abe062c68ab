// JSON, read without tolerance.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace prelu::reports {

/// How deep objects and lists may be nested.
inline constexpr std::size_t kDeepest = 32;

/// Throws std::invalid_argument naming `source` for what is not JSON, and for what would otherwise
/// be read without a word: a key given twice, and nesting so deep that it exhausts the stack.
nlohmann::json parse_strictly(std::string_view text, std::string_view source);

}  // namespace prelu::reports
