#include "case.hpp"

#include <charconv>
#include <stdexcept>
#include <vector>

#include "names.hpp"

namespace prelu::harness {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::int64_t parse_count(std::string_view text, const char* what) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < 0) {
    throw std::invalid_argument("'" + std::string(text) + "' is not " + what +
                                " (an integer from 0 to 9223372036854775807)");
  }
  return value;
}

Shape parse_shape(std::string_view text) {
  const auto parts = split(text, 'x');
  if (parts.size() < 2) {
    throw std::invalid_argument("'" + std::string(text) +
                                "' is not a shape: NxC, NxCxSPATIAL or NxCxHxW");
  }
  Shape shape{.n = parse_count(parts[0], "a dimension"), .c = parse_count(parts[1], "a dimension")};
  for (std::size_t i = 2; i < parts.size(); ++i) {
    const std::int64_t extent = parse_count(parts[i], "a dimension");
    if (__builtin_mul_overflow(shape.spatial, extent, &shape.spatial)) {
      throw std::invalid_argument("the dimensions of '" + std::string(text) + "' overflow 63 bits");
    }
  }
  return shape;
}

void parse_option(std::string_view text, Case& c) {
  const std::size_t equals = text.find('=');
  const std::string_view key = text.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
  if (key == "alpha") {
    c.problem.alpha_dtype = parse<DType>(value);
  } else if (key == "zero") {
    c.problem.at_zero = parse<SlopeAtZero>(value);
  } else if (text == "in_place") {
    c.problem.in_place = true;
  } else if (text == "accumulate") {
    c.problem.accumulate = true;
  } else if (key == "offset") {
    c.offset = parse_count(value, "an offset");
    if (c.offset > kMostOffset) {
      throw std::invalid_argument("offset=" + std::string(value) + " is above " +
                                  std::to_string(kMostOffset));
    }
  } else {
    throw std::invalid_argument("'" + std::string(text) +
                                "' is none of: alpha=DTYPE, zero=SLOPE, in_place, accumulate, "
                                "offset=ELEMENTS");
  }
}

Direction direction_of(std::string_view variant) {
  const std::string_view file = variant.substr(variant.rfind('/') + 1);
  return parse<Direction>(file.substr(0, file.find('_')));
}

}  // namespace

std::string problem_name(const Problem& problem, std::int64_t offset) {
  const Shape& shape = problem.shape;
  std::string text;
  text.append(name(problem.dtype)).append("/");
  text.append(name(problem.layout)).append("/");
  text.append(name(problem.alpha_mode)).append("/");
  text +=
      std::to_string(shape.n) + "x" + std::to_string(shape.c) + "x" + std::to_string(shape.spatial);
  if (problem.alpha_dtype != problem.dtype)
    text.append("/alpha=").append(name(problem.alpha_dtype));
  if (problem.at_zero != SlopeAtZero::one) text.append("/zero=").append(name(problem.at_zero));
  if (problem.in_place) text += "/in_place";
  if (problem.accumulate) text += "/accumulate";
  if (offset != 0) text += "/offset=" + std::to_string(offset);
  return text;
}

std::string case_name(const Case& c) { return c.variant + "/" + problem_name(c.problem, c.offset); }

Case parse_case(std::string_view text) {
  try {
    const auto parts = split(text, '/');
    const bool problem_only = parts[0] == "forward" || parts[0] == "backward";
    const std::size_t first = problem_only ? 1 : 2;
    if (parts.size() < first + 4) {
      throw std::invalid_argument(
          "expected [BACKEND/VARIANT or DIRECTION]/DTYPE/LAYOUT/ALPHA/SHAPE");
    }
    Case c;
    if (problem_only) {
      c.problem.direction = parse<Direction>(parts[0]);
    } else {
      c.variant = std::string(parts[0]) + "/" + std::string(parts[1]);
      c.problem.direction = direction_of(c.variant);
    }
    c.problem.dtype = c.problem.alpha_dtype = parse<DType>(parts[first]);
    c.problem.layout = parse<Layout>(parts[first + 1]);
    c.problem.alpha_mode = parse<AlphaMode>(parts[first + 2]);
    c.problem.shape = parse_shape(parts[first + 3]);
    for (std::size_t i = first + 4; i < parts.size(); ++i) parse_option(parts[i], c);
    validate(c.problem);
    return c;
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("'" + std::string(text) + "': " + error.what());
  }
}

}  // namespace prelu::harness
