// Suites: what they expand to, and what is wrong is refused by file and key.
#include "suite.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace prelu::harness {
namespace {

constexpr std::array kVariants{
    KernelVariant{.name = "cpu/backward_a", .direction = Direction::backward},
    KernelVariant{.name = "cpu/forward_a"},
    KernelVariant{.name = "cuda/forward_a", .backend = Backend::cuda},
    KernelVariant{.name = "cuda/forward_b", .backend = Backend::cuda},
};

Suite with_group(const std::string& group) {
  return parse_suite(R"({"schema": 1, "name": "s", "groups": [{)" + group + "}]}", "s.json",
                     kVariants);
}

std::vector<std::string> names(const Suite& suite) {
  std::vector<std::string> all;
  all.reserve(suite.cases.size());
  for (const Case& c : suite.cases) all.push_back(case_name(c));
  return all;
}

std::string complaint(const std::string& text) {
  try {
    parse_suite(text, "s.json", kVariants);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

std::string complaint_of_group(const std::string& group) {
  return complaint(R"({"schema": 1, "name": "s", "groups": [{)" + group + "}]}");
}

constexpr const char* kForward = R"("direction": "forward", "shapes": [[2, 3]])";

TEST(Suite, PutsEveryVariantOfTheDirectionBehindEveryProblem) {
  EXPECT_EQ(
      names(with_group(R"("direction": "forward", "dtype": ["f32", "f16"], "shapes": [[2, 3]])")),
      (std::vector<std::string>{
          "cpu/forward_a/f32/nchw/per_channel/2x3x1",
          "cuda/forward_a/f32/nchw/per_channel/2x3x1",
          "cuda/forward_b/f32/nchw/per_channel/2x3x1",
          "cpu/forward_a/f16/nchw/per_channel/2x3x1",
          "cuda/forward_a/f16/nchw/per_channel/2x3x1",
          "cuda/forward_b/f16/nchw/per_channel/2x3x1",
      }));
}

TEST(Suite, IsTheProductOfAllLists) {
  const Suite suite = with_group(
      R"("direction": "backward", "dtype": ["f16", "bf16"], "alpha_dtype": ["same", "f32"],
         "layout": ["nchw", "nhwc"], "alpha": ["shared", "per_channel", "per_element"],
         "zero": ["one", "alpha", "zero"], "in_place": [false, true], "accumulate": [false, true],
         "offset": [0, 1], "shapes": [[1, 1], [2, 3, 5], [2, 3, 5, 7]])");
  EXPECT_EQ(suite.cases.size(), 2U * 2 * 2 * 3 * 3 * 2 * 2 * 2 * 3);
  EXPECT_EQ(case_name(suite.cases.back()),
            "cpu/backward_a/bf16/nhwc/per_element/2x3x35/alpha=f32/zero=zero/in_place/accumulate/"
            "offset=1");
}

TEST(Suite, TimesOnHotDataWhereItSaysSo) {
  EXPECT_EQ(names(with_group(R"("direction": "backward", "hot": [false, true],
                                "shapes": [[2, 3]])")),
            (std::vector<std::string>{"cpu/backward_a/f32/nchw/per_channel/2x3x1",
                                      "cpu/backward_a/f32/nchw/per_channel/2x3x1/hot"}));
}

TEST(Suite, ShiftsOneOperandAtATime) {
  EXPECT_EQ(names(with_group(R"("direction": "backward", "shifted": ["dy", "dx"],
                                "shapes": [[2, 3]])")),
            (std::vector<std::string>{"cpu/backward_a/f32/nchw/per_channel/2x3x1/shifted=dy",
                                      "cpu/backward_a/f32/nchw/per_channel/2x3x1/shifted=dx"}));
}

TEST(Suite, KnowsWhatIsDoneForAlphaAndShapesThatBroadcast) {
  EXPECT_EQ(names(with_group(R"("direction": "backward", "update": ["frozen", "sgd"],
                                "shapes": [[2, 3]])")),
            (std::vector<std::string>{"cpu/backward_a/f32/nchw/per_channel/2x3x1/frozen",
                                      "cpu/backward_a/f32/nchw/per_channel/2x3x1/sgd"}));
  EXPECT_EQ(
      names(with_group(R"("direction": "backward", "alpha": ["broadcast"],
                                "shapes": [[2, 3, 4, 5]],
                                "alpha_shapes": [[1, 3, 1, 5], [2, 1, 1, 1]])")),
      (std::vector<std::string>{"cpu/backward_a/f32/nchw/broadcast/2x3x4x5/alpha_shape=1x3x1x5",
                                "cpu/backward_a/f32/nchw/broadcast/2x3x4x5/alpha_shape=2x1x1x1"}));
}

TEST(Suite, RefusesShapesOfAlphaWithoutABroadcastAndShapesThatDoNotFit) {
  const std::string shapes = R"("direction": "backward", "shapes": [[2, 3, 4, 5]], )";
  EXPECT_EQ(complaint_of_group(shapes + R"("alpha_shapes": [[1, 3, 1, 5]])"),
            "s.json.groups[0]: alpha \"broadcast\" and \"alpha_shapes\" go together");
  EXPECT_EQ(complaint_of_group(shapes + R"("alpha": ["broadcast"])"),
            "s.json.groups[0]: alpha \"broadcast\" and \"alpha_shapes\" go together");
  EXPECT_EQ(complaint_of_group(shapes + R"("alpha": ["shared", "broadcast"],
                                           "alpha_shapes": [[1, 3, 1, 5]])"),
            "s.json.groups[0].alpha: broadcast stands alone in a group: it has shapes of its own");
  EXPECT_EQ(
      complaint_of_group(shapes + R"("alpha": ["broadcast"], "alpha_shapes": [[1, 3, 1, 4]])"),
      "s.json.groups[0]: prelu: alpha's shape has 4 along w; allowed are 1 and x's 5");
}

TEST(Suite, HoldsACaseOnceThoughItStandsTwice) {
  EXPECT_EQ(with_group(R"("direction": "backward", "dtype": ["f32"], "alpha_dtype": ["same", "f32"],
                          "shapes": [[2, 3], [2, 3, 1]])")
                .cases.size(),
            1U);
}

TEST(Suite, NarrowsItsVariantsByPattern) {
  EXPECT_EQ(names(with_group(std::string(kForward) + R"(, "variants": ["cuda/*_b", "cpu/*"])")),
            (std::vector<std::string>{"cpu/forward_a/f32/nchw/per_channel/2x3x1",
                                      "cuda/forward_b/f32/nchw/per_channel/2x3x1"}));
}

TEST(Suite, MayNameAFolderThatThisProgramLacksButNoVariantThatDoesNotExist) {
  EXPECT_TRUE(
      with_group(std::string(kForward) + R"(, "variants": ["cub/forward_x"])").cases.empty());
  EXPECT_EQ(
      complaint_of_group(std::string(kForward) + R"(, "variants": ["cuda/*", "cuda/forward_c"])"),
      "s.json.groups[0].variants[1]: no variant is called 'cuda/forward_c'");
}

TEST(Suite, LeavesOutWhatAPatternWithAnExclamationMarkMatches) {
  const std::vector<std::string> only_b{"cuda/forward_b/f32/nchw/per_channel/2x3x1"};
  EXPECT_EQ(names(with_group(std::string(kForward) + R"(, "variants": ["cuda/*", "!*_a"])")),
            only_b);
  EXPECT_EQ(names(with_group(std::string(kForward) + R"(, "variants": ["!*_a"])")), only_b);
  EXPECT_EQ(names(with_group(std::string(kForward) + R"(, "variants": ["!*_a", "cuda/*"])")),
            only_b);
  EXPECT_EQ(complaint_of_group(std::string(kForward) + R"(, "variants": ["!cpu/forward_c"])"),
            "s.json.groups[0].variants[0]: no variant is called 'cpu/forward_c'");
}

TEST(Suite, MayNarrowTheVariantsOfEveryPartThatDoesNotNameItsOwn) {
  const Suite suite = parse_suite(
      R"({"schema": 1, "name": "s", "variants": ["cuda/*"], "groups": [
          {"direction": "forward", "shapes": [[2, 3]]},
          {"direction": "forward", "shapes": [[4, 5]], "variants": ["cpu/*"]}]})",
      "s.json", kVariants);
  EXPECT_EQ(names(suite), (std::vector<std::string>{"cuda/forward_a/f32/nchw/per_channel/2x3x1",
                                                    "cuda/forward_b/f32/nchw/per_channel/2x3x1",
                                                    "cpu/forward_a/f32/nchw/per_channel/4x5x1"}));
}

TEST(Suite, HoldsPeersWhereTheyAreNamedOrWantedAndNotLeftOut) {
  constexpr std::array kWithPeer{
      KernelVariant{.name = "cpu/forward_a"},
      KernelVariant{.name = "peer/lib-1.0/forward"},
  };
  const std::vector<std::string> ours{"cpu/forward_a/f32/nchw/per_channel/2x3x1"};
  const std::vector<std::string> both{"cpu/forward_a/f32/nchw/per_channel/2x3x1",
                                      "peer/lib-1.0/forward/f32/nchw/per_channel/2x3x1"};
  const auto cases = [&](const std::string& more, bool peers) {
    return names(parse_suite(
        R"({"schema": 1, "name": "s", "groups": [{)" + std::string(kForward) + more + "}]}",
        "s.json", kWithPeer, peers));
  };
  EXPECT_EQ(cases("", false), ours);
  EXPECT_EQ(cases("", true), both);
  EXPECT_EQ(cases(R"(, "variants": ["cpu/*"])", false), ours);
  EXPECT_EQ(cases(R"(, "variants": ["cpu/*"])", true), both);
  EXPECT_EQ(cases(R"(, "variants": ["cpu/*", "peer/*"])", false), both);
  EXPECT_EQ(cases(R"(, "variants": ["!peer/*"])", true), ours);
}

TEST(Suite, KnowsItsNameItsDescriptionAndItsBudget) {
  const Suite suite = parse_suite(
      R"({"schema": 1, "name": "n", "description": "d", "budget": 1.5,
          "groups": [{"direction": "backward", "shapes": [[1, 1]]}]})",
      "s.json", kVariants);
  EXPECT_EQ(suite.name, "n");
  EXPECT_EQ(suite.description, "d");
  EXPECT_EQ(suite.budget_s, 1.5);
}

TEST(BadSuite, WithAnUnknownKeyNamesItAndTheKnownOnes) {
  EXPECT_EQ(
      complaint(R"({"schema": 1, "name": "s", "gruops": []})"),
      "s.json: unknown key \"gruops\"; allowed are: schema, name, description, budget, variants, "
      "groups, networks");
  EXPECT_EQ(complaint_of_group(R"("direction": "forward", "shape": [[1, 1]])"),
            "s.json.groups[0]: unknown key \"shape\"; allowed are: direction, dtype, alpha_dtype, "
            "layout, alpha, zero, in_place, accumulate, update, offset, shifted, hot, shapes, "
            "alpha_shapes, variants");
}

TEST(BadSuite, WithoutAKeyNamesIt) {
  EXPECT_EQ(complaint(R"({"name": "s", "groups": []})"), "s.json: the key \"schema\" is missing");
  EXPECT_EQ(complaint_of_group(R"("shapes": [[1, 1]])"),
            "s.json.groups[0]: the key \"direction\" is missing");
  EXPECT_EQ(complaint_of_group(R"("direction": "forward")"),
            "s.json.groups[0]: the key \"shapes\" is missing");
}

TEST(BadSuite, WithAnUnknownSpellingNamesTheKnownOnes) {
  EXPECT_EQ(
      complaint_of_group(R"("direction": "forward", "dtype": ["f32", "fp16"], "shapes": [[1, 1]])"),
      "s.json.groups[0].dtype[1]: 'fp16' is none of: f16, bf16, f32, f64");
  EXPECT_EQ(complaint_of_group(std::string(kForward) + R"(, "alpha_dtype": ["f16"])"),
            "s.json.groups[0].alpha_dtype[0]: 'f16' is none of: same, f32");
}

TEST(BadSuite, WithAnotherTypeSaysWhatMustStandThere) {
  EXPECT_EQ(complaint_of_group(R"("direction": "forward", "dtype": "f32", "shapes": [[1, 1]])"),
            "s.json.groups[0].dtype: must be a list that is not empty");
  EXPECT_EQ(complaint_of_group(R"("direction": 1, "shapes": [[1, 1]])"),
            "s.json.groups[0].direction: must be a string");
  EXPECT_EQ(complaint_of_group(std::string(kForward) + R"(, "in_place": ["yes"])"),
            "s.json.groups[0].in_place[0]: must be true or false");
  EXPECT_EQ(complaint_of_group(std::string(kForward) + R"(, "layout": [])"),
            "s.json.groups[0].layout: must be a list that is not empty");
  EXPECT_EQ(complaint(R"({"schema": 1, "name": "s", "budget": "long", "groups": []})"),
            "s.json.budget: must be a number of seconds");
  EXPECT_EQ(complaint(R"({"schema": 1, "name": "s", "groups": []})"),
            "s.json.groups: must be a list that is not empty");
  EXPECT_EQ(complaint(R"({"schema": 1, "name": "s", "groups": [3]})"),
            "s.json.groups[0]: must be an object");
}

TEST(BadSuite, WithAShapeThatIsNoneNamesTheShapeAndTheDimension) {
  constexpr const char* kCount = "must be an integer from 0 to 9223372036854775807, not ";
  const auto shape = [](const std::string& text) {
    return complaint_of_group(R"("direction": "forward", "shapes": [[1, 1], )" + text + "]");
  };
  EXPECT_EQ(shape("[1, -2]"), std::string("s.json.groups[0].shapes[1][1]: ") + kCount + "-2");
  EXPECT_EQ(shape("[1, 2.5]"), std::string("s.json.groups[0].shapes[1][1]: ") + kCount + "2.5");
  EXPECT_EQ(shape("[1, 9223372036854775808]"),
            std::string("s.json.groups[0].shapes[1][1]: ") + kCount + "9223372036854775808");
  EXPECT_EQ(shape("[7]"),
            "s.json.groups[0].shapes[1]: a shape is [n, c], [n, c, spatial] or [n, c, h, w]");
  EXPECT_EQ(shape("7"), "s.json.groups[0].shapes[1]: must be a list that is not empty");
  EXPECT_EQ(shape("[1, 1, 4294967296, 4294967296]"),
            "s.json.groups[0].shapes[1]: the dimensions overflow 63 bits");
  EXPECT_EQ(shape("[4294967296, 4294967296]"),
            "s.json.groups[0].shapes[1]: prelu: the shape's bytes do not fit in 63 bits");
}

TEST(BadSuite, WithAnOffsetBeyondAnyAlignmentIsRefused) {
  EXPECT_EQ(complaint_of_group(std::string(kForward) + R"(, "offset": [0, 1048577])"),
            "s.json.groups[0].offset[1]: must be at most 1048576");
}

TEST(BadSuite, ThatAsksForwardToAccumulateIsRefused) {
  EXPECT_EQ(complaint_of_group(std::string(kForward) + R"(, "accumulate": [true])"),
            "s.json.groups[0]: prelu: accumulate is for backward only");
}

TEST(BadSuite, OfAnotherSchemaIsRefused) {
  EXPECT_EQ(complaint(R"({"schema": 2, "name": "s", "groups": []})"),
            "s.json.schema: this program reads schema 1, not 2");
}

TEST(BadSuite, ThatIsNoJsonIsRefused) {
  EXPECT_TRUE(complaint("{").starts_with("s.json: not valid JSON: "));
  EXPECT_TRUE(complaint("").starts_with("s.json: not valid JSON: "));
}

TEST(BadSuite, WithAKeyThatStandsTwiceIsRefused) {
  EXPECT_EQ(complaint_of_group(std::string(kForward) + R"(, "shapes": [[1, 1]])"),
            "s.json.groups[0]: the key \"shapes\" stands twice");
}

TEST(LoadingASuite, ThatIsNotThereNamesThoseThatAre) {
  const std::filesystem::path folder = PRELU_SUITE_FOLDER;
  for (const char* name : {"nope", "./nope.json", ".", "/"}) {
    try {
      load_suite(name, folder, kVariants);
      ADD_FAILURE() << name << " was loaded";
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(std::string(error.what()),
                "suite '" + std::string(name) +
                    "' is neither a file nor one of: backward, "
                    "ceilings, cpu, forward, full, gate, large, networks, quick, "
                    "smoke, sweep_channels, sweep_plane, sweep_size");
    }
  }
}

TEST(LoadingASuite, TakesANameOrAFile) {
  const std::filesystem::path folder = PRELU_SUITE_FOLDER;
  const Suite by_name = load_suite("smoke", folder, kVariants);
  EXPECT_EQ(by_name.name, "smoke");
  EXPECT_FALSE(by_name.cases.empty());
  EXPECT_EQ(load_suite((folder / "smoke.json").string(), folder, kVariants), by_name);
}

}  // namespace
}  // namespace prelu::harness
