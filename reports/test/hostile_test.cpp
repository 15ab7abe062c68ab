// Whatever a file holds, reading it gives a report or an error that names the file: never a crash.
// Reports are broken in thousands of ways, from a seed; the sanitizer build runs the same.
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "example_report.hpp"
#include "gate_reports.hpp"
#include "noise.hpp"
#include "random.hpp"
#include "report.hpp"
#include "use_report.hpp"

namespace prelu::reports {
namespace {

/// What has broken readers of JSON before.
constexpr std::array<std::string_view, 26> kHostile{"null",
                                                    "true",
                                                    "-1",
                                                    "0",
                                                    "1e308",
                                                    "-1e308",
                                                    "1e-320",
                                                    "1e999",
                                                    "99999999999999999999999999",
                                                    "18446744073709551615",
                                                    "-9223372036854775808",
                                                    "0.5",
                                                    "\"\"",
                                                    R"("\u0000")",
                                                    R"("\ud800")",
                                                    "\"\xFF\xFE\"",
                                                    "[]",
                                                    "{}",
                                                    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                                    R"({"a":{"a":1,"a":2}})",
                                                    "NaN",
                                                    "Infinity",
                                                    "//",
                                                    "\xEF\xBB\xBF",
                                                    ",",
                                                    "\"passed\""};

/// One to four changes: a value replaced, bytes flipped, removed or doubled, the end cut off.
std::string broken(std::string text, Random& random) {
  const auto changes = 1 + random.below(4);
  for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t place = random.below(text.size());
    const std::size_t length = std::min(text.size() - place, 1 + random.below(40));
    switch (random.below(6)) {
      case 0: text[place] = static_cast<char>(random.below(256)); break;
      case 1: text.erase(place, length); break;
      case 2: text.insert(place, text.substr(place, length)); break;
      case 3: text.resize(place); break;
      default: {  // most often: still JSON, of another shape
        const std::size_t value = text.find(": ", place);
        const std::size_t end = text.find_first_of(",\n", value);
        if (value == std::string::npos || end == std::string::npos) break;
        text.replace(value + 2, end - value - 2, kHostile.at(random.below(kHostile.size())));
      }
    }
  }
  return text;
}

TEST(Hostile, ReportsAreReadOrRefusedByName) {
  constexpr int kTries = 4000;
  const std::string whole = to_json(example_report());
  Random random(1);
  int refused = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::string text = broken(whole, random);
    try {
      use(from_json(text, "hostile.json"));
    } catch (const std::invalid_argument& error) {
      ++refused;
      ASSERT_TRUE(std::string_view(error.what()).starts_with("hostile.json")) << error.what();
    }
  }
  // Either alone would say that the changes are too wild, or too tame.
  EXPECT_GT(refused, kTries / 2);
  EXPECT_LT(refused, kTries * 99 / 100);
}

TEST(Hostile, RecordsOfNoiseAreReadOrRefusedByName) {
  constexpr int kTries = 2000;
  std::vector<Report> processes =
      gate_side(gate_report({timed_case("nchw/shared/1x1x64", 100)}), 4);
  std::string whole = to_json(calibrate(processes, 1));
  for (std::size_t i = whole.find(':'); i != std::string::npos; i = whole.find(':', i + 2)) {
    whole.insert(i + 1, " ");  // where broken() looks for values
  }
  Random random(1);
  int refused = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::string text = broken(whole, random);
    try {
      static_cast<void>(to_json(noise_from_json(text, "hostile.json")));
    } catch (const std::invalid_argument& error) {
      ++refused;
      ASSERT_TRUE(std::string_view(error.what()).starts_with("hostile.json")) << error.what();
    }
  }
  EXPECT_GT(refused, kTries / 2);
}

TEST(Hostile, EveryTruncationIsRefused) {
  const std::string whole = to_json(example_report());
  const std::size_t end = whole.find_last_of('}');
  for (std::size_t length = 0; length <= end; length += 7) {
    EXPECT_THROW(from_json(whole.substr(0, length), "hostile.json"), std::invalid_argument);
  }
}

}  // namespace
}  // namespace prelu::reports
