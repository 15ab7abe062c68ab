// A case's shard never changes: reports of months ago are merged with those of today.
#include "shard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>

#include "example_report.hpp"
#include "fnv1a.hpp"
#include "report.hpp"

namespace prelu::reports {
namespace {

// The values that its authors publish.
TEST(Fnv1a, IsThatOfItsAuthors) {
  EXPECT_EQ(fnv1a(""), 0xCBF2'9CE4'8422'2325ULL);
  EXPECT_EQ(fnv1a("a"), 0xAF63'DC4C'8601'EC8CULL);
  EXPECT_EQ(fnv1a("foobar"), 0x8594'4171'F739'67E8ULL);
}

TEST(Shard, IsOneOfItsCountForEveryName) {
  std::array<int, 5> cases{};
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "cuda/forward_packed/f32/nchw/shared/1x1x" + std::to_string(i);
    int shards = 0;
    for (std::int64_t index = 1; index <= 5; ++index) {
      if (!holds({.index = index, .count = 5}, name)) continue;
      ++shards;
      ++cases.at(static_cast<std::size_t>(index - 1));
    }
    EXPECT_EQ(shards, 1) << name;
  }
  for (const int share : cases) EXPECT_NEAR(share, 200, 60);
}

TEST(Shard, NeverMoves) {
  EXPECT_TRUE(holds({.index = 1, .count = 4}, "a"));  // 0x...8C is a multiple of four
}

TEST(Shard, IsReadAsItIsWritten) {
  EXPECT_EQ(parse_shard("2/4"), (Shard{.index = 2, .count = 4}));
  EXPECT_EQ(to_string(parse_shard("1000000/1000000")), "1000000/1000000");
  for (const char* wrong : {"", "/", "2", "0/4", "5/4", "-1/4", "1/0", "1/4/4", " 1/4", "1/1000001",
                            "99999999999999999999/4"}) {
    EXPECT_THROW(parse_shard(wrong), std::invalid_argument) << wrong;
  }
}

TEST(Shard, IsPartOfTheReport) {
  Report report = example_report();
  report.protocol.shard = Shard{.index = 2, .count = 3};
  EXPECT_EQ(from_json(to_json(report), "example"), report);
  report.protocol.shard->index = 4;
  EXPECT_THROW(from_json(to_json(report), "example"), std::invalid_argument);
}

}  // namespace
}  // namespace prelu::reports
