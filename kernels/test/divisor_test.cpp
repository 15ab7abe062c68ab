// Division by multiplication is exact, for every divisor and number that a problem can form.
#include "divisor.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace prelu {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

void expect_exact(std::int64_t number, std::int64_t divisor) {
  const Divisor by(divisor);
  ASSERT_EQ(by.quotient(number), number / divisor) << number << " / " << divisor;
  ASSERT_EQ(by.remainder(number), number % divisor) << number << " % " << divisor;
}

/// Where a multiplier that is a little off shows first: around multiples of the divisor.
void expect_exact_around(std::int64_t multiple, std::int64_t divisor) {
  for (std::int64_t step = -1; step <= 1; ++step) {
    if (multiple + step >= 0) expect_exact(multiple + step, divisor);
  }
}

TEST(Divisor, IsExactForSmallNumbers) {
  for (std::int64_t divisor = 1; divisor <= 300; ++divisor) {
    for (std::int64_t number = 0; number <= 1000; ++number) expect_exact(number, divisor);
  }
}

TEST(Divisor, IsExactAtTheLargestNumbers) {
  for (int bit = 0; bit <= 61; ++bit) {
    for (std::int64_t step = -1; step <= 1; ++step) {
      const std::int64_t divisor = (std::int64_t{1} << bit) + step;
      if (divisor < 1) continue;
      expect_exact(kMost, divisor);
      expect_exact_around(kMost / divisor * divisor - 1, divisor);
      expect_exact_around(kMost / 2 / divisor * divisor, divisor);
    }
  }
  expect_exact(kMost, std::int64_t{1} << 62);
}

TEST(Divisor, IsExactForRandomNumbers) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200000; ++i) {
    const auto divisor = static_cast<std::int64_t>(random() >> (random() % 60 + 2)) | 1;
    const auto number = static_cast<std::int64_t>(random() >> (random() % 62 + 1));
    expect_exact(number, divisor);
    expect_exact_around(number / divisor * divisor, divisor);
  }
}

TEST(Divisor, TakesNothingForOne) {
  EXPECT_EQ(Divisor(0).value(), 1);
  EXPECT_EQ(Divisor(0).quotient(7), 7);
}

TEST(Divisor, IsKnownToTheCompiler) {
  static_assert(Divisor(49).quotient(100) == 2 && Divisor(49).remainder(100) == 2);
}

}  // namespace
}  // namespace prelu
