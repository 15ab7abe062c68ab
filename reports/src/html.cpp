#include "html.hpp"

#include <string_view>
#include <utility>

#include "format.hpp"
#include "page_template.hpp"

namespace prelu::reports {
namespace {

std::string escaped_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      default: out += c;
    }
  }
  return out;
}

/// JSON inside of a script element: without a '<' no string can end the element, nor open a
/// comment.
std::string escaped_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

/// The text before the placeholder, and the text after it.
std::pair<std::string_view, std::string_view> split(std::string_view text,
                                                    std::string_view placeholder) {
  const std::size_t place = text.find(placeholder);
  return {text.substr(0, place), text.substr(place + placeholder.size())};
}

}  // namespace

std::string to_html(const Page& page) {
  const auto [head, rest] = split(page_template(), "{{title}}");
  const auto [middle, tail] = split(rest, "{{data}}");
  const std::string title =
      page.reports.empty() ? "PReLU" : "PReLU on " + device_line(page.reports.back().report);
  std::string html(head);
  html += escaped_text(title);
  html += middle;
  html += escaped_json(page_json(page));
  html += tail;
  return html;
}

}  // namespace prelu::reports
