// The library beside oneDNN's PReLU primitive: y and dx have the same bits, dalpha lies within the
// bound of its sum. Where oneDNN differs, a test says how.
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "case.hpp"
#include "dtype.hpp"
#include "onednn.hpp"
#include "prelu/plan.hpp"
#include "reference.hpp"

namespace prelu::harness {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

Peer onednn(Direction direction) {
  for (const Peer& peer : onednn_peers()) {
    if (peer.variant.direction == direction) return peer;
  }
  throw std::logic_error("oneDNN has no such direction");
}

constexpr std::array<Shape, 3> kShapes{Shape{.n = 4, .c = 6, .spatial = 1},
                                       Shape{.n = 3, .c = 5, .spatial = 49},
                                       Shape{.n = 2, .c = 32, .spatial = 64}};

/// oneDNN's reason to refuse the problem: that it is not there, or that this CPU lacks something.
Unsupported refusal(const Problem& problem) {
  return onednn(problem.direction).variant.check(problem);
}

template <class S>
struct Inputs {
  std::vector<S> x;
  std::vector<S> dy;
  std::vector<S> alpha;
};

template <class S>
struct Outputs {
  std::vector<S> tensor;  ///< y or dx
  std::vector<S> dalpha;
};

/// What `run` leaves in the outputs of a problem; they begin as NaN.
template <class S, class Run>
Outputs<S> outputs_of(const Problem& problem, const Inputs<S>& inputs, const Run& run) {
  Outputs<S> outputs{.tensor = std::vector<S>(inputs.x.size(), narrow<S>(kNaN)),
                     .dalpha = std::vector<S>(inputs.alpha.size(), narrow<S>(kNaN))};
  const bool forward = problem.direction == Direction::forward;
  run(Operands{.x = inputs.x.data(),
               .alpha = inputs.alpha.data(),
               .y = forward ? outputs.tensor.data() : nullptr,
               .dy = inputs.dy.data(),
               .dx = forward ? nullptr : outputs.tensor.data(),
               .dalpha = outputs.dalpha.data()});
  return outputs;
}

template <class S>
Outputs<S> ours(const Problem& problem, const Inputs<S>& inputs) {
  const Plan plan(Backend::cpu, problem, {.alignment = alignof(S)});
  constexpr std::size_t kAlignment = 256;
  std::vector<std::byte> workspace(plan.workspace_bytes() + kAlignment);
  void* aligned = workspace.data();
  std::size_t space = workspace.size();
  std::align(kAlignment, plan.workspace_bytes(), aligned, space);
  return outputs_of(problem, inputs, [&](Operands operands) {
    operands.workspace = aligned;
    plan.run(operands);
  });
}

template <class S>
Outputs<S> theirs(const Problem& problem, const Inputs<S>& inputs) {
  const Launch launch = onednn(problem.direction).prepare(problem);
  return outputs_of(problem, inputs, [&](const Operands& operands) { launch(operands, nullptr); });
}

/// Half of x is negative, and none is zero.
template <class S>
Inputs<S> random_inputs(const Problem& problem) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  const auto draw = [&](std::int64_t count, auto value) {
    std::vector<S> values(static_cast<std::size_t>(count));
    for (S& element : values) element = narrow<S>(value());
    return values;
  };
  const auto elements = problem.shape.elements();
  const auto not_zero = [&] {
    return std::copysign(std::abs(normal(random)) + 0.01, normal(random));
  };
  return {.x = draw(elements, not_zero),
          .dy = draw(elements, not_zero),
          .alpha = draw(slope_count(problem), [&] { return 0.05 + std::abs(not_zero()) / 8; })};
}

template <class S>
std::uint64_t bits_of(const S& value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(S));
  return bits;
}

/// The first element whose bits differ, described; NaNs are alike.
template <class S>
std::string difference(const std::vector<S>& expected, const std::vector<S>& actual) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool both_nan = std::isnan(widen(expected[i])) && std::isnan(widen(actual[i]));
    if (both_nan || bits_of(expected[i]) == bits_of(actual[i])) continue;
    return "[" + std::to_string(i) + "] " + std::to_string(widen(expected[i])) + " and " +
           std::to_string(widen(actual[i]));
  }
  return {};
}

template <class S>
void expect_within_bound(const Problem& problem, const Inputs<S>& inputs,
                         const std::vector<S>& dalpha, const char* whose) {
  std::vector<S> dx(inputs.x.size());
  const auto gradients = reference::backward(problem, {.x = inputs.x.data(),
                                                       .alpha = inputs.alpha.data(),
                                                       .dy = inputs.dy.data(),
                                                       .dx = dx.data()});
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const double expected = reference::rounded(gradients[k].value, problem.dtype);
    EXPECT_NEAR(widen(dalpha[k]), expected, reference::allowed_error(problem, gradients[k]))
        << whose << " dalpha[" << k << "]";
  }
}

/// Runs `test` with the problem and its storage type where oneDNN computes it; else skips by name.
template <class Test>
void where_supported(const Problem& problem, const Test& test) {
  if (const Unsupported refused = refusal(problem)) {
    const char* required = std::getenv("PRELU_REQUIRE_FRAMEWORKS");
    const bool must =
        required != nullptr && std::string(required).find("onednn") != std::string::npos;
    if (must && problem.dtype == DType::f32) FAIL() << "oneDNN is required: " << refused.reason();
    GTEST_SKIP() << refused.reason();
  }
  visit_dtype(problem.dtype, [&]<class S>(std::type_identity<S>) {
    if constexpr (!std::is_same_v<S, double>) test(std::type_identity<S>{});
  });
}

class OneDnnParity : public testing::TestWithParam<Problem> {};

TEST_P(OneDnnParity, ForwardHasTheSameBits) {
  for (const Shape& shape : kShapes) {
    Problem problem = GetParam();
    problem.shape = shape;
    where_supported(problem, [&]<class S>(std::type_identity<S>) {
      const Inputs<S> inputs = random_inputs<S>(problem);
      EXPECT_EQ(difference(ours(problem, inputs).tensor, theirs(problem, inputs).tensor), "")
          << problem_name({.problem = problem});
    });
  }
}

TEST_P(OneDnnParity, BackwardHasTheSameBitsAndBothSumsAreWithinTheBound) {
  for (const Shape& shape : kShapes) {
    Problem problem = GetParam();
    problem.direction = Direction::backward;
    problem.shape = shape;
    where_supported(problem, [&]<class S>(std::type_identity<S>) {
      const Inputs<S> inputs = random_inputs<S>(problem);
      const Outputs<S> our = ours(problem, inputs);
      const Outputs<S> their = theirs(problem, inputs);
      EXPECT_EQ(difference(our.tensor, their.tensor), "") << problem_name({.problem = problem});
      expect_within_bound(problem, inputs, our.dalpha, "our");
      expect_within_bound(problem, inputs, their.dalpha, "oneDNN's");
    });
  }
}

/// Of every dtype that oneDNN has beside ours: on a CPU, version 2.6 has no f16.
std::vector<Problem> problems() {
  std::vector<Problem> list;
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const Layout layout : {Layout::nchw, Layout::nhwc}) {
      for (const AlphaMode mode :
           {AlphaMode::shared, AlphaMode::per_channel, AlphaMode::per_element}) {
        list.push_back({.dtype = dtype,
                        .alpha_dtype = dtype,
                        .layout = layout,
                        .alpha_mode = mode,
                        .at_zero = SlopeAtZero::alpha});
      }
    }
  }
  return list;
}

std::string test_name(const testing::TestParamInfo<Problem>& info) {
  std::string name = problem_name({.problem = info.param});
  name.erase(name.find("/1x1x1"));
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Problems, OneDnnParity, testing::ValuesIn(problems()), test_name);

// --- where oneDNN differs ------------------------------------------------------------------------

constexpr float kSmallest = std::numeric_limits<float>::denorm_min();
constexpr float kNormal = std::numeric_limits<float>::min();
constexpr float kLargest = std::numeric_limits<float>::max();

/// Each special value with a slope of its own, so that each has its own dalpha too.
struct SpecialValues {
  Problem problem;
  Inputs<float> inputs;
};

SpecialValues special_values(Direction direction, float alpha) {
  const std::vector<float> x{0,  -0.0F,    kSmallest, -kSmallest, kNormal, -kNormal, 1,
                             -1, kLargest, -kLargest, kInf,       -kInf,   kNaN,     -3};
  return {.problem = {.direction = direction,
                      .alpha_mode = AlphaMode::per_element,
                      .shape = {.n = 1, .c = 1, .spatial = std::ssize(x)},
                      .at_zero = SlopeAtZero::alpha},
          .inputs = {.x = x,
                     .dy = std::vector<float>(x.size(), -2),
                     .alpha = std::vector<float>(x.size(), alpha)}};
}

/// The library's results, and oneDNN's, of all special values.
std::pair<Outputs<float>, Outputs<float>> of_special_values(const SpecialValues& values) {
  return {ours(values.problem, values.inputs), theirs(values.problem, values.inputs)};
}

std::vector<float> without_sign_of_zero(std::vector<float> values) {
  for (float& value : values) value = value == 0 ? 0 : value;
  return values;
}

TEST(OneDnnDiffers, NotInSpecialValuesThatMeetAPositiveAlpha) {
  const SpecialValues values = special_values(Direction::forward, 0.25F);
  where_supported(values.problem, [&](auto) {
    const auto [our, their] = of_special_values(values);
    EXPECT_EQ(difference(our.tensor, their.tensor), "");
  });
}

// It computes max(x, 0) + alpha * min(x, 0), and 0 + -0 is 0.
TEST(OneDnnDiffers, InTheSignOfZeroWhereAlphaIsNotPositive) {
  for (const float alpha : {0.0F, -0.5F}) {
    const SpecialValues values = special_values(Direction::forward, alpha);
    where_supported(values.problem, [&](auto) {
      const auto [our, their] = of_special_values(values);
      EXPECT_EQ(difference(without_sign_of_zero(our.tensor), without_sign_of_zero(their.tensor)),
                "");
      const std::size_t differs = alpha == 0 ? 7 : 0;  // -1 * 0 and 0 * -0.5
      EXPECT_TRUE(std::signbit(our.tensor[differs]));
      EXPECT_FALSE(std::signbit(their.tensor[differs]));
    });
  }
}

// inf * min(x, 0) is NaN for any x that is not negative.
TEST(OneDnnDiffers, InGivingNanForPositiveXWhereAlphaIsInfinite) {
  const SpecialValues values = special_values(Direction::forward, kInf);
  where_supported(values.problem, [&](auto) {
    const auto [our, their] = of_special_values(values);
    for (std::size_t i = 0; i < values.inputs.x.size(); ++i) {
      const float x = values.inputs.x[i];
      EXPECT_EQ(std::isnan(our.tensor[i]), x == 0 || std::isnan(x)) << x;
      EXPECT_EQ(std::isnan(their.tensor[i]), !(x < 0)) << x;
      if (x > 0) {
        EXPECT_EQ(our.tensor[i], x);
      }
    }
  });
}

// In backward a NaN of x takes no slope at all.
TEST(OneDnnDiffers, InLosingANanOfXInBackward) {
  const SpecialValues values = special_values(Direction::backward, 0.25F);
  where_supported(values.problem, [&](auto) {
    const auto [our, their] = of_special_values(values);
    for (std::size_t i = 0; i < values.inputs.x.size(); ++i) {
      if (std::isnan(values.inputs.x[i])) {
        EXPECT_EQ(our.tensor[i], -0.5F);
        EXPECT_EQ(their.tensor[i], 0);
        EXPECT_TRUE(std::isnan(our.dalpha[i]));
        EXPECT_EQ(their.dalpha[i], 0);
      } else {
        EXPECT_EQ(our.tensor[i], their.tensor[i]);
        EXPECT_EQ(our.dalpha[i], their.dalpha[i]);
      }
    }
  });
}

}  // namespace
}  // namespace prelu::harness
