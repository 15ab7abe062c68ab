#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <vector>

#include "prelu/problem.hpp"

namespace prelu {
namespace {

constexpr Shape kShape{.n = 2, .c = 3, .spatial = 4};

Problem problem_of(Layout layout, AlphaMode mode) {
  return {.layout = layout, .alpha_mode = mode, .shape = kShape};
}

/// The slope of element (n, c, s), and its offset, straight from what layouts and modes mean.
struct Element {
  std::int64_t offset;
  std::int64_t slope;
};

std::vector<Element> elements(const Problem& problem) {
  const Shape& shape = problem.shape;
  const bool channels_first = problem.layout == Layout::nchw;
  std::vector<Element> all;
  for (std::int64_t n = 0; n < shape.n; ++n) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      for (std::int64_t s = 0; s < shape.spatial; ++s) {
        const std::int64_t within = channels_first ? c * shape.spatial + s : s * shape.c + c;
        const std::int64_t slope = problem.alpha_mode == AlphaMode::shared        ? 0
                                   : problem.alpha_mode == AlphaMode::per_channel ? c
                                                                                  : within;
        all.push_back({.offset = n * shape.c * shape.spatial + within, .slope = slope});
      }
    }
  }
  return all;
}

TEST(AlphaMap, FindsTheSlopeOfEveryElementInEveryLayoutAndMode) {
  for (const Layout layout : {Layout::nchw, Layout::nhwc}) {
    for (const AlphaMode mode :
         {AlphaMode::shared, AlphaMode::per_channel, AlphaMode::per_element}) {
      const Problem problem = problem_of(layout, mode);
      const AlphaMap map = alpha_map(problem);
      for (const Element& element : elements(problem)) {
        EXPECT_EQ(map(element.offset), element.slope)
            << "element " << element.offset << ", layout " << static_cast<int>(layout) << ", mode "
            << static_cast<int>(mode);
      }
    }
  }
}

TEST(AlphaMap, IsTwoIntegers) {
  EXPECT_EQ(alpha_map(problem_of(Layout::nchw, AlphaMode::shared)), (AlphaMap{1, 1}));
  EXPECT_EQ(alpha_map(problem_of(Layout::nhwc, AlphaMode::shared)), (AlphaMap{1, 1}));
  EXPECT_EQ(alpha_map(problem_of(Layout::nchw, AlphaMode::per_channel)), (AlphaMap{4, 3}));
  EXPECT_EQ(alpha_map(problem_of(Layout::nhwc, AlphaMode::per_channel)), (AlphaMap{1, 3}));
  EXPECT_EQ(alpha_map(problem_of(Layout::nchw, AlphaMode::per_element)), (AlphaMap{1, 12}));
  EXPECT_EQ(alpha_map(problem_of(Layout::nhwc, AlphaMode::per_element)), (AlphaMap{1, 12}));
}

TEST(AlphaMap, ReachesElementsPastFourBillion) {
  const AlphaMap map{.inner = std::int64_t{1} << 20, .count = 5};
  EXPECT_EQ(map((std::int64_t{1} << 33) + 1), (std::int64_t{1} << 13) % 5);
}

TEST(AlphaMap, RefusesAnUnknownMode) {
  const Problem problem = problem_of(Layout::nchw, static_cast<AlphaMode>(3));
  EXPECT_THROW(alpha_map(problem), std::invalid_argument);
}

// What a broadcast means, axis by axis: the place along an axis counts where alpha has that axis.
TEST(BroadcastMap, FindsTheSlopeOfEveryElementForEveryShapeOfAlpha) {
  constexpr std::array<std::int64_t, Broadcast::kAxes> kX{2, 3, 2, 5, 2};
  for (const Layout layout : {Layout::nchw, Layout::nhwc}) {
    for (unsigned kept = 0; kept < 32; ++kept) {
      Problem problem{.layout = layout,
                      .alpha_mode = AlphaMode::broadcast,
                      .shape = {.n = 2, .c = 3, .spatial = 20},
                      .broadcast = {.spatial = {2, 5, 2}}};
      for (std::size_t axis = 0; axis < kX.size(); ++axis) {
        problem.broadcast.alpha[axis] = (kept >> axis & 1U) != 0 ? kX[axis] : 1;
      }
      validate(problem);
      const BroadcastMap map = broadcast_map(problem);
      const std::vector<std::size_t> order = layout == Layout::nchw
                                                 ? std::vector<std::size_t>{0, 1, 2, 3, 4}
                                                 : std::vector<std::size_t>{0, 2, 3, 4, 1};
      const auto place_of = [&](std::int64_t i) {
        std::vector<std::int64_t> place(order.size());
        for (std::size_t k = order.size(); k-- > 0; i /= kX[order[k]]) {
          place[k] = (kept >> order[k] & 1U) != 0 ? i % kX[order[k]] : 0;
        }
        return place;
      };
      // Alpha lies in the order of x's axes: its places come in lexicographic order.
      std::map<std::vector<std::int64_t>, std::int64_t> slopes;
      for (std::int64_t i = 0; i < problem.shape.elements(); ++i) slopes.emplace(place_of(i), 0);
      std::int64_t offset = 0;
      for (auto& slope : slopes) slope.second = offset++;
      EXPECT_EQ(slope_count(problem), offset);
      for (std::int64_t i = 0; i < problem.shape.elements(); ++i) {
        ASSERT_EQ(map(i), slopes.at(place_of(i))) << "element " << i << ", axes kept " << kept;
      }
    }
  }
}

TEST(BroadcastMap, MapsEveryOtherProblemAsItsAlphaMapDoes) {
  for (const Layout layout : {Layout::nchw, Layout::nhwc}) {
    for (const AlphaMode mode :
         {AlphaMode::shared, AlphaMode::per_channel, AlphaMode::per_element}) {
      const Problem problem = problem_of(layout, mode);
      const BroadcastMap map = broadcast_map(problem);
      for (std::int64_t i = 0; i < kShape.elements(); ++i) {
        EXPECT_EQ(map(i), alpha_map(problem)(i));
      }
    }
  }
}

TEST(AlphaMap, RefusesABroadcast) {
  EXPECT_THROW(alpha_map({.alpha_mode = AlphaMode::broadcast}), std::invalid_argument);
}

}  // namespace
}  // namespace prelu
