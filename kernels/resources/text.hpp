// Lines, parts and ends of strings. Listings have a million lines: what is done for each of them is
// done without std::regex, which takes a hundred times as long.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace prelu::resources {

inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = text.find(separator); end != std::string::npos;
       end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

inline std::vector<std::string> lines_of(const std::string& text) { return split(text, '\n'); }

/// `text` without the white space around it.
inline std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Of ASCII, whatever the locale.
inline bool is_digit(char c) { return '0' <= c && c <= '9'; }
inline bool is_lower(char c) { return 'a' <= c && c <= 'z'; }
inline bool is_word(char c) {
  return is_digit(c) || is_lower(c) || ('A' <= c && c <= 'Z') || c == '_';
}

/// Where the run of characters from `begin` on ends that are `wanted`; `begin` where there is none.
template <class Predicate>
std::size_t end_of(const std::string& text, std::size_t begin, Predicate wanted) {
  while (begin < text.size() && wanted(text[begin])) ++begin;
  return begin;
}

}  // namespace prelu::resources
