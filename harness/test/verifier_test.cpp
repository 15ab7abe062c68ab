// The verifier must reject what a careless comparison lets through, and nothing else.
#include "verifier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "fake_device.hpp"
#include "fake_variants.hpp"
#include "variant.hpp"

namespace prelu::harness {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

using VariantLaunch = void (*)(const Problem&, const Operands&, Stream);

constexpr Shape kShape{.n = 2, .c = 3, .spatial = 5};
constexpr Problem kForward{.shape = kShape};
constexpr Problem kBackward{.direction = Direction::backward, .shape = kShape};

Verdict verdict_on(FakeDevice& device, const KernelVariant& variant, const Case& c,
                   const Dataset& dataset, const ProblemData& data) {
  OperandBuffers buffers(device, c, workspace_bytes(variant, c.problem),
                         zeroed_workspace_bytes(variant, c.problem));
  Verdict verdict;
  const Launch launch = Catalogue().prepare(variant, c.problem);
  verify(device, launch, Catalogue().claims(variant), c, dataset, data, buffers, verdict);
  return verdict;
}

/// What is found wrong with this launch; empty if nothing.
std::string mismatch(VariantLaunch launch, const Problem& problem,
                     DataKind kind = DataKind::random) {
  FakeDevice device;
  const KernelVariant variant{.name = "cpu/test",
                              .direction = problem.direction,
                              .workspace_bytes = [](const Problem&) { return std::size_t{64}; },
                              .zeroed_workspace_bytes = 16,
                              .launch = launch};
  const Dataset dataset{.kind = kind, .seed = 5};
  return verdict_on(device, variant, {.variant = "cpu/test", .problem = problem}, dataset,
                    make_data(problem, dataset))
      .mismatch;
}

/// Launches the right kernel, then spoils something in the tensors, which are f32.
template <class Spoil>
void forward_then(const Problem& problem, const Operands& op, Spoil spoil) {
  right_forward(problem, op, nullptr);
  spoil(static_cast<float*>(op.y));
}

TEST(Matches, WithinTheBoundAndAtIt) {
  EXPECT_TRUE(matches(10, 10, 0));
  EXPECT_TRUE(matches(10, 10.5, 0.5));
  EXPECT_TRUE(matches(10, 9.5, 0.5));
  EXPECT_FALSE(matches(10, std::nextafter(10.5, 11), 0.5));
  EXPECT_FALSE(matches(10, std::nextafter(9.5, 9), 0.5));
  EXPECT_FALSE(matches(10, std::nextafter(10, 11), 0));
}

TEST(Matches, ANanOnlyWithANan) {
  EXPECT_TRUE(matches(kNaN, kNaN, 0));
  EXPECT_TRUE(matches(kNaN, -kNaN, 0));
  EXPECT_FALSE(matches(kNaN, 0, 1));
  EXPECT_FALSE(matches(0, kNaN, 1));
  EXPECT_FALSE(matches(0, kNaN, kInf));
  EXPECT_FALSE(matches(0, kNaN, kNaN));
}

TEST(Matches, AnInfinityOnlyWithItself) {
  EXPECT_TRUE(matches(kInf, kInf, 0));
  EXPECT_FALSE(matches(kInf, -kInf, kInf));
  EXPECT_FALSE(matches(kInf, 1, kInf));
  EXPECT_FALSE(matches(1, kInf, 0));
  EXPECT_FALSE(matches(kInf, kNaN, 0));
}

TEST(Verifier, AcceptsWhatIsRightInEveryDtypeModeAndKindOfData) {
  for (const DType dtype : {DType::f16, DType::bf16, DType::f32, DType::f64}) {
    for (const AlphaMode mode :
         {AlphaMode::shared, AlphaMode::per_channel, AlphaMode::per_element}) {
      for (const bool in_place : {false, true}) {
        Problem problem{.dtype = dtype,
                        .alpha_dtype = dtype,
                        .alpha_mode = mode,
                        .shape = kShape,
                        .at_zero = SlopeAtZero::alpha,
                        .in_place = in_place};
        for (const DataKind kind : {DataKind::random, DataKind::special, DataKind::integer,
                                    DataKind::overflowing, DataKind::one_hot}) {
          problem.direction = Direction::forward;
          EXPECT_EQ(mismatch(right_forward, problem, kind), "");
          problem.direction = Direction::backward;
          EXPECT_EQ(mismatch(right_backward, problem, kind), "");
        }
      }
    }
  }
}

TEST(Verifier, AcceptsAccumulationOntoWhatWasThere) {
  Problem problem = kBackward;
  problem.accumulate = true;
  EXPECT_EQ(mismatch(right_backward, problem), "");
  // The same as if nothing had been there.
  const auto overwrites = [](const Problem& p, const Operands& op, Stream stream) {
    Problem plain = p;
    plain.accumulate = false;
    right_backward(plain, op, stream);
  };
  EXPECT_NE(mismatch(overwrites, problem), "");
}

TEST(Verifier, AcceptsAFrozenAlphaAndAStepOfSgd) {
  Problem problem = kBackward;
  for (const DataKind kind : {DataKind::random, DataKind::special, DataKind::integer}) {
    for (const bool in_place : {false, true}) {
      problem.in_place = in_place;
      problem.update = AlphaUpdate::frozen;
      EXPECT_EQ(mismatch(right_backward, problem, kind), "");
      problem.update = AlphaUpdate::sgd;
      EXPECT_EQ(mismatch(right_backward, problem, kind), "");
    }
  }
}

TEST(Verifier, RejectsAStepOfSgdThatForgetsTheMomentumTheRateOrAlpha) {
  Problem problem = kBackward;
  problem.update = AlphaUpdate::sgd;
  const auto forgets_momentum = [](const Problem& p, const Operands& op, Stream stream) {
    Operands other = op;
    other.sgd.momentum = 0;
    right_backward(p, other, stream);
  };
  EXPECT_TRUE(mismatch(forgets_momentum, problem).starts_with("dalpha["));
  const auto forgets_rate = [](const Problem& p, const Operands& op, Stream stream) {
    Operands other = op;
    other.sgd.learning_rate = 1;
    right_backward(p, other, stream);
  };
  EXPECT_TRUE(mismatch(forgets_rate, problem).starts_with("alpha_out["));
  const auto leaves_alpha = [](const Problem& p, const Operands& op, Stream stream) {
    std::vector<float> scratch(static_cast<std::size_t>(slope_count(p)));
    Operands other = op;
    other.alpha_out = scratch.data();
    right_backward(p, other, stream);
  };
  EXPECT_TRUE(mismatch(leaves_alpha, problem).starts_with("alpha_out["));
}

TEST(Verifier, AcceptsABroadcastAndRejectsAnotherMap) {
  Problem problem = kBackward;
  problem.alpha_mode = AlphaMode::broadcast;
  problem.broadcast = {.spatial = {1, 1, problem.shape.spatial},
                       .alpha = {1, problem.shape.c, 1, 1, 1}};
  for (const DataKind kind : {DataKind::random, DataKind::integer, DataKind::one_hot}) {
    EXPECT_EQ(mismatch(right_backward, problem, kind), "");
  }
  const auto other_map = [](const Problem& p, const Operands& op, Stream stream) {
    Problem other = p;
    other.layout = Layout::nhwc;
    right_backward(other, op, stream);
  };
  EXPECT_NE(mismatch(other_map, problem), "");
}

TEST(Verifier, AcceptsAnyNanForANan) {
  const auto quiet = [](const Problem& problem, const Operands& op, Stream) {
    forward_then(problem, op, [&](float* y) {
      for (int i = 0; i < problem.shape.elements(); ++i) {
        const std::uint32_t other_nan = 0x7FC12345;
        if (std::isnan(y[i])) std::memcpy(&y[i], &other_nan, sizeof other_nan);
      }
    });
  };
  EXPECT_EQ(mismatch(quiet, kForward, DataKind::special), "");
}

TEST(Verifier, RejectsWhatWasNeverWritten) {
  const auto leaves_the_last = [](const Problem& problem, const Operands& op, Stream stream) {
    const auto last = problem.shape.elements() - 1;
    auto* y = static_cast<float*>(op.y);
    const float before = y[last];
    right_forward(problem, op, stream);
    y[last] = before;
  };
  EXPECT_TRUE(mismatch(leaves_the_last, kForward).starts_with("y[29] is -nan (0xffffffff), "));
}

TEST(Verifier, RejectsWhatWasNeverWrittenEvenWhereANanIsExpected) {
  const auto leaves_nans = [](const Problem& problem, const Operands& op, Stream stream) {
    auto* y = static_cast<float*>(op.y);
    const std::vector<float> before(y, y + problem.shape.elements());
    right_forward(problem, op, stream);
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (std::isnan(y[i])) y[i] = before[i];
    }
  };
  EXPECT_NE(mismatch(leaves_nans, kForward, DataKind::special), "");
}

TEST(Verifier, RejectsANanWhereANumberIsExpected) {
  const auto forward = [](const Problem& problem, const Operands& op, Stream) {
    forward_then(problem, op, [](float* y) { y[4] = std::nanf(""); });
  };
  EXPECT_TRUE(mismatch(forward, kForward).starts_with("y[4] is nan "));
  const auto backward = [](const Problem& problem, const Operands& op, Stream stream) {
    right_backward(problem, op, stream);
    static_cast<float*>(op.dalpha)[1] = std::nanf("");
  };
  EXPECT_TRUE(mismatch(backward, kBackward).starts_with("dalpha[1] is nan "));
}

TEST(Verifier, RejectsTheWrongSignOfZero) {
  const auto loses_signs = [](const Problem& problem, const Operands& op, Stream) {
    forward_then(problem, op, [&](float* y) {
      for (int i = 0; i < problem.shape.elements(); ++i) y[i] += 0.0F;  // -0 becomes 0
    });
  };
  const Problem large{.shape = {.n = 2, .c = 3, .spatial = 50}};
  EXPECT_EQ(mismatch(loses_signs, large, DataKind::random), "");
  const std::string text = mismatch(loses_signs, large, DataKind::special);
  EXPECT_NE(text.find("is 0 (0x0), expected exactly -0 (0x80000000)"), std::string::npos) << text;
}

TEST(Verifier, TakesEitherSignOfZeroFromWhatDoesNotKeepSpecialValues) {
  const auto verdict_of = [](bool special_values, auto spoil) {
    FakeDevice device;
    const Problem problem{.shape = {.n = 2, .c = 3, .spatial = 50}};
    const Dataset dataset{.kind = DataKind::special};
    const Case c{.variant = "peer/test-1/forward", .problem = problem};
    OperandBuffers buffers(device, c, 0);
    Verdict verdict;
    const Launch launch = [&](const Operands& op, Stream) { forward_then(problem, op, spoil); };
    verify(device, launch, {.special_values = special_values}, c, dataset,
           make_data(problem, dataset), buffers, verdict);
    return verdict.passed();
  };
  const auto loses_signs = [](float* y) {
    for (int i = 0; i < 300; ++i) y[i] += 0.0F;  // -0 becomes 0
  };
  EXPECT_FALSE(verdict_of(true, loses_signs));
  EXPECT_TRUE(verdict_of(false, loses_signs));
  EXPECT_FALSE(verdict_of(false, [](float* y) { y[7] = std::nextafter(y[7], 10.0F); }));
}

TEST(Verifier, RejectsAnErrorInTheLastBit) {
  const auto off_by_one_ulp = [](const Problem& problem, const Operands& op, Stream) {
    forward_then(problem, op, [](float* y) { y[7] = std::nextafter(y[7], 10.0F); });
  };
  EXPECT_TRUE(mismatch(off_by_one_ulp, kForward).starts_with("y[7] is "));
}

TEST(Verifier, RejectsOneLostTermInExactSums) {
  const Problem large{.direction = Direction::backward,
                      .alpha_mode = AlphaMode::shared,
                      .shape = {.n = 1, .c = 1, .spatial = 1 << 20}};
  const auto loses_a_term = [](const Problem& problem, const Operands& op, Stream stream) {
    right_backward(problem, op, stream);
    *static_cast<float*>(op.dalpha) += 1;
  };
  EXPECT_TRUE(mismatch(loses_a_term, large, DataKind::integer).starts_with("dalpha[0] is "));
}

TEST(Verifier, AppliesTheBoundOfEachSlope) {
  FakeDevice device;
  const KernelVariant variant{
      .name = "cpu/test", .direction = Direction::backward, .launch = right_backward};
  const Dataset dataset{.kind = DataKind::integer};
  ProblemData data = make_data(kBackward, dataset);
  const Case c{.variant = "cpu/test", .problem = kBackward};
  data.expected_dalpha[2].value += 0.5;
  data.expected_dalpha[2].allowed = 0.5;
  const Verdict at_the_bound = verdict_on(device, variant, c, dataset, data);
  EXPECT_EQ(at_the_bound.mismatch, "");
  EXPECT_EQ(at_the_bound.verification.max_error, 0.5);
  EXPECT_EQ(at_the_bound.verification.allowed, 0.5);
  data.expected_dalpha[2].allowed = std::nextafter(0.5, 0);
  EXPECT_TRUE(verdict_on(device, variant, c, dataset, data).mismatch.starts_with("dalpha[2] is "));
}

TEST(Verifier, RejectsWritesOutsideOfATensor) {
  struct Wild {
    VariantLaunch launch;
    const char* found;
  };
  constexpr auto kElements = kShape.elements();
  const std::vector<Wild> forward{
      {[](const Problem& p, const Operands& op, Stream) {
         forward_then(p, op, [](float* y) { y[kElements] = 1; });
       },
       "y was written 0 bytes past its end"},
      {[](const Problem& p, const Operands& op, Stream) {
         forward_then(p, op, [](float* y) { y[kElements + 200] = 1; });
       },
       "y was written 800 bytes past its end"},
      {[](const Problem& p, const Operands& op, Stream) {
         forward_then(p, op, [](float* y) { y[-1] = 1; });
       },
       "y was written 1 bytes before its start"},
  };
  for (const auto& [launch, found] : forward) {
    EXPECT_TRUE(mismatch(launch, kForward).starts_with(found)) << mismatch(launch, kForward);
  }
  const std::vector<Wild> backward{
      {[](const Problem& p, const Operands& op, Stream stream) {
         right_backward(p, op, stream);
         static_cast<float*>(op.dalpha)[3] = 1;
       },
       "dalpha was written 0 bytes past its end"},
      {[](const Problem& p, const Operands& op, Stream stream) {
         right_backward(p, op, stream);
         static_cast<char*>(op.workspace)[64] = 1;
       },
       "workspace was written 0 bytes past its end"},
  };
  for (const auto& [launch, found] : backward) {
    EXPECT_TRUE(mismatch(launch, kBackward).starts_with(found)) << mismatch(launch, kBackward);
  }
}

TEST(Verifier, SeesAWriteBeforeAnUnalignedTensor) {
  FakeDevice device;
  const KernelVariant variant{.name = "cpu/test",
                              .launch = [](const Problem& p, const Operands& op, Stream) {
                                forward_then(p, op, [](float* y) { y[-1] = 1; });
                              }};
  const Dataset dataset;
  const Case c{.variant = "cpu/test", .problem = kForward, .offset = 1};
  EXPECT_NE(verdict_on(device, variant, c, dataset, make_data(kForward, dataset)).mismatch, "");
}

TEST(Verifier, RejectsAChangedInput) {
  const auto changes_x = [](const Problem& p, const Operands& op, Stream stream) {
    right_forward(p, op, stream);
    static_cast<float*>(const_cast<void*>(op.x))[0] += 1;
  };
  EXPECT_TRUE(mismatch(changes_x, kForward).starts_with("the input x was changed"));
  const auto changes_alpha = [](const Problem& p, const Operands& op, Stream stream) {
    right_backward(p, op, stream);
    static_cast<float*>(const_cast<void*>(op.alpha))[0] += 1;
  };
  EXPECT_TRUE(mismatch(changes_alpha, kBackward).starts_with("the input alpha was changed"));
  const auto changes_dy = [](const Problem& p, const Operands& op, Stream stream) {
    right_backward(p, op, stream);
    static_cast<float*>(const_cast<void*>(op.dy))[0] += 1;
  };
  EXPECT_TRUE(mismatch(changes_dy, kBackward).starts_with("the input dy was changed"));
}

TEST(Verifier, ZeroesTheStartOfTheWorkspaceAndPoisonsTheRest) {
  const auto counts = [](const Problem& problem, const Operands& op, Stream stream) {
    right_backward(problem, op, stream);
    const auto* bytes = static_cast<const unsigned char*>(op.workspace);
    for (int i = 0; i < 16; ++i) static_cast<float*>(op.dalpha)[0] += static_cast<float>(bytes[i]);
    for (int i = 16; i < 64; ++i) static_cast<float*>(op.dalpha)[0] += bytes[i] == 0 ? 1.0F : 0.0F;
  };
  EXPECT_EQ(mismatch(counts, kBackward), "");
}

TEST(Verifier, RejectsAWorkspaceWhoseStartIsNotLeftZero) {
  const auto leaves_a_counter = [](const Problem& problem, const Operands& op, Stream stream) {
    right_backward(problem, op, stream);
    static_cast<unsigned char*>(op.workspace)[15] = 1;
  };
  EXPECT_TRUE(mismatch(leaves_a_counter, kBackward)
                  .starts_with("byte 15 of the workspace was not left zero"));
  const auto uses_the_rest = [](const Problem& problem, const Operands& op, Stream stream) {
    right_backward(problem, op, stream);
    static_cast<unsigned char*>(op.workspace)[16] = 1;
  };
  EXPECT_EQ(mismatch(uses_the_rest, kBackward), "");
}

/// Within the bound, but not the same twice.
void unsteady(const Problem& problem, const Operands& op, Stream stream) {
  static int launches = 0;
  right_backward(problem, op, stream);
  auto* dalpha = static_cast<float*>(op.dalpha);
  if (++launches % 2 == 0) dalpha[0] = std::nextafter(dalpha[0], 1e9F);
}

TEST(Verifier, RejectsAVariantThatClaimsToBeDeterministicAndIsNot) {
  FakeDevice device;
  KernelVariant variant{.name = "cpu/test", .direction = Direction::backward, .launch = unsteady};
  const Dataset dataset;
  const ProblemData data = make_data(kBackward, dataset);
  const Case c{.variant = "cpu/test", .problem = kBackward};
  EXPECT_TRUE(verdict_on(device, variant, c, dataset, data)
                  .mismatch.starts_with("not deterministic: in another run dalpha[0] is "));
  variant.deterministic = false;
  EXPECT_EQ(verdict_on(device, variant, c, dataset, data).mismatch, "");
}

TEST(Verifier, RunsEveryScheduleOfTheDevice) {
  FakeDevice device;
  device.orders = 3;
  const KernelVariant variant{.name = "cpu/test", .launch = right_forward};
  const Dataset dataset;
  const Verdict verdict = verdict_on(device, variant, {.variant = "cpu/test", .problem = kForward},
                                     dataset, make_data(kForward, dataset));
  EXPECT_TRUE(verdict.passed());
  EXPECT_EQ(device.schedules_used, (std::vector{0, 1, 2}));
  EXPECT_EQ(verdict.verification.checked, 3 * kShape.elements());
}

TEST(Verifier, SaysWhatIsWrongWhereAndWithWhichData) {
  const auto wrong = [](const Problem& problem, const Operands& op, Stream) {
    forward_then(problem, op, [](float* y) { y[3] = y[5] = 100; });
  };
  const std::string text = mismatch(wrong, kForward, DataKind::equal);
  EXPECT_EQ(text,
            "y[3] is 100 (0x42c80000), expected exactly -0 (0x80000000); 2 of 30 elements differ "
            "(equal data, seed 5, run 1)");
}

}  // namespace
}  // namespace prelu::harness
