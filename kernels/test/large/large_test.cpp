// More than 2^31 elements, where 32 bits of offset wrap around, in the SIMT executor.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include "large_case.hpp"
#include "variant.hpp"

namespace prelu {
namespace {

/// The copies that compute offsets in 32 bits are called large/NAME.
bool is_wrong(const KernelVariant& variant) { return variant.name.starts_with("large/"); }

constexpr const char* kSkipped = "no tens of GB of addresses for a few MB of memory: ";

class Large : public testing::TestWithParam<LargeCase> {};

TEST_P(Large, OffsetsBeyondTwoTo31AreRight) {
  try {
    EXPECT_EQ(complaint_about(GetParam()), "");
  } catch (const std::system_error& error) {
    GTEST_SKIP() << kSkipped << error.what();
  }
}

std::string test_name(const testing::TestParamInfo<LargeCase>& info) {
  std::string name = info.param.variant + "_" + std::to_string(info.index);
  std::ranges::replace(name, '/', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Simt, Large, testing::ValuesIn(large_cases()), test_name);

/// A copy of a kernel that computes one offset in 32 bits, and how that shows.
struct Narrow {
  const char* copy;
  const char* complaint;
};

class LargeNarrow : public testing::TestWithParam<Narrow> {};

TEST_P(LargeNarrow, OffsetsGoWrong) {
  const std::string name = GetParam().copy;
  std::vector<LargeCase> cases = large_cases();
  const auto original = std::ranges::find(cases, "cuda/" + name, &LargeCase::variant);
  ASSERT_NE(original, cases.end());
  original->variant = "large/" + name;
  try {
    const std::string complaint = complaint_about(*original);
    EXPECT_NE(complaint.find(GetParam().complaint), std::string::npos) << complaint;
  } catch (const std::system_error& error) {
    GTEST_SKIP() << kSkipped << error.what();
  }
}

constexpr const char* kInFront = "wrote in front of the tensor, at byte -";
constexpr const char* kNotWritten = "element 2147483648 was not written";
constexpr const char* kLastNotWritten = "element 2152802699 was not written";
constexpr const char* kWrongSlope = "element 214748";  // is -0.5, not 1

constexpr auto kNarrow = std::to_array<Narrow>({
    {"forward_naive", kInFront},
    {"forward_naive", kNotWritten},
    {"forward_packed", kLastNotWritten},
    {"forward_broadcast", kWrongSlope},
    {"forward_plane", kInFront},
    {"backward_naive", kWrongSlope},
    {"backward_two_pass", kNotWritten},
    {"backward_plane", kInFront},
});

std::string narrow_name(const testing::TestParamInfo<Narrow>& info) {
  return info.param.copy + ("_" + std::to_string(info.index));
}

INSTANTIATE_TEST_SUITE_P(Simt, LargeNarrow, testing::ValuesIn(kNarrow), narrow_name);

TEST(Large, HasACaseForEveryCudaVariant) {
  const std::vector<LargeCase> cases = large_cases();
  for (const KernelVariant& variant : registry()) {
    if (is_wrong(variant)) continue;
    EXPECT_EQ(std::ranges::count(cases, variant.name, &LargeCase::variant) > 0, true)
        << variant.name;
  }
}

}  // namespace
}  // namespace prelu
