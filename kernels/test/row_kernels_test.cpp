// Every instruction set that the row kernels were compiled for and this CPU has, against the scalar
// operator: equal to the bit, whatever the length, the alignment and the way of storing.
#include "row_kernels.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "op.hpp"

namespace prelu::cpu {
namespace {

/// Restricts Highway to one instruction set.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~OnlyTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  OnlyTarget(const OnlyTarget&) = delete;
  OnlyTarget& operator=(const OnlyTarget&) = delete;
};

template <class Body>
void for_each_target(const Body& body) {
  const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  ASSERT_FALSE(targets.empty());
  for (const std::int64_t target : targets) {
    const OnlyTarget only(target);
    SCOPED_TRACE(std::string("target ") + hwy::TargetName(target));
    body();
    if (::testing::Test::HasFailure()) return;
  }
}

template <class Body>
void for_each_option(const Body& body) {
  for (const SlopeAtZero at_zero : {SlopeAtZero::one, SlopeAtZero::alpha, SlopeAtZero::zero}) {
    for (const Stores stores : {Stores::cached, Stores::streaming}) {
      SCOPED_TRACE("at_zero " + std::to_string(static_cast<int>(at_zero)) +
                   (stores == Stores::streaming ? ", streaming" : ", cached"));
      body(RunOptions{.at_zero = at_zero, .stores = stores});
    }
  }
}

/// Vectors have up to 16 lanes and steps 4 vectors: every remainder of both, and a few steps more.
std::vector<std::int64_t> lengths() {
  std::vector<std::int64_t> all;
  for (std::int64_t length = 0; length <= 70; ++length) all.push_back(length);
  for (const std::int64_t length : {127, 128, 129, 200, 321}) all.push_back(length);
  return all;
}

template <class T>
bool is_nan(T value) {
  return std::isnan(widen(value));
}

template <class T>
auto bits_of(T value) {
  if constexpr (requires { value.bits; }) {
    return value.bits;
  } else {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    return std::bit_cast<Bits>(value);
  }
}

template <class T>
bool same(T a, T b) {
  return bits_of(a) == bits_of(b) || (is_nan(a) && is_nan(b));
}

template <class T>
class RowKernelsTest : public ::testing::Test {
 protected:
  /// Ordinary numbers of both signs, and what is special.
  std::vector<T> draw(std::size_t count) {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr std::array kSpecial{0.0, -0.0, kInf, -kInf, kNan, 0x1p-24, -0x1p-24, -65504.0};
    std::vector<T> values(count);
    for (T& value : values) {
      value = random_() % 4 == 0 ? narrow<T>(kSpecial[random_() % kSpecial.size()])
                                 : narrow<T>(normal_(random_));
    }
    return values;
  }

  /// Small integers: every order of summation is exact.
  std::vector<T> draw_integers(std::size_t count) {
    std::vector<T> values(count);
    for (T& value : values) value = narrow<T>(static_cast<double>(random_() % 17) - 8);
    return values;
  }

  std::vector<accumulate_t<T>> draw_slopes(std::size_t count) {
    std::vector<accumulate_t<T>> values(count);
    for (auto& value : values) value = static_cast<accumulate_t<T>>(normal_(random_));
    return values;
  }

  std::mt19937_64 random_{11};
  std::normal_distribution<double> normal_;
};

using ElementTypes = ::testing::Types<Half, BFloat16, float, double>;
TYPED_TEST_SUITE(RowKernelsTest, ElementTypes);

constexpr std::size_t kPad = 3;  // elements on either side that nobody may touch

TYPED_TEST(RowKernelsTest, ForwardEqualsTheScalarOperatorAtEveryLength) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    for_each_option([&](const RunOptions& options) {
      for (const std::int64_t length : lengths()) {
        const auto count = static_cast<std::size_t>(length);
        const std::vector<T> x = this->draw(count + kPad);  // x + 1 is not aligned to a vector
        const std::vector<Sum> slopes = this->draw_slopes(count);
        const T untouched = narrow<T>(77);
        std::vector<T> uniform(count + 2 * kPad, untouched);
        std::vector<T> varying(count + 2 * kPad, untouched);
        const Sum slope = static_cast<Sum>(0.3);
        row_kernels<T>().forward_uniform(
            {.x = x.data() + 1, .y = uniform.data() + kPad, .count = length, .rows = 1}, &slope,
            options);
        row_kernels<T>().forward_varying(
            {.x = x.data() + 1, .y = varying.data() + kPad, .count = length, .rows = 1},
            slopes.data(), options);
        finish_streaming();
        for (std::size_t i = 0; i < count; ++i) {
          const Sum x_i = widen(x[i + 1]);
          const op::Slope<Sum> one(slope, options.at_zero);
          const op::Slope<Sum> own(slopes[i], options.at_zero);
          ASSERT_TRUE(same(uniform[i + kPad], narrow<T>(op::forward(x_i, one))))
              << "element " << i << " of " << length << ", x " << double{x_i};
          ASSERT_TRUE(same(varying[i + kPad], narrow<T>(op::forward(x_i, own))))
              << "element " << i << " of " << length << ", x " << double{x_i};
        }
        for (std::size_t i = 0; i < kPad; ++i) {
          ASSERT_TRUE(same(uniform[i], untouched) && same(uniform[count + kPad + i], untouched));
          ASSERT_TRUE(same(varying[i], untouched) && same(varying[count + kPad + i], untouched));
        }
      }
    });
  });
}

TYPED_TEST(RowKernelsTest, DxEqualsTheScalarOperatorAtEveryLength) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    for_each_option([&](const RunOptions& options) {
      for (const std::int64_t length : lengths()) {
        const auto count = static_cast<std::size_t>(length);
        const std::vector<T> x = this->draw(count + 1);
        const std::vector<T> dy = this->draw(count + 2);
        const std::vector<Sum> slopes = this->draw_slopes(count);
        std::vector<T> uniform(count);
        std::vector<T> varying(count);
        std::vector<Sum> sums(count);
        const Sum slope = static_cast<Sum>(-1.7);
        double ignored = 0;
        row_kernels<T>().backward_uniform({.x = x.data() + 1,
                                           .dy = dy.data() + 2,
                                           .dx = uniform.data(),
                                           .count = length,
                                           .rows = 1},
                                          &slope, &ignored, options);
        row_kernels<T>().backward_varying({.x = x.data() + 1,
                                           .dy = dy.data() + 2,
                                           .dx = varying.data(),
                                           .count = length,
                                           .rows = 1},
                                          slopes.data(), sums.data(), options);
        finish_streaming();
        for (std::size_t i = 0; i < count; ++i) {
          const Sum x_i = widen(x[i + 1]);
          const Sum dy_i = widen(dy[i + 2]);
          const op::Slope<Sum> one(slope, options.at_zero);
          const op::Slope<Sum> own(slopes[i], options.at_zero);
          ASSERT_TRUE(same(uniform[i], narrow<T>(op::backward_dx(x_i, dy_i, one))))
              << "element " << i << " of " << length;
          ASSERT_TRUE(same(varying[i], narrow<T>(op::backward_dx(x_i, dy_i, own))))
              << "element " << i << " of " << length;
          ASSERT_TRUE(same(sums[i], Sum{0} + op::backward_dalpha(x_i, dy_i, own)))
              << "element " << i << " of " << length;
        }
      }
    });
  });
}

TYPED_TEST(RowKernelsTest, DalphaOfIntegersIsExactAtEveryLength) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    for_each_option([&](const RunOptions& options) {
      std::vector<std::int64_t> all = lengths();
      all.push_back(30011);  // many moves from float sums to double ones
      for (const std::int64_t length : all) {
        const auto count = static_cast<std::size_t>(length);
        const std::vector<T> x = this->draw_integers(count);
        const std::vector<T> dy = this->draw_integers(count);
        std::vector<T> dx(count);
        const op::Slope<Sum> slope(2, options.at_zero);
        double expected = 0;
        for (std::size_t i = 0; i < count; ++i) {
          expected += op::backward_dalpha<Sum>(widen(x[i]), widen(dy[i]), slope);
        }
        const Sum two = 2;
        double sum = 0.5;  // to be overwritten
        row_kernels<T>().backward_uniform(
            {.x = x.data(), .dy = dy.data(), .dx = dx.data(), .count = length, .rows = 1}, &two,
            &sum, options);
        EXPECT_EQ(sum, expected) << length;
        finish_streaming();
      }
    });
  });
}

TYPED_TEST(RowKernelsTest, AVaryingRunAddsToTheSumsThatAreThere) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    const std::vector<T> x(5, narrow<T>(-2));
    const std::vector<T> dy(5, narrow<T>(3));
    const std::vector<Sum> slopes(5, Sum{1});
    std::vector<T> dx(5);
    std::vector<Sum> sums{10, 20, 30, 40, 50};
    row_kernels<T>().backward_varying(
        {.x = x.data(), .dy = dy.data(), .dx = dx.data(), .count = 5, .rows = 1}, slopes.data(),
        sums.data(), {});
    EXPECT_EQ(sums, (std::vector<Sum>{4, 14, 24, 34, 44}));
  });
}

// Rows are walked one after another, or step by step down all of them. Either way as single rows.
TYPED_TEST(RowKernelsTest, SeveralRowsEqualThemOneByOne) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    for_each_option([&](const RunOptions& options) {
      for (const std::int64_t stride : {128, 4096, 4099}) {
        for (const std::int64_t count : {1, 31, 100, 128}) {
          constexpr std::int64_t kRows = 6;
          const auto size = static_cast<std::size_t>(kRows * stride);
          const std::vector<T> x = this->draw_integers(size);
          const std::vector<T> dy = this->draw_integers(size);
          const auto slopes = this->draw_slopes(static_cast<std::size_t>(count));
          const auto sums_of = [&](std::int64_t rows, std::vector<T>& y, std::vector<T>& dx,
                                   std::vector<T>& dx_only) {
            std::vector<Sum> sums(slopes.size());
            for (std::int64_t row = 0; row < kRows; row += rows) {
              const std::int64_t at = row * stride;
              row_kernels<T>().forward_varying({x.data() + at, y.data() + at, count, rows, stride},
                                               slopes.data(), options);
              const BackwardRows<T> all{x.data() + at, dy.data() + at, dx.data() + at,
                                        count,         rows,           stride};
              row_kernels<T>().backward_varying(all, slopes.data(), sums.data(), options);
              BackwardRows<T> again = all;
              again.dx = dx_only.data() + at;
              row_kernels<T>().dx_varying(again, slopes.data(), options);
            }
            finish_streaming();
            return sums;
          };
          std::vector<T> y(size, narrow<T>(77));
          std::vector<T> dx = y;
          std::vector<T> dx_only = y;
          std::vector<T> expected_y = y;
          std::vector<T> expected_dx = y;
          std::vector<T> expected_dx_only = y;
          EXPECT_EQ(sums_of(kRows, y, dx, dx_only),
                    sums_of(1, expected_y, expected_dx, expected_dx_only));
          for (std::size_t i = 0; i < size; ++i) {
            ASSERT_TRUE(same(y[i], expected_y[i])) << i;
            ASSERT_TRUE(same(dx[i], expected_dx[i])) << i;
            ASSERT_TRUE(same(dx_only[i], expected_dx[i])) << i;
          }
        }
      }
    });
  });
}

TYPED_TEST(RowKernelsTest, RowsWithASlopeEachEqualThemOneByOne) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    for_each_option([&](const RunOptions& options) {
      for (const std::int64_t count : {1, 49, 64, 200}) {
        constexpr std::int64_t kRows = 3;
        const std::int64_t stride = count + 5;  // what lies between rows is nobody's
        const auto size = static_cast<std::size_t>(kRows * stride);
        const std::vector<T> x = this->draw_integers(size);
        const std::vector<T> dy = this->draw_integers(size);
        const std::vector<Sum> slopes = this->draw_slopes(kRows);
        std::vector<T> y(size, narrow<T>(77));
        std::vector<T> dx = y;
        std::vector<T> dx_only = y;
        std::vector<T> expected_y = y;
        std::vector<T> expected_dx = y;
        std::vector<double> sums(kRows);
        std::vector<double> expected_sums(kRows);
        const RowKernels<T>& kernels = row_kernels<T>();
        kernels.forward_uniform({x.data(), y.data(), count, kRows, stride}, slopes.data(), options);
        kernels.backward_uniform({x.data(), dy.data(), dx.data(), count, kRows, stride},
                                 slopes.data(), sums.data(), options);
        kernels.dx_uniform({x.data(), dy.data(), dx_only.data(), count, kRows, stride},
                           slopes.data(), options);
        for (std::size_t row = 0; row < kRows; ++row) {
          const std::size_t at = row * static_cast<std::size_t>(stride);
          kernels.forward_uniform({&x[at], &expected_y[at], count, 1, 0}, &slopes[row], options);
          kernels.backward_uniform({&x[at], &dy[at], &expected_dx[at], count, 1, 0}, &slopes[row],
                                   &expected_sums[row], options);
        }
        finish_streaming();
        EXPECT_EQ(sums, expected_sums);
        for (std::size_t i = 0; i < size; ++i) {
          ASSERT_TRUE(same(y[i], expected_y[i])) << i;
          ASSERT_TRUE(same(dx[i], expected_dx[i])) << i;
          ASSERT_TRUE(same(dx_only[i], expected_dx[i])) << i;
        }
      }
    });
  });
}

TYPED_TEST(RowKernelsTest, DxAloneIsTheSameDx) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    for_each_option([&](const RunOptions& options) {
      for (const std::int64_t length : lengths()) {
        const std::vector<T> x = this->draw(static_cast<std::size_t>(length));
        const std::vector<T> dy = this->draw(static_cast<std::size_t>(length));
        std::vector<T> expected(x.size());
        std::vector<T> dx(x.size());
        const Sum slope = static_cast<Sum>(-0.6);
        double ignored = 0;
        row_kernels<T>().backward_uniform({x.data(), dy.data(), expected.data(), length, 1, 0},
                                          &slope, &ignored, options);
        row_kernels<T>().dx_uniform({x.data(), dy.data(), dx.data(), length, 1, 0}, &slope,
                                    options);
        finish_streaming();
        for (std::size_t i = 0; i < x.size(); ++i) ASSERT_TRUE(same(dx[i], expected[i])) << i;
      }
    });
  });
}

TYPED_TEST(RowKernelsTest, RunsAreFilledWithTheirSlopesAndSummed) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    for (const std::int64_t inner : {2, 3, 8, 15, 16, 17, 49, 130}) {
      constexpr std::int64_t kRuns = 5;
      const auto size = static_cast<std::size_t>(kRuns * inner);
      const std::vector<Sum> slopes{1, 2, 3, 4, 5};
      std::vector<Sum> filled(size + static_cast<std::size_t>(kSlack) + 1, Sum{-1});
      row_kernels<T>().fill_runs(slopes.data(), kRuns, inner, filled.data());
      std::vector<double> sums(slopes.size(), 100.0);
      row_kernels<T>().sum_runs(filled.data(), kRuns, inner, sums.data());
      for (std::int64_t k = 0; k < kRuns; ++k) {
        const auto at = static_cast<std::size_t>(k);
        for (std::int64_t i = 0; i < inner; ++i) {
          ASSERT_EQ(filled[static_cast<std::size_t>(k * inner + i)], slopes[at]) << inner;
        }
        EXPECT_EQ(sums[at], 100.0 + static_cast<double>(inner) * double{slopes[at]}) << inner;
      }
      EXPECT_EQ(filled.back(), Sum{-1}) << inner;
    }
  });
}

TYPED_TEST(RowKernelsTest, ResultsMayOverwriteTheirInputs) {
  using T = TypeParam;
  using Sum = accumulate_t<T>;
  for_each_target([&] {
    for (const std::int64_t length : lengths()) {
      const auto count = static_cast<std::size_t>(length);
      const std::vector<T> x = this->draw(count);
      const std::vector<T> dy = this->draw(count);
      std::vector<T> y = x;
      std::vector<T> dx = dy;
      const Sum slope = static_cast<Sum>(0.25);
      double ignored = 0;
      row_kernels<T>().forward_uniform({.x = y.data(), .y = y.data(), .count = length, .rows = 1},
                                       &slope, {});
      row_kernels<T>().backward_uniform(
          {.x = x.data(), .dy = dx.data(), .dx = dx.data(), .count = length, .rows = 1}, &slope,
          &ignored, {});
      const op::Slope<Sum> resolved(slope, SlopeAtZero::one);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_TRUE(same(y[i], narrow<T>(op::forward<Sum>(widen(x[i]), resolved)))) << i;
        ASSERT_TRUE(
            same(dx[i], narrow<T>(op::backward_dx<Sum>(widen(x[i]), widen(dy[i]), resolved))))
            << i;
      }
    }
  });
}

/// All 2^16 bit patterns at once.
template <class T>
std::vector<T> all_patterns() {
  std::vector<T> all(std::size_t{1} << 16);
  for (std::size_t bits = 0; bits < all.size(); ++bits)
    all[bits].bits = static_cast<std::uint16_t>(bits);
  return all;
}

template <class T>
class SixteenBitRowKernels : public ::testing::Test {};
using SixteenBitTypes = ::testing::Types<Half, BFloat16>;
TYPED_TEST_SUITE(SixteenBitRowKernels, SixteenBitTypes);

TYPED_TEST(SixteenBitRowKernels, WidenEveryBitPatternExactly) {
  const std::vector<TypeParam> from = all_patterns<TypeParam>();
  for_each_target([&] {
    std::vector<float> to(from.size());
    row_kernels<TypeParam>().widen(from.data(), to.data(), static_cast<std::int64_t>(from.size()));
    for (std::size_t i = 0; i < from.size(); ++i) {
      ASSERT_TRUE(same(to[i], widen(from[i]))) << "pattern " << i;
    }
  });
}

TYPED_TEST(SixteenBitRowKernels, RoundProductsOfEveryBitPatternToNearestEven) {
  const std::vector<TypeParam> x = all_patterns<TypeParam>();
  for_each_target([&] {
    // 1.5 and 0.5 end half way between two results; the powers reach subnormals and infinity.
    for (const float slope : {1.0F, 0.5F, 1.5F, 0.3F, -3.7F, 0x1p-9F, 0x1.004p-12F, 0x1p12F}) {
      std::vector<TypeParam> y(x.size());
      row_kernels<TypeParam>().forward_uniform(
          {.x = x.data(), .y = y.data(), .count = static_cast<std::int64_t>(x.size()), .rows = 1},
          &slope, {});
      const op::Slope<float> resolved(slope, SlopeAtZero::one);
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_TRUE(same(y[i], narrow<TypeParam>(op::forward(widen(x[i]), resolved))))
            << "pattern " << i << " times " << slope;
      }
    }
  });
}

}  // namespace
}  // namespace prelu::cpu
