// A case's name is its identity: printing and parsing are one another's inverse.
#include "case.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace prelu::harness {
namespace {

std::string complaint(std::string_view name) {
  try {
    parse_case(name);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

TEST(CaseName, IsTheVariantThenTheProblem) {
  const Case c{.variant = "cuda/forward_packed",
               .problem = {.dtype = DType::bf16,
                           .alpha_mode = AlphaMode::per_channel,
                           .shape = {.n = 4, .c = 64, .spatial = 196}}};
  EXPECT_EQ(case_name(c), "cuda/forward_packed/bf16/nchw/per_channel/4x64x196");
}

TEST(CaseName, OfAPeerHasItsLibraryAndDirection) {
  const Case c = parse_case("peer/onednn-3.1/backward/bf16/nchw/per_channel/4x64x196");
  EXPECT_EQ(c.variant, "peer/onednn-3.1/backward");
  EXPECT_EQ(c.problem.direction, Direction::backward);
  EXPECT_EQ(c.problem.dtype, DType::bf16);
  EXPECT_EQ(case_name(c), "peer/onednn-3.1/backward/bf16/nchw/per_channel/4x64x196");
}

TEST(CaseName, HasASuffixForEachFieldThatIsNotAtItsDefault) {
  const Case c{.variant = "cpu/backward_naive",
               .problem = {.direction = Direction::backward,
                           .dtype = DType::f16,
                           .alpha_dtype = DType::f32,
                           .layout = Layout::nhwc,
                           .alpha_mode = AlphaMode::per_element,
                           .shape = {.n = 2, .c = 3, .spatial = 5},
                           .at_zero = SlopeAtZero::alpha,
                           .in_place = true,
                           .accumulate = true},
               .offset = 7,
               .shifted = "dalpha",
               .hot = true};
  EXPECT_EQ(case_name(c),
            "cpu/backward_naive/f16/nhwc/per_element/2x3x5/alpha=f32/zero=alpha/in_place/"
            "accumulate/offset=7/shifted=dalpha/hot");
  EXPECT_EQ(parse_case(case_name(c)), c);
}

TEST(CaseName, SaysWhichOperandLiesFurtherThanTheOthers) {
  for (const char* name :
       {"forward/f32/nchw/shared/2x3x5/shifted=x", "forward/f32/nchw/shared/2x3x5/shifted=y",
        "forward/f16/nchw/shared/2x3x5/in_place/offset=1/shifted=alpha",
        "backward/f32/nchw/shared/2x3x5/shifted=dy", "backward/f32/nchw/shared/2x3x5/shifted=dx",
        "backward/f32/nchw/shared/2x3x5/shifted=dalpha",
        "backward/f32/nchw/shared/2x3x5/sgd/shifted=alpha_out"}) {
    const Case c = parse_case(name);
    EXPECT_EQ(name,
              std::string(c.problem.direction == Direction::forward ? "forward/" : "backward/") +
                  problem_name(c));
  }
}

TEST(CaseName, IsReadBackToAnEqualCaseWhateverItsFields) {
  int cases = 0;
  for (const char* variant : {"cpu/forward_naive", "cuda/backward_two_pass"}) {
    const bool forward = std::string(variant).find("forward") != std::string::npos;
    for (const DType dtype : {DType::f16, DType::bf16, DType::f32, DType::f64}) {
      for (const bool f32_alpha : {false, true}) {
        for (const Layout layout : {Layout::nchw, Layout::nhwc}) {
          for (const AlphaMode mode :
               {AlphaMode::shared, AlphaMode::per_channel, AlphaMode::per_element}) {
            for (const SlopeAtZero zero :
                 {SlopeAtZero::one, SlopeAtZero::alpha, SlopeAtZero::zero}) {
              for (const bool in_place : {false, true}) {
                for (const std::int64_t offset : {std::int64_t{0}, std::int64_t{1}, kMostOffset}) {
                  const Case c{
                      .variant = variant,
                      .problem = {.direction = forward ? Direction::forward : Direction::backward,
                                  .dtype = dtype,
                                  .alpha_dtype = f32_alpha ? DType::f32 : dtype,
                                  .layout = layout,
                                  .alpha_mode = mode,
                                  .shape = {.n = 0, .c = 12, .spatial = 1},
                                  .at_zero = zero,
                                  .in_place = in_place,
                                  .accumulate = !forward},
                      .offset = offset};
                  EXPECT_EQ(parse_case(case_name(c)), c) << case_name(c);
                  ++cases;
                }
              }
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(cases, 1728);
}

TEST(CaseName, OfAProblemStartsWithItsDirection) {
  const Case c = parse_case("backward/f64/nchw/shared/2x3x5/zero=zero");
  EXPECT_EQ(c.variant, "");
  EXPECT_EQ(c.problem.direction, Direction::backward);
  EXPECT_EQ(c.problem.dtype, DType::f64);
  EXPECT_EQ(problem_name(c), "f64/nchw/shared/2x3x5/zero=zero");
}

TEST(CaseName, TakesItsDirectionFromTheVariant) {
  EXPECT_EQ(parse_case("cuda/backward_plane/f32/nchw/per_channel/2x3").problem.direction,
            Direction::backward);
  EXPECT_EQ(parse_case("cpu/forward_naive/f32/nchw/per_channel/2x3").problem.direction,
            Direction::forward);
}

TEST(CaseName, FlattensTheDimensionsAfterTheSecond) {
  const auto shape = [](const char* text) {
    return parse_case(std::string("forward/f32/nchw/shared/") + text).problem.shape;
  };
  EXPECT_EQ(shape("2x3"), (Shape{.n = 2, .c = 3, .spatial = 1}));
  EXPECT_EQ(shape("2x3x5"), (Shape{.n = 2, .c = 3, .spatial = 5}));
  EXPECT_EQ(shape("2x3x5x7"), (Shape{.n = 2, .c = 3, .spatial = 35}));
  EXPECT_EQ(shape("2x3x5x7x11"), (Shape{.n = 2, .c = 3, .spatial = 385}));
}

TEST(CaseName, SaysWhatIsDoneForAlphaUnlessItIsTheGradient) {
  for (const char* name : {"backward/f32/nchw/shared/2x3x5/frozen",
                           "backward/f16/nhwc/per_channel/2x3x5/alpha=f32/in_place/sgd/offset=1"}) {
    const Case c = parse_case(name);
    EXPECT_EQ("backward/" + problem_name(c), name);
  }
  EXPECT_EQ(parse_case("backward/f32/nchw/shared/2x3/sgd").problem.update, AlphaUpdate::sgd);
}

TEST(CaseName, OfABroadcastKeepsTheDimensionsOfXAndOfAlpha) {
  const Case c = parse_case("forward/f32/nchw/broadcast/4x64x14x7/alpha_shape=1x64x1x7");
  EXPECT_EQ(c.problem.shape, (Shape{.n = 4, .c = 64, .spatial = 98}));
  EXPECT_EQ(c.problem.broadcast, (Broadcast{.spatial = {1, 14, 7}, .alpha = {1, 64, 1, 1, 7}}));
  for (const char* name :
       {"f32/nchw/broadcast/4x64x14x7/alpha_shape=1x64x1x7",
        "f32/nhwc/broadcast/2x3x4x5x6/alpha_shape=2x1x4x1x6/alpha=f32/zero=alpha"}) {
    const Case read = parse_case("forward/" + std::string(name));
    EXPECT_EQ(parse_case("forward/" + problem_name(read)), read);
  }
  EXPECT_EQ(problem_name(c), "f32/nchw/broadcast/4x64x14x7/alpha_shape=1x64x1x7");
  // [n, c, length] is [n, c, 1, length].
  EXPECT_EQ(problem_name(parse_case("forward/f32/nchw/broadcast/4x64x14/alpha_shape=1x1x14")),
            "f32/nchw/broadcast/4x64x1x14/alpha_shape=1x1x1x14");
}

TEST(BadCaseName, ThatSaysTheSameTwice) {
  for (const char* options : {"zero=one/zero=zero", "in_place/in_place", "frozen/sgd",
                              "offset=1/offset=1", "alpha=f32/alpha=f16"}) {
    const std::string text = complaint(std::string("backward/f16/nchw/shared/2x3/") + options);
    EXPECT_NE(text.find("comes second"), std::string::npos) << options << ": " << text;
  }
}

TEST(BadCaseName, OfABroadcastWhoseShapesDoNotFit) {
  const auto complaint_of = [](const std::string& shapes) {
    return complaint("forward/f32/nchw/" + shapes);
  };
  EXPECT_NE(complaint_of("broadcast/4x64x14x7").find("needs alpha_shape"), std::string::npos);
  EXPECT_NE(complaint_of("broadcast/4x64x14x7/alpha_shape=1x64x7").find("3 dimensions, x's has 4"),
            std::string::npos);
  EXPECT_NE(complaint_of("broadcast/4x64x14x7/alpha_shape=1x32x1x1")
                .find("has 32 along c; allowed are 1 and x's 64"),
            std::string::npos);
  EXPECT_NE(complaint_of("broadcast/1x2x3x4x5x6/alpha_shape=1x1x1x1x1x1").find("at most 5"),
            std::string::npos);
  EXPECT_NE(complaint_of("shared/4x64x14x7/alpha_shape=1x64x1x7"), "none");
}

TEST(BadCaseName, SaysWhichPartIsWrongAndWhatIsAllowed) {
  EXPECT_EQ(complaint("nonsense"),
            "'nonsense': expected [BACKEND/VARIANT or DIRECTION]/DTYPE/LAYOUT/ALPHA/SHAPE");
  EXPECT_EQ(complaint("forward/fp32/nchw/shared/2x3"),
            "'forward/fp32/nchw/shared/2x3': 'fp32' is none of: f16, bf16, f32, f64");
  EXPECT_EQ(complaint("forward/f32/chwn/shared/2x3"),
            "'forward/f32/chwn/shared/2x3': 'chwn' is none of: nchw, nhwc");
  EXPECT_EQ(complaint("forward/f32/nchw/all/2x3"),
            "'forward/f32/nchw/all/2x3': 'all' is none of: shared, per_channel, per_element, "
            "broadcast");
  EXPECT_EQ(complaint("forward/f32/nchw/shared/2x3/zero=nan"),
            "'forward/f32/nchw/shared/2x3/zero=nan': 'nan' is none of: one, alpha, zero");
  EXPECT_EQ(complaint("forward/f32/nchw/shared/2x3/fast"),
            "'forward/f32/nchw/shared/2x3/fast': 'fast' is none of: alpha=DTYPE, "
            "alpha_shape=SHAPE, zero=SLOPE, in_place, accumulate, frozen, sgd, offset=ELEMENTS, "
            "shifted=OPERAND, hot");
  EXPECT_EQ(complaint("cpu/sideways_naive/f32/nchw/shared/2x3"),
            "'cpu/sideways_naive/f32/nchw/shared/2x3': 'sideways' is none of: forward, backward");
}

TEST(BadCaseName, ShiftsNoOperandThatTheProblemHasNot) {
  EXPECT_EQ(complaint("forward/f32/nchw/shared/2x3/in_place/shifted=y"),
            "'forward/f32/nchw/shared/2x3/in_place/shifted=y': shifted: 'y' is none of the "
            "problem's operands: x, alpha");
  for (const char* name :
       {"forward/f32/nchw/shared/2x3/shifted=dy", "forward/f32/nchw/shared/2x3/shifted=workspace",
        "backward/f32/nchw/shared/2x3/shifted=y", "backward/f32/nchw/shared/2x3/shifted=alpha_out",
        "backward/f32/nchw/shared/2x3/shifted=dx/in_place",
        "backward/f32/nchw/shared/2x3/frozen/shifted=dalpha",
        "backward/f32/nchw/shared/2x3/in_place/sgd/shifted=alpha_out"}) {
    EXPECT_NE(complaint(name), "none") << name;
  }
}

TEST(BadCaseName, IsRefusedForAShapeThatIsNone) {
  for (const char* shape :
       {"", "2", "x", "2x", "2xx3", "2x-3", "2x3.5", "2x3 ", "+2x3", "2x0x1y"}) {
    EXPECT_NE(complaint(std::string("forward/f32/nchw/shared/") + shape), "none") << shape;
  }
}

TEST(BadCaseName, IsRefusedForAShapeThatOverflows) {
  for (const char* shape : {"9223372036854775808x1", "1x1x4294967296x4294967296",
                            "4294967296x4294967296x1", "1x1x9223372036854775807"}) {
    EXPECT_NE(complaint(std::string("forward/f32/nchw/shared/") + shape), "none") << shape;
  }
}

TEST(BadCaseName, IsRefusedForOptionsThatMeanNothing) {
  for (const char* option : {"alpha", "alpha=", "alpha=f64", "in_place=1", "offset", "offset=-1",
                             "offset=1048577", "shifted", "shifted=", "hot=1", "accumulate", ""}) {
    EXPECT_NE(complaint(std::string("forward/f32/nchw/shared/2x3/") + option), "none") << option;
  }
}

}  // namespace
}  // namespace prelu::harness
