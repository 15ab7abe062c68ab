// Folding axes changes how a slope is found, never which.
#include "folded_map.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace prelu {
namespace {

using Extents = std::array<std::int64_t, Broadcast::kAxes>;

/// Alpha is dense in the order of x's axes, with 1 along those it broadcasts over.
BroadcastMap map_of(const Extents& x, const Extents& alpha) {
  BroadcastMap map{.extent = x};
  std::int64_t stride = 1;
  for (std::size_t axis = Broadcast::kAxes; axis-- > 0;) {
    map.stride[axis] = alpha[axis] == 1 ? 0 : stride;
    stride *= alpha[axis];
  }
  return map;
}

TEST(FoldedMap, MapsAsTheMapItWasFoldedFrom) {
  constexpr Extents kX{2, 3, 1, 5, 4};
  for (unsigned broadcast = 0; broadcast < 32; ++broadcast) {
    Extents alpha = kX;
    for (std::size_t axis = 0; axis < alpha.size(); ++axis) {
      if ((broadcast >> axis & 1U) != 0) alpha[axis] = 1;
    }
    const BroadcastMap map = map_of(kX, alpha);
    const FoldedMap folded(map);
    for (std::int64_t i = 0; i < 120; ++i) {
      ASSERT_EQ(folded(i), map(i)) << "element " << i << ", broadcast along " << broadcast;
      const std::int64_t last = i + folded.run(i) - 1;
      if (last < 120) {
        ASSERT_EQ(map(last), map(i) + (last - i) * folded.inner_stride());
      }
    }
  }
}

TEST(FoldedMap, NeedsAsFewAxesAsThereAreChanges) {
  constexpr Extents kX{2, 3, 4, 5, 6};
  EXPECT_LE(FoldedMap(map_of(kX, {1, 1, 1, 1, 1})).axes(), 1U);
  EXPECT_EQ(FoldedMap(map_of(kX, kX)).axes(), 1U);
  EXPECT_EQ(FoldedMap(map_of(kX, {1, 3, 1, 1, 1})).axes(), 3U);
  EXPECT_EQ(FoldedMap(map_of(kX, {1, 1, 1, 5, 6})).axes(), 2U);
  EXPECT_EQ(FoldedMap(map_of(kX, {2, 1, 4, 1, 6})).axes(), 5U);
}

TEST(FoldedMap, FoldsRunsOfTheWholeTensor) {
  EXPECT_EQ(FoldedMap(map_of({2, 3, 4, 5, 6}, {1, 1, 1, 1, 1})).inner_extent(), 720);
  EXPECT_EQ(FoldedMap(map_of({2, 3, 4, 5, 6}, {1, 3, 1, 1, 1})).inner_extent(), 120);
}

}  // namespace
}  // namespace prelu
