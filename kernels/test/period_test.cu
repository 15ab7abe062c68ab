// How the kernels that walk a period cut a tensor, and what that costs them.
#include <gtest/gtest.h>

#include "period.cuh"
#include "variant.hpp"

namespace prelu {
namespace {

/// Many slopes, that are no whole number of packs, and few samples.
Problem many_slopes(AlphaUpdate update) {
  return {.direction = Direction::backward,
          .dtype = DType::f16,
          .alpha_mode = AlphaMode::per_element,
          .shape = {.n = 2, .c = 3, .spatial = 513 * 513},
          .update = update};
}

TEST(Period, PacksAreWideWhereThereAreNoSumsToBeDear) {
  const Problem problem = many_slopes(AlphaUpdate::frozen);
  const std::int64_t pack = cuda::pack_size(problem.dtype);
  const auto serves = [&](const cuda::TileWish& wish) {
    return cuda::serves_wide(problem, cuda::cut_period(problem, alpha_map(problem), pack, wish),
                             wish);
  };
  EXPECT_TRUE(serves({.sums = false}));
  EXPECT_FALSE(serves({.sums = true}));
}

TEST(Period, TheWorkspaceIsThatOfACutWhichALaunchMayTake) {
  const auto bytes = [](const char* variant, const Problem& problem) {
    return workspace_bytes(*find_variant(variant), problem);
  };
  // As many partial sums as slopes would be 3 MB.
  constexpr std::size_t kSmall = 64 * 1024;
  EXPECT_LT(bytes("cuda/backward_sgd", many_slopes(AlphaUpdate::sgd)), kSmall);
  EXPECT_LT(bytes("cuda/backward_nhwc", many_slopes(AlphaUpdate::gradient)), kSmall);
  EXPECT_LT(bytes("cuda/backward_element", many_slopes(AlphaUpdate::gradient)), kSmall);
  Problem few = many_slopes(AlphaUpdate::gradient);
  few.layout = Layout::nhwc;
  few.alpha_mode = AlphaMode::per_channel;
  few.shape = {.n = 2, .c = 1000003};
  EXPECT_LT(bytes("cuda/backward_nhwc", few), kSmall);
}

}  // namespace
}  // namespace prelu
