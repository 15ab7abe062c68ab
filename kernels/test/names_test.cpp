#include "names.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace prelu {
namespace {

template <class Enum>
struct Spellings {
  std::vector<std::string> known;
  Enum past_the_last;
};

/// Each spelling parses to an enumerator of its own that is spelt so again, and the enumerators are
/// 0, 1, 2, ... in that order: none is left out.
template <class Enum>
void expect_round_trip(const Spellings<Enum>& spellings) {
  int value = 0;
  for (const std::string& text : spellings.known) {
    EXPECT_EQ(parse<Enum>(text), static_cast<Enum>(value)) << text;
    EXPECT_EQ(name(static_cast<Enum>(value)), text);
    ++value;
  }
  EXPECT_EQ(static_cast<Enum>(value), spellings.past_the_last);
  EXPECT_THROW(name(spellings.past_the_last), std::invalid_argument);
}

template <class Enum>
std::string message_of_parsing(const std::string& text) {
  try {
    parse<Enum>(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Names, EveryEnumeratorHasOneSpellingInBothDirections) {
  expect_round_trip<Backend>({{"cpu", "cuda"}, static_cast<Backend>(2)});
  expect_round_trip<Direction>({{"forward", "backward"}, static_cast<Direction>(2)});
  expect_round_trip<DType>({{"f16", "bf16", "f32", "f64"}, static_cast<DType>(4)});
  expect_round_trip<Layout>({{"nchw", "nhwc"}, static_cast<Layout>(2)});
  expect_round_trip<AlphaMode>(
      {{"shared", "per_channel", "per_element", "broadcast"}, static_cast<AlphaMode>(4)});
  expect_round_trip<AlphaUpdate>({{"gradient", "frozen", "sgd"}, static_cast<AlphaUpdate>(3)});
  expect_round_trip<SlopeAtZero>({{"one", "alpha", "zero"}, static_cast<SlopeAtZero>(3)});
}

TEST(Names, AnUnknownSpellingIsAnErrorThatListsTheKnownOnes) {
  EXPECT_EQ(message_of_parsing<DType>("fp32"), "'fp32' is none of: f16, bf16, f32, f64");
  EXPECT_EQ(message_of_parsing<Layout>("NCHW"), "'NCHW' is none of: nchw, nhwc");
  EXPECT_EQ(message_of_parsing<Backend>(""), "'' is none of: cpu, cuda");
}

TEST(Names, NeitherPrefixesNorBlanksAreForgiven) {
  EXPECT_THROW(parse<AlphaMode>("per"), std::invalid_argument);
  EXPECT_THROW(parse<AlphaMode>("shared "), std::invalid_argument);
  EXPECT_THROW(parse<Direction>(" forward"), std::invalid_argument);
  EXPECT_THROW(parse<SlopeAtZero>("0"), std::invalid_argument);
}

}  // namespace
}  // namespace prelu
