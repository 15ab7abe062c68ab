#include "markdown_parts.hpp"

namespace prelu::reports {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
      continue;
    }
    if (std::string_view("|<>`*_[]\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  std::string out = "`";
  for (const char c : text) out += c == '`' || c == '|' || c == '\n' ? ' ' : c;
  return out + "`";
}

}  // namespace prelu::reports
