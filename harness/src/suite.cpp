#include "suite.hpp"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <stdexcept>

#include "names.hpp"
#include "strict_json.hpp"

namespace prelu::harness {
namespace {

using Json = nlohmann::json;

/// A value of the suite with the path that leads to it, so that every error says where it is.
class Value {
 public:
  Value(const Json& json, std::string place) : json_(json), place_(std::move(place)) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw std::invalid_argument(place_ + ": " + message);
  }

  void allow_only(std::initializer_list<std::string_view> known) const {
    if (!json_.is_object()) fail("must be an object");
    for (const auto& item : json_.items()) {
      if (std::ranges::find(known, item.key()) != known.end()) continue;
      std::string list;
      for (const std::string_view key : known) {
        list.append(list.empty() ? "" : ", ").append(key);
      }
      fail("unknown key \"" + item.key() + "\"; allowed are: " + list);
    }
  }

  bool has(const char* key) const { return json_.contains(key); }

  Value at(const char* key) const {
    if (!has(key)) fail("the key \"" + std::string(key) + "\" is missing");
    return {json_.at(key), place_ + "." + key};
  }

  std::vector<Value> elements() const {
    if (!json_.is_array() || json_.empty()) fail("must be a list that is not empty");
    std::vector<Value> values;
    for (std::size_t i = 0; i < json_.size(); ++i) {
      values.emplace_back(json_[i], place_ + "[" + std::to_string(i) + "]");
    }
    return values;
  }

  std::string text() const {
    if (!json_.is_string()) fail("must be a string");
    return json_.get<std::string>();
  }

  bool boolean() const {
    if (!json_.is_boolean()) fail("must be true or false");
    return json_.get<bool>();
  }

  std::int64_t count() const {
    const bool fits = json_.is_number_unsigned()
                          ? json_.get<std::uint64_t>() <= std::uint64_t{INT64_MAX}
                          : json_.is_number_integer() && json_.get<std::int64_t>() >= 0;
    if (!fits) fail("must be an integer from 0 to 9223372036854775807, not " + json_.dump());
    return json_.get<std::int64_t>();
  }

  double seconds() const {
    if (!json_.is_number() || json_.get<double>() < 0) fail("must be a number of seconds");
    return json_.get<double>();
  }

  template <class Enum>
  Enum enumerator() const {
    const std::string spelling = text();
    try {
      return parse<Enum>(spelling);
    } catch (const std::invalid_argument& error) {
      fail(error.what());
    }
  }

 private:
  const Json& json_;
  std::string place_;
};

/// The list at `key`, each element read by `read`; `fallback` where the key is absent.
template <class T, class Read>
std::vector<T> list(const Value& group, const char* key, std::vector<T> fallback, Read read) {
  if (!group.has(key)) return fallback;
  std::vector<T> values;
  for (const Value& element : group.at(key).elements()) values.push_back(read(element));
  return values;
}

template <class Enum>
std::vector<Enum> enumerators(const Value& group, const char* key, std::vector<Enum> fallback) {
  return list<Enum>(group, key, std::move(fallback),
                    [](const Value& value) { return value.enumerator<Enum>(); });
}

std::vector<bool> booleans(const Value& group, const char* key) {
  return list<bool>(group, key, {false}, [](const Value& value) { return value.boolean(); });
}

using Dimensions = std::vector<std::int64_t>;

Dimensions read_dimensions(const Value& value) {
  Dimensions dimensions;
  for (const Value& element : value.elements()) dimensions.push_back(element.count());
  if (dimensions.size() < 2) value.fail("a shape is [n, c], [n, c, spatial] or [n, c, h, w]");
  try {
    validate({.shape = shape_of(dimensions)});
  } catch (const std::invalid_argument& error) {
    value.fail(error.what());
  }
  return dimensions;
}

/// "cuda/*" as a regular expression; only * is special.
std::regex glob(const std::string& pattern) {
  std::string expression;
  for (const char c : pattern) {
    if (c == '*') {
      expression += ".*";
    } else {
      if (std::string_view("^$\\.+?()[]{}|").find(c) != std::string_view::npos) expression += '\\';
      expression += c;
    }
  }
  return std::regex(expression);
}

std::vector<std::string> variants_of(const Value& group, Direction direction,
                                     std::span<const KernelVariant> variants) {
  std::vector<std::regex> patterns;
  if (group.has("variants")) {
    for (const Value& element : group.at("variants").elements()) {
      const std::string pattern = element.text();
      patterns.push_back(glob(pattern));
      const bool known = std::ranges::any_of(variants, [&](const KernelVariant& variant) {
        return std::regex_match(std::string(variant.name), patterns.back());
      });
      // A program may hold fewer folders of variants than the suite names: that is no misspelling.
      const std::string folder = pattern.substr(0, pattern.find('/') + 1);
      const bool here = std::ranges::any_of(
          variants, [&](const KernelVariant& variant) { return variant.name.starts_with(folder); });
      if (!known && here) element.fail("no variant is called '" + pattern + "'");
    }
  }
  std::vector<std::string> names;
  for (const KernelVariant& variant : variants) {
    if (variant.direction != direction) continue;
    const std::string name(variant.name);
    const bool wanted = patterns.empty() || std::ranges::any_of(patterns, [&](const std::regex& p) {
                          return std::regex_match(name, p);
                        });
    if (wanted) names.push_back(name);
  }
  return names;
}

/// Calls visit(value...) for every combination, the first list outermost.
template <class Visit>
void for_each_combination(Visit visit) {
  visit();
}
template <class Visit, class List, class... Lists>
void for_each_combination(Visit visit, const List& first, const Lists&... rest) {
  for (const auto& value : first) {
    for_each_combination([&](const auto&... others) { visit(value, others...); }, rest...);
  }
}

void expand_group(const Value& group, std::span<const KernelVariant> variants,
                  std::set<std::string>& seen, std::vector<Case>& cases) {
  group.allow_only({"direction", "dtype", "alpha_dtype", "layout", "alpha", "zero", "in_place",
                    "accumulate", "update", "offset", "shapes", "alpha_shapes", "variants"});
  const auto direction = group.at("direction").enumerator<Direction>();
  const auto names = variants_of(group, direction, variants);
  const auto dtypes = enumerators<DType>(group, "dtype", {DType::f32});
  const auto layouts = enumerators<Layout>(group, "layout", {Layout::nchw});
  const auto modes = enumerators<AlphaMode>(group, "alpha", {AlphaMode::per_channel});
  const auto zeros = enumerators<SlopeAtZero>(group, "zero", {SlopeAtZero::one});
  const auto in_place = booleans(group, "in_place");
  const auto accumulate = booleans(group, "accumulate");
  const auto updates = enumerators<AlphaUpdate>(group, "update", {AlphaUpdate::gradient});
  const auto offsets = list<std::int64_t>(group, "offset", {0}, [](const Value& value) {
    const std::int64_t offset = value.count();
    if (offset > kMostOffset) value.fail("must be at most " + std::to_string(kMostOffset));
    return offset;
  });
  // "same" is x's dtype, whatever it is; f32 beside f32 is the same problem again.
  const auto alpha_is_f32 = list<bool>(group, "alpha_dtype", {false}, [](const Value& value) {
    const std::string text = value.text();
    if (text != "same" && text != "f32") value.fail("'" + text + "' is none of: same, f32");
    return text == "f32";
  });
  const auto shapes = list<Dimensions>(group, "shapes", {}, read_dimensions);
  if (shapes.empty()) group.at("shapes").fail("must be a list that is not empty");
  // Alpha's shapes are those of a broadcast; without one there is a single shape, which says
  // nothing.
  const bool broadcast = modes == std::vector{AlphaMode::broadcast};
  if (!broadcast && std::ranges::find(modes, AlphaMode::broadcast) != modes.end()) {
    group.at("alpha").fail("broadcast stands alone in a group: it has shapes of its own");
  }
  if (broadcast != group.has("alpha_shapes")) {
    group.fail("alpha \"broadcast\" and \"alpha_shapes\" go together");
  }
  const auto alpha_shapes = list<Dimensions>(group, "alpha_shapes", {{}}, read_dimensions);

  for_each_combination(
      [&](const Dimensions& shape, const Dimensions& alpha_shape, DType dtype, bool f32_alpha,
          Layout layout, AlphaMode mode, SlopeAtZero zero, bool in_place_now, bool accumulate_now,
          AlphaUpdate update, std::int64_t offset) {
        Problem problem{.direction = direction,
                        .dtype = dtype,
                        .alpha_dtype = f32_alpha ? DType::f32 : dtype,
                        .layout = layout,
                        .alpha_mode = mode,
                        .shape = shape_of(shape),
                        .at_zero = zero,
                        .in_place = in_place_now,
                        .accumulate = accumulate_now,
                        .update = update};
        try {
          if (broadcast) problem.broadcast = broadcast_of(shape, alpha_shape);
          validate(problem);
        } catch (const std::invalid_argument& error) {
          group.fail(error.what());
        }
        for (const std::string& name : names) {
          Case c{.variant = name, .problem = problem, .offset = offset};
          if (seen.insert(case_name(c)).second) cases.push_back(std::move(c));
        }
      },
      shapes, alpha_shapes, dtypes, alpha_is_f32, layouts, modes, zeros, in_place, accumulate,
      updates, offsets);
}

}  // namespace

Suite parse_suite(std::string_view json, std::string_view source,
                  std::span<const KernelVariant> variants) {
  const Json document = reports::parse_strictly(json, source);
  const Value root(document, std::string(source));
  root.allow_only({"schema", "name", "description", "budget", "groups"});
  if (const auto schema = root.at("schema").count(); schema != 1) {
    root.at("schema").fail("this program reads schema 1, not " + std::to_string(schema));
  }
  Suite suite{.name = root.at("name").text()};
  if (root.has("description")) suite.description = root.at("description").text();
  if (root.has("budget")) suite.budget_s = root.at("budget").seconds();
  std::set<std::string> seen;
  for (const Value& group : root.at("groups").elements()) {
    expand_group(group, variants, seen, suite.cases);
  }
  return suite;
}

Suite load_suite(const std::string& name_or_file, const std::filesystem::path& folder,
                 std::span<const KernelVariant> variants) {
  namespace fs = std::filesystem;
  const fs::path named = folder / (name_or_file + ".json");
  const bool is_name = name_or_file.find('/') == std::string::npos && fs::is_regular_file(named);
  const fs::path file = is_name ? named : fs::path(name_or_file);
  std::ifstream stream(file);
  if (!fs::is_regular_file(file) || !stream) {
    std::set<std::string> known;
    if (fs::is_directory(folder)) {
      for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".json") known.insert(entry.path().stem());
      }
    }
    std::string list;
    for (const std::string& suite : known) list += (list.empty() ? "" : ", ") + suite;
    throw std::invalid_argument("suite '" + name_or_file +
                                "' is neither a file nor one of: " + list);
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return parse_suite(text, file.string(), variants);
}

}  // namespace prelu::harness
