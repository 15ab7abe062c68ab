#include "json_value.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "report.hpp"
#include "strict_json.hpp"

namespace prelu::reports {
namespace {

namespace dom = simdjson::dom;

bool has_twice(std::vector<std::string_view>& keys) {
  constexpr std::size_t kFew = 32;
  if (keys.size() > kFew) {
    std::ranges::sort(keys);
    return std::ranges::adjacent_find(keys) != keys.end();
  }
  // Quicker than sorting: most keys differ in length.
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const auto before = keys.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(keys.begin(), before, keys[i]) != before) return true;
  }
  return false;
}

/// Whether a key stands twice somewhere, or something is nested deeper than `deepest` levels.
bool is_odd(dom::element element, std::size_t deepest) {
  const auto is_odd_within = [&](dom::element inner) {
    return (inner.is_object() || inner.is_array()) && (deepest == 0 || is_odd(inner, deepest - 1));
  };
  if (dom::object object; !element.get(object)) {
    std::vector<std::string_view> keys;
    keys.reserve(object.size());
    for (const dom::key_value_pair field : object) {
      if (is_odd_within(field.value)) return true;
      keys.push_back(field.key);
    }
    return has_twice(keys);
  }
  if (dom::array array; !element.get(array)) {
    for (const dom::element inner : array) {
      if (is_odd_within(inner)) return true;
    }
  }
  return false;
}

/// The place below `place` of a whole number that 64 bits do not hold; empty where there is none.
std::string place_of_huge(const nlohmann::json& value, const std::string& place) {
  if (value.is_number_float()) {
    const double size = std::abs(value.get<double>());
    constexpr double kBeyond = 0x1p63;
    constexpr double kMostWhole = 1e30;  // more digits than anyone writes out
    return size >= kBeyond && size < kMostWhole ? place : std::string{};
  }
  if (!value.is_structured()) return {};
  for (const auto& [key, inner] : value.items()) {
    const bool array = value.is_array();
    std::string below = place;
    below.append(array ? "[" : ".").append(key).append(array ? "]" : "");
    std::string found = place_of_huge(inner, below);
    if (!found.empty()) return found;
  }
  return {};
}

[[noreturn]] void refuse(std::string_view text, const std::string& source,
                         simdjson::error_code error) {
  const std::string huge =
      place_of_huge(parse_strictly(text, source), source);  // or it names the place
  if (!huge.empty())
    throw std::invalid_argument(huge + ": a whole number that 64 bits do not hold");
  throw std::invalid_argument(source + ": not valid JSON: " + simdjson::error_message(error));
}

}  // namespace

Document::Document(std::string_view text, std::string_view source, dom::parser& parser)
    : source_(source) {
  const simdjson::error_code error = parser.parse(text.data(), text.size()).get(root_);
  if (error || is_odd(root_, kDeepest - 1)) refuse(text, source_, error);
}

Document::Document(const std::filesystem::path& file, dom::parser& parser)
    : source_(file.string()) {
  const simdjson::error_code error = parser.load(source_).get(root_);
  if (error || is_odd(root_, kDeepest - 1)) refuse(read_file(file), source_, error);
}

void Value::fail(const std::string& message) const {
  std::string place = *source_;
  for (std::size_t i = 0; i < depth_; ++i) {
    const Step& step = path_[i];
    place +=
        step.key != nullptr ? std::string(".") + step.key : "[" + std::to_string(step.index) + "]";
  }
  throw std::invalid_argument(place + ": " + message);
}

Value Value::within(dom::element element, Step step) const {
  Value value = *this;
  value.element_ = element;
  if (depth_ < path_.size()) value.path_[value.depth_++] = step;
  return value;
}

Value Value::at(const char* key) const {
  if (!element_.is_object()) fail("must be an object");
  dom::element found;
  if (element_[key].get(found)) fail("the key \"" + std::string(key) + "\" is missing");
  return within(found, {.key = key});
}

std::optional<Value> Value::find(const char* key) const {
  if (!element_.is_object()) fail("must be an object");
  dom::element found;
  if (element_[key].get(found) || found.is_null()) return std::nullopt;
  return within(found, {.key = key});
}

std::vector<Value> Value::elements() const {
  dom::array array;
  if (element_.get(array)) fail("must be a list");
  std::vector<Value> values;
  values.reserve(array.size());
  for (const dom::element element : array) {
    values.push_back(within(element, {.index = values.size()}));
  }
  return values;
}

std::string Value::text() const {
  std::string_view text;
  if (element_.get(text)) fail("must be a string");
  return std::string(text);
}

bool Value::boolean() const {
  bool value = false;
  if (element_.get(value)) fail("must be true or false");
  return value;
}

double Value::number() const {
  double value = 0;
  if (element_.get(value) && !element_.is_null()) fail("must be a number");
  return value;
}

std::vector<double> Value::numbers() const {
  dom::array array;
  if (element_.get(array)) fail("must be a list");
  std::vector<double> values;
  values.reserve(array.size());
  for (const dom::element element : array) {
    double value = 0;
    // The path is made up where it is wanted only: these are most of what a report holds.
    if (element.get(value)) value = within(element, {.index = values.size()}).number();
    values.push_back(value);
  }
  return values;
}

}  // namespace prelu::reports
