// The inputs are what the proofs rest on: that they are drawn as promised is checked here.
#include "problem_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "dtype.hpp"

namespace prelu::harness {
namespace {

constexpr std::array kDTypes{DType::f16, DType::bf16, DType::f32, DType::f64};

Problem backward(DType dtype, AlphaMode mode, const Shape& shape) {
  return {.direction = Direction::backward,
          .dtype = dtype,
          .alpha_dtype = dtype,
          .alpha_mode = mode,
          .shape = shape};
}

std::vector<double> numbers(DType dtype, const std::vector<std::byte>& bytes) {
  return visit_dtype(dtype, [&]<class S>(std::type_identity<S>) {
    const auto* values = reinterpret_cast<const S*>(bytes.data());
    std::vector<double> all;
    all.reserve(bytes.size() / sizeof(S));
    for (std::size_t i = 0; i < bytes.size() / sizeof(S); ++i) {
      all.push_back(static_cast<double>(widen(values[i])));
    }
    return all;
  });
}

double share_of_negative(const std::vector<double>& values) {
  const auto negative = std::ranges::count_if(values, [](double value) { return value < 0; });
  return static_cast<double>(negative) / static_cast<double>(values.size());
}

bool all_integers(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double value) { return value == std::trunc(value); });
}

TEST(ProblemData, IsTheSameForTheSameSeedAndDiffersForAnother) {
  // More elements than one thread draws.
  const Problem problem =
      backward(DType::f32, AlphaMode::per_channel, {.n = 8, .c = 64, .spatial = 128});
  for (const DataKind kind : {DataKind::random, DataKind::special, DataKind::integer}) {
    const ProblemData first = make_data(problem, {.kind = kind, .seed = 7});
    const ProblemData again = make_data(problem, {.kind = kind, .seed = 7});
    const ProblemData other = make_data(problem, {.kind = kind, .seed = 8});
    EXPECT_EQ(first.x, again.x);
    EXPECT_EQ(first.alpha, again.alpha);
    EXPECT_EQ(first.dy, again.dy);
    EXPECT_EQ(first.expected, again.expected);
    EXPECT_NE(first.x, other.x);
    EXPECT_NE(first.dy, other.dy);
  }
}

TEST(RandomData, IsAboutHalfNegativeAndNeverConstant) {
  for (const DType dtype : kDTypes) {
    const ProblemData data =
        make_data(backward(dtype, AlphaMode::per_channel, {.n = 4, .c = 64, .spatial = 64}), {});
    for (const auto* tensor : {&data.x, &data.dy}) {
      EXPECT_NEAR(share_of_negative(numbers(dtype, *tensor)), 0.5, 0.02);
    }
    const std::vector<double> slopes = numbers(dtype, data.alpha);
    EXPECT_LT(*std::ranges::min_element(slopes), 0);
    EXPECT_GT(*std::ranges::max_element(slopes), 1);
    EXPECT_NE(std::ranges::find(slopes, 0.0), slopes.end());
  }
}

TEST(SpecialData, HoldsEveryNumberAtWhichAFormatEnds) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  struct Ends {
    DType dtype;
    double subnormal;
    double normal;
    double largest;
  };
  for (const auto& [dtype, subnormal, normal, largest] :
       {Ends{DType::f16, 0x1p-24, 0x1p-14, 65504},
        Ends{DType::bf16, 0x1p-133, 0x1p-126, 0x1.FEp127},
        Ends{DType::f32, 0x1p-149, 0x1p-126, 0x1.FFFFFEp127},
        Ends{DType::f64, 0x1p-1074, 0x1p-1022, 0x1.FFFFFFFFFFFFFp1023}}) {
    const ProblemData data =
        make_data(backward(dtype, AlphaMode::per_channel, {.n = 4, .c = 16, .spatial = 64}),
                  {.kind = DataKind::special});
    const std::vector<double> x = numbers(dtype, data.x);
    for (const double magnitude : {0.0, subnormal, normal, largest, kInfinity}) {
      for (const double wanted : {magnitude, -magnitude}) {
        EXPECT_TRUE(std::ranges::any_of(x, [&](double value) {
          return value == wanted && std::signbit(value) == std::signbit(wanted);
        })) << wanted;
      }
    }
    EXPECT_TRUE(std::ranges::any_of(x, [](double value) { return std::isnan(value); }));
  }
}

void expect_exact_sums(DType dtype, const Shape& shape) {
  const Problem problem = backward(dtype, AlphaMode::shared, shape);
  const ProblemData data = make_data(problem, {.kind = DataKind::integer});
  const std::vector<double> x = numbers(dtype, data.x);
  const std::vector<double> dy = numbers(dtype, data.dy);
  EXPECT_TRUE(all_integers(x));
  EXPECT_TRUE(all_integers(dy));
  double magnitude = 0;
  for (std::size_t i = 0; i < x.size(); ++i) magnitude += std::abs(x[i] * dy[i]);
  EXPECT_GT(magnitude, 0);
  EXPECT_LT(magnitude, 0x1p24);
  ASSERT_EQ(data.expected_dalpha.size(), 1U);
  EXPECT_EQ(data.expected_dalpha[0].allowed, 0);
}

TEST(IntegerData, HoldsIntegersWhoseSumsAreExactInEveryOrder) {
  for (const DType dtype : kDTypes) expect_exact_sums(dtype, {.n = 2, .c = 3, .spatial = 5});
}

TEST(IntegerData, StaysExactForMoreTermsThanWouldFitIfAllCounted) {
  expect_exact_sums(DType::f16, {.n = 8, .c = 1, .spatial = 1 << 20});
}

// A thousand blocks of a reduction: when one is lost, the rounded sum must differ.
TEST(IntegerData, ShowsALostBlockInEveryDType) {
  constexpr std::int64_t kBlock = 4096;
  constexpr std::int64_t kBlocks = 1024;
  for (const DType dtype : kDTypes) {
    const Problem problem =
        backward(dtype, AlphaMode::shared, {.n = 1, .c = 1, .spatial = kBlock * kBlocks});
    const ProblemData data = make_data(problem, {.kind = DataKind::integer});
    const std::vector<double> x = numbers(dtype, data.x);
    const std::vector<double> dy = numbers(dtype, data.dy);
    const double expected = data.expected_dalpha[0].value;
    EXPECT_NE(expected, 0);
    EXPECT_LT(std::abs(expected), 256);  // up to where bf16 holds every integer
    int unseen = 0;
    for (std::int64_t block = 0; block < kBlocks; ++block) {
      double lost = 0;
      for (std::int64_t i = block * kBlock; i < (block + 1) * kBlock; ++i) {
        const auto k = static_cast<std::size_t>(i);
        if (x[k] < 0) lost += x[k] * dy[k];
      }
      unseen += lost == 0 ? 1 : 0;
    }
    EXPECT_LT(unseen, kBlocks / 50);
  }
}

TEST(IntegerData, IsMostlyNegativeSoThatALostTermShows) {
  const Problem problem =
      backward(DType::f32, AlphaMode::shared, {.n = 1, .c = 1, .spatial = 4096});
  const ProblemData data = make_data(problem, {.kind = DataKind::integer});
  EXPECT_GT(share_of_negative(numbers(DType::f32, data.x)), 0.8);
}

TEST(RandomData, AllowsForRoundingAndNoMore) {
  const Problem problem =
      backward(DType::f32, AlphaMode::shared, {.n = 1, .c = 1, .spatial = 4096});
  const ProblemData data = make_data(problem, {});
  EXPECT_GT(data.expected_dalpha[0].allowed, 0);
  EXPECT_LT(data.expected_dalpha[0].allowed, 1);
}

TEST(PositiveData, HasAGradientOfExactlyZero) {
  const Problem problem =
      backward(DType::bf16, AlphaMode::per_channel, {.n = 2, .c = 8, .spatial = 33});
  const ProblemData data = make_data(problem, {.kind = DataKind::positive});
  EXPECT_EQ(data.expected, data.dy);
  for (const ExpectedSlope& gradient : data.expected_dalpha) {
    EXPECT_EQ(gradient.value, 0);
    EXPECT_EQ(gradient.allowed, 0);
  }
}

TEST(OneHotData, ReachesOneSlopeOnly) {
  const Problem problem =
      backward(DType::f32, AlphaMode::per_channel, {.n = 2, .c = 3, .spatial = 5});
  for (std::int64_t position = 0; position < problem.shape.elements(); ++position) {
    const ProblemData data = make_data(problem, {.kind = DataKind::one_hot, .position = position});
    for (std::int64_t k = 0; k < 3; ++k) {
      const double expected =
          k == alpha_map(problem)(position) ? -static_cast<double>(1 + position) : 0;
      EXPECT_EQ(data.expected_dalpha[static_cast<std::size_t>(k)].value, expected);
    }
  }
}

TEST(AccumulatedData, HoldsWhatIsAddedTo) {
  Problem problem = backward(DType::f32, AlphaMode::per_channel, {.n = 1, .c = 4, .spatial = 4});
  EXPECT_TRUE(make_data(problem, {.kind = DataKind::positive}).dalpha_before.empty());
  problem.accumulate = true;
  const ProblemData data = make_data(problem, {.kind = DataKind::positive});
  const std::vector<double> before = numbers(DType::f32, data.dalpha_before);
  ASSERT_EQ(before.size(), 4U);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(data.expected_dalpha[k].value, before[k]);
}

TEST(EmptyProblem, HasEmptyData) {
  const ProblemData data =
      make_data(backward(DType::f32, AlphaMode::per_channel, {.n = 0, .c = 3, .spatial = 5}), {});
  EXPECT_TRUE(data.x.empty());
  EXPECT_EQ(data.expected_dalpha.size(), 3U);
}

TEST(Datasets, OfASmallProblemAreAllKinds) {
  const auto sets =
      datasets_for(backward(DType::f32, AlphaMode::shared, {.n = 2, .c = 3, .spatial = 5}), 9);
  std::vector<std::int64_t> positions;
  for (const Dataset& set : sets) {
    EXPECT_EQ(set.seed, 9U);
    if (set.kind == DataKind::one_hot) positions.push_back(set.position);
  }
  EXPECT_EQ(sets.size(), 7U + 30);
  EXPECT_EQ(positions.size(), 30U);
  EXPECT_EQ(positions.back(), 29);
}

TEST(Datasets, OfALargeProblemAreRandomAndWhereThereIsASumInteger) {
  const Shape large{.n = 1, .c = 1, .spatial = (1 << 16) + 1};
  const auto kinds = [](const Problem& problem) {
    std::vector<DataKind> all;
    for (const Dataset& set : datasets_for(problem, 1)) all.push_back(set.kind);
    return all;
  };
  EXPECT_EQ(kinds({.shape = large}), std::vector{DataKind::random});
  EXPECT_EQ(kinds(backward(DType::f32, AlphaMode::shared, large)),
            (std::vector{DataKind::random, DataKind::integer}));
}

TEST(DataBytes, AreNoFewerThanWhatIsHeld) {
  for (const AlphaMode mode : {AlphaMode::shared, AlphaMode::per_channel, AlphaMode::per_element}) {
    Problem problem = backward(DType::f16, mode, {.n = 3, .c = 5, .spatial = 7});
    problem.accumulate = true;
    const ProblemData data = make_data(problem, {});
    const std::size_t held = data.x.size() + data.alpha.size() + data.dy.size() +
                             data.dalpha_before.size() + data.expected.size() +
                             data.expected_dalpha.size() * sizeof(ExpectedSlope);
    EXPECT_GE(static_cast<std::size_t>(data_bytes(problem)), held);
  }
}

}  // namespace
}  // namespace prelu::harness
