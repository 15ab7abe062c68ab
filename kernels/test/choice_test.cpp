// The rules by which a CUDA variant is chosen, asked about the variants that the SIMT executor
// runs.
#include "choice.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace prelu {
namespace {

struct Shapes {
  Shape small{.n = 16, .c = 64, .spatial = std::int64_t{24} * 24};  ///< in the L2 cache of an H100
  Shape large{.n = 128, .c = 64, .spatial = std::int64_t{112} * 112};  ///< beyond any
} constexpr kShapes;

std::string_view chosen(const Problem& problem, std::string_view gpu = "h100",
                        int alignment = 256) {
  const Choice choice =
      choose(Backend::cuda, {.problem = problem, .gpu = known_gpu(gpu), .alignment = alignment});
  return choice.variant == nullptr ? "none" : choice.variant->name;
}

Problem forward(Layout layout, AlphaMode mode, const Shape& shape) {
  return {.layout = layout, .alpha_mode = mode, .shape = shape};
}

Problem backward(Layout layout, AlphaMode mode, const Shape& shape) {
  return {.direction = Direction::backward, .layout = layout, .alpha_mode = mode, .shape = shape};
}

Shape with_plane(std::int64_t side) { return {.n = 32, .c = 64, .spatial = side * side}; }

TEST(Rules, NameVariantsThatExistAndSayWhatIsBehindThem) {
  for (const Rule& rule : rules()) {
    EXPECT_FALSE(rule.when.empty()) << rule.variant;
    EXPECT_FALSE(rule.why.empty()) << rule.variant;
    EXPECT_FALSE(rule.evidence.empty()) << rule.variant;
    if (!rule.variant.starts_with("cuda/")) continue;
    EXPECT_NE(find_variant(rule.variant), nullptr) << rule.variant;
  }
}

// No report of a GPU is committed: a rule of a CUDA variant that claims a measurement names one.
TEST(Rules, ClaimNoMeasurementWithoutItsReport) {
  for (const Rule& rule : rules()) {
    const bool derived = rule.evidence.find("not yet measured") != std::string_view::npos;
    const bool claims = rule.evidence.find("measured") != std::string_view::npos && !derived;
    if (claims) {
      EXPECT_NE(rule.evidence.find("reports/baselines/"), std::string_view::npos) << rule.variant;
    }
  }
}

TEST(Choice, TakesTheGeneralForwardWhereNothingSpecialApplies) {
  EXPECT_EQ(chosen(forward(Layout::nchw, AlphaMode::shared, kShapes.large)), "cuda/forward_packed");
  EXPECT_EQ(chosen(forward(Layout::nchw, AlphaMode::per_channel, with_plane(7))),
            "cuda/forward_packed");
}

TEST(Choice, TakesWiderAccessesWhereTheGpuHasThemAndPointersAllowThem) {
  const Problem problem = forward(Layout::nchw, AlphaMode::shared, kShapes.large);
  EXPECT_EQ(chosen(problem, "b200"), "cuda/forward_packed256");
  EXPECT_EQ(chosen(problem, "b200", 16), "cuda/forward_packed");
  EXPECT_EQ(chosen(problem, "h200"), "cuda/forward_packed");
  EXPECT_EQ(chosen(forward(Layout::nchw, AlphaMode::shared, kShapes.small), "b200"),
            "cuda/forward_packed");
}

TEST(Choice, FollowsThePlanesOfNchw) {
  const auto forward_of = [](std::int64_t side) {
    return chosen(forward(Layout::nchw, AlphaMode::per_channel, with_plane(side)));
  };
  EXPECT_EQ(forward_of(45), "cuda/forward_packed");  // 2025 elements of 4 bytes
  EXPECT_EQ(forward_of(46), "cuda/forward_plane");
  Problem half = forward(Layout::nchw, AlphaMode::per_channel, with_plane(63));
  half.dtype = half.alpha_dtype = DType::f16;
  EXPECT_EQ(chosen(half), "cuda/forward_packed");
  half.shape = with_plane(64);
  EXPECT_EQ(chosen(half), "cuda/forward_plane");
  const auto backward_of = [](std::int64_t side) {
    return chosen(backward(Layout::nchw, AlphaMode::per_channel, with_plane(side)));
  };
  EXPECT_EQ(backward_of(27), "cuda/backward_period");
  EXPECT_EQ(backward_of(28), "cuda/backward_plane");
  EXPECT_EQ(backward_of(1), "cuda/backward_nhwc");
}

TEST(Choice, KeepsSlopesInRegistersWhereRowsShareThem) {
  EXPECT_EQ(chosen(forward(Layout::nhwc, AlphaMode::per_channel, kShapes.small)),
            "cuda/forward_nhwc");
  EXPECT_EQ(chosen(forward(Layout::nchw, AlphaMode::per_element, {.n = 7, .c = 64, .spatial = 64})),
            "cuda/forward_packed");
  EXPECT_EQ(chosen(forward(Layout::nchw, AlphaMode::per_element, {.n = 8, .c = 64, .spatial = 64})),
            "cuda/forward_nhwc");
  EXPECT_EQ(chosen(backward(Layout::nhwc, AlphaMode::per_channel, kShapes.large)),
            "cuda/backward_nhwc");
}

TEST(Choice, SparesASecondLaunchForASharedSlope) {
  for (const Shape& shape : {kShapes.small, kShapes.large}) {
    EXPECT_EQ(chosen(backward(Layout::nchw, AlphaMode::shared, shape)), "cuda/backward_last_block");
  }
}

TEST(Choice, AsksHowManySlopesFillTheGpu) {
  const auto elements = [](std::int64_t count) {
    return backward(Layout::nchw, AlphaMode::per_element, {.n = 128, .c = count});
  };
  EXPECT_EQ(chosen(elements(std::int64_t{512} * 4 * 132), "h100"), "cuda/backward_element");
  EXPECT_EQ(chosen(elements(std::int64_t{512} * 4 * 132 - 4), "h100"), "cuda/backward_nhwc");
  EXPECT_EQ(chosen(elements(std::int64_t{512} * 4 * 132 - 4), "t4"), "cuda/backward_element");
}

TEST(Choice, FollowsWhatIsDoneForAlpha) {
  Problem problem = backward(Layout::nchw, AlphaMode::per_channel, kShapes.small);
  problem.update = AlphaUpdate::frozen;
  EXPECT_EQ(chosen(problem), "cuda/backward_dx_only");
  problem.update = AlphaUpdate::sgd;
  EXPECT_EQ(chosen(problem), "cuda/backward_sgd");
}

TEST(Choice, HasAVariantForEveryBroadcast) {
  Problem problem{.alpha_mode = AlphaMode::broadcast,
                  .shape = {.n = 2, .c = 3, .spatial = 20},
                  .broadcast = {.spatial = {1, 4, 5}, .alpha = {1, 3, 1, 1, 5}}};
  EXPECT_EQ(chosen(problem), "cuda/forward_broadcast");
  problem.direction = Direction::backward;
  EXPECT_EQ(chosen(problem), "cuda/backward_broadcast");
}

TEST(Choice, NeverTakesAVariantThatIsNotDeterministicWhereThatIsAskedFor) {
  for (const AlphaMode mode : {AlphaMode::shared, AlphaMode::per_channel, AlphaMode::per_element}) {
    for (const Layout layout : {Layout::nchw, Layout::nhwc}) {
      const Choice choice = choose(
          Backend::cuda, {.problem = backward(layout, mode, kShapes.small), .deterministic = true});
      ASSERT_NE(choice.variant, nullptr);
      EXPECT_TRUE(choice.variant->deterministic) << choice.variant->name;
    }
  }
}

TEST(Choice, ConsidersEveryRuleOfTheDirectionAndSaysWhatBecameOfIt) {
  const Choice choice = choose(
      Backend::cuda, {.problem = backward(Layout::nchw, AlphaMode::per_channel, with_plane(56))});
  std::size_t chosen_rules = 0;
  std::size_t backward_rules = 0;
  for (const Rule& rule : rules()) {
    backward_rules += rule.variant.starts_with("cuda/backward") ? 1U : 0U;
  }
  EXPECT_EQ(choice.considered.size(), backward_rules);
  for (const Considered& considered : choice.considered) {
    if (considered.outcome == Outcome::chosen) {
      ++chosen_rules;
      EXPECT_EQ(considered.rule, choice.rule);
    }
    EXPECT_EQ(considered.reason.empty(), considered.outcome != Outcome::refused);
  }
  EXPECT_EQ(chosen_rules, 1U);
  EXPECT_EQ(choice.variant, find_variant(choice.rule->variant));
}

TEST(KnownGpus, HaveNamesOfTheirOwnAndTheFactsThatRulesAskFor) {
  std::set<std::string_view> names;
  for (const GpuTraits& gpu : known_gpus()) {
    EXPECT_TRUE(names.insert(gpu.name).second);
    EXPECT_GE(gpu.compute_capability, 75);
    EXPECT_GT(gpu.sms, 0);
    EXPECT_GT(gpu.l2_bytes, 0);
  }
  EXPECT_THROW(known_gpu("h300"), std::invalid_argument);
}

}  // namespace
}  // namespace prelu
