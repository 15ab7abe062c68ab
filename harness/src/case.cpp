#include "case.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <span>
#include <stdexcept>

#include "names.hpp"
#include "placement.hpp"

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

/// "4x64x14x14" as numbers: 2 of them or more.
std::vector<std::int64_t> parse_dimensions(std::string_view text, const char* grammar) {
  const auto parts = split(text, 'x');
  if (parts.size() < 2) {
    throw std::invalid_argument("'" + std::string(text) + "' is not a shape: " + grammar);
  }
  std::vector<std::int64_t> dimensions;
  dimensions.reserve(parts.size());
  for (const std::string_view part : parts) {
    dimensions.push_back(parse_count(part, "a dimension"));
  }
  return dimensions;
}

void parse_option(std::string_view text, const std::vector<std::int64_t>& dimensions, Case& c) {
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
  } else if (text == "frozen" || text == "sgd") {
    c.problem.update = parse<AlphaUpdate>(text);
  } else if (key == "alpha_shape") {
    c.problem.broadcast =
        broadcast_of(dimensions, parse_dimensions(value,
                                                  "ALPHA_SHAPE has one dimension for each of "
                                                  "x's, 1 or the same"));
  } else if (key == "offset") {
    c.offset = parse_count(value, "an offset");
    if (c.offset > kMostOffset) {
      throw std::invalid_argument("offset=" + std::string(value) + " is above " +
                                  std::to_string(kMostOffset));
    }
  } else if (key == "shifted" && !value.empty()) {
    c.shifted = value;
  } else if (text == "hot") {
    c.hot = true;
  } else {
    throw std::invalid_argument(
        "'" + std::string(text) +
        "' is none of: alpha=DTYPE, alpha_shape=SHAPE, zero=SLOPE, "
        "in_place, accumulate, frozen, sgd, offset=ELEMENTS, shifted=OPERAND, hot");
  }
}

/// The last of two would win, and the first go unnoticed.
void refuse_what_is_said_twice(std::span<const std::string_view> options) {
  std::set<std::string_view> said;
  for (const std::string_view option : options) {
    const std::string_view key = option.substr(0, option.find('='));
    const bool updates_alpha = key == "frozen" || key == "sgd";
    if (!said.insert(updates_alpha ? "frozen or sgd" : key).second) {
      throw std::invalid_argument("'" + std::string(option) + "' comes second: say " +
                                  (updates_alpha ? "frozen or sgd" : std::string(key)) + " once");
    }
  }
}

Direction direction_of(std::string_view variant) {
  const std::string_view file = variant.substr(variant.rfind('/') + 1);
  return parse<Direction>(file.substr(0, file.find('_')));
}

/// "1x64x1x14": without the depth where there is none.
std::string dimensions_name(const std::array<std::int64_t, Broadcast::kAxes>& extents, bool depth) {
  std::string text;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (axis == 2 && !depth) continue;
    text += (text.empty() ? "" : "x") + std::to_string(extents[axis]);
  }
  return text;
}

}  // namespace

Shape shape_of(const std::vector<std::int64_t>& dimensions) {
  Shape shape{.n = dimensions.at(0), .c = dimensions.at(1)};
  for (std::size_t i = 2; i < dimensions.size(); ++i) {
    if (__builtin_mul_overflow(shape.spatial, dimensions[i], &shape.spatial)) {
      throw std::invalid_argument("the dimensions overflow 63 bits");
    }
  }
  return shape;
}

Broadcast broadcast_of(const std::vector<std::int64_t>& x, const std::vector<std::int64_t>& alpha) {
  if (x.size() > Broadcast::kAxes) {
    throw std::invalid_argument("a broadcast has at most " + std::to_string(Broadcast::kAxes) +
                                " dimensions: n, c, d, h, w");
  }
  if (alpha.size() != x.size()) {
    throw std::invalid_argument("alpha's shape has " + std::to_string(alpha.size()) +
                                " dimensions, x's has " + std::to_string(x.size()));
  }
  Broadcast broadcast;
  std::copy_backward(x.begin() + 2, x.end(), broadcast.spatial.end());
  std::copy_n(alpha.begin(), 2, broadcast.alpha.begin());
  std::copy_backward(alpha.begin() + 2, alpha.end(), broadcast.alpha.end());
  return broadcast;
}

std::string problem_name(const Case& c) {
  const Problem& problem = c.problem;
  const Shape& shape = problem.shape;
  std::string text;
  text.append(name(problem.dtype)).append("/");
  text.append(name(problem.layout)).append("/");
  text.append(name(problem.alpha_mode)).append("/");
  const auto [d, h, w] = problem.broadcast.spatial;
  const bool broadcast = problem.alpha_mode == AlphaMode::broadcast;
  if (broadcast) {
    text += dimensions_name({shape.n, shape.c, d, h, w}, d != 1);
    text += "/alpha_shape=" + dimensions_name(problem.broadcast.alpha, d != 1);
  } else {
    text += std::to_string(shape.n) + "x" + std::to_string(shape.c) + "x" +
            std::to_string(shape.spatial);
  }
  if (problem.alpha_dtype != problem.dtype)
    text.append("/alpha=").append(name(problem.alpha_dtype));
  if (problem.at_zero != SlopeAtZero::one) text.append("/zero=").append(name(problem.at_zero));
  if (problem.in_place) text += "/in_place";
  if (problem.accumulate) text += "/accumulate";
  if (problem.update != AlphaUpdate::gradient) text.append("/").append(name(problem.update));
  if (c.offset != 0) text += "/offset=" + std::to_string(c.offset);
  if (!c.shifted.empty()) text += "/shifted=" + c.shifted;
  if (c.hot) text += "/hot";
  return text;
}

std::string case_name(const Case& c) { return c.variant + "/" + problem_name(c); }

void validate_case(const Case& c) {
  validate(c.problem);
  if (c.shifted.empty()) return;
  std::string known;
  for (const std::string_view operand : stored_operands(c.problem)) {
    if (operand == c.shifted) return;
    known.append(known.empty() ? "" : ", ").append(operand);
  }
  throw std::invalid_argument("shifted: '" + c.shifted +
                              "' is none of the problem's operands: " + known);
}

Case parse_case(std::string_view text) {
  try {
    const auto parts = split(text, '/');
    const bool problem_only = parts[0] == "forward" || parts[0] == "backward";
    const std::size_t first = problem_only ? 1 : parts[0] == "peer" ? 3 : 2;
    if (parts.size() < first + 4) {
      throw std::invalid_argument(
          "expected [BACKEND/VARIANT or DIRECTION]/DTYPE/LAYOUT/ALPHA/SHAPE");
    }
    Case c;
    if (problem_only) {
      c.problem.direction = parse<Direction>(parts[0]);
    } else {
      c.variant = parts[0];
      for (std::size_t i = 1; i < first; ++i) c.variant.append("/").append(parts[i]);
      c.problem.direction = direction_of(c.variant);
    }
    c.problem.dtype = c.problem.alpha_dtype = parse<DType>(parts[first]);
    c.problem.layout = parse<Layout>(parts[first + 1]);
    c.problem.alpha_mode = parse<AlphaMode>(parts[first + 2]);
    const auto dimensions =
        parse_dimensions(parts[first + 3], "NxC, NxCxSPATIAL, NxCxHxW or NxCxDxHxW");
    c.problem.shape = shape_of(dimensions);
    const std::span options = std::span(parts).subspan(first + 4);
    refuse_what_is_said_twice(options);
    for (const std::string_view option : options) parse_option(option, dimensions, c);
    if (c.problem.alpha_mode == AlphaMode::broadcast && c.problem.broadcast == Broadcast{} &&
        c.problem.shape.spatial != 1) {
      throw std::invalid_argument("a broadcast needs alpha_shape=SHAPE");
    }
    validate_case(c);
    return c;
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("'" + std::string(text) + "': " + error.what());
  }
}

}  // namespace prelu::harness
