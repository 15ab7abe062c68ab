// A group of a suite: the product of its lists.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "suite_parts.hpp"

namespace prelu::harness {
namespace {

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

}  // namespace

void expand_group(const Value& group, const VariantFilter& variants, CaseList& cases) {
  group.allow_only({"direction", "dtype", "alpha_dtype", "layout", "alpha", "zero", "in_place",
                    "accumulate", "update", "offset", "shifted", "hot", "shapes", "alpha_shapes",
                    "variants"});
  const auto direction = group.at("direction").enumerator<Direction>();
  const auto names = VariantFilter(group, variants).names(direction);
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
  const auto shifted =
      list<std::string>(group, "shifted", {""}, [](const Value& value) { return value.text(); });
  const auto hot = booleans(group, "hot");
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
    group.fail(R"(alpha "broadcast" and "alpha_shapes" go together)");
  }
  const auto alpha_shapes = list<Dimensions>(group, "alpha_shapes", {{}}, read_dimensions);

  for_each_combination(
      [&](const Dimensions& shape, const Dimensions& alpha_shape, DType dtype, bool f32_alpha,
          Layout layout, AlphaMode mode, SlopeAtZero zero, bool in_place_now, bool accumulate_now,
          AlphaUpdate update, std::int64_t offset, const std::string& shifted_now, bool hot_now) {
        Case c{.problem = {.direction = direction,
                           .dtype = dtype,
                           .alpha_dtype = f32_alpha ? DType::f32 : dtype,
                           .layout = layout,
                           .alpha_mode = mode,
                           .shape = shape_of(shape),
                           .at_zero = zero,
                           .in_place = in_place_now,
                           .accumulate = accumulate_now,
                           .update = update},
               .offset = offset,
               .shifted = shifted_now,
               .hot = hot_now};
        try {
          if (broadcast) c.problem.broadcast = broadcast_of(shape, alpha_shape);
          validate_case(c);
        } catch (const std::invalid_argument& error) {
          group.fail(error.what());
        }
        cases.add(names, std::move(c));
      },
      shapes, alpha_shapes, dtypes, alpha_is_f32, layouts, modes, zeros, in_place, accumulate,
      updates, offsets, shifted, hot);
}

}  // namespace prelu::harness
