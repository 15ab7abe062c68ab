// How a batch is dealt out to ranks.
#include "rows.hpp"

#include <gtest/gtest.h>

namespace prelu::harness {
namespace {

TEST(Rows, EveryRowBelongsToOneRank) {
  for (const std::int64_t batch : {0, 1, 2, 5, 8, 97}) {
    for (const int ranks : {1, 2, 3, 4, 7}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const Rows rows = rows_of(batch, rank, ranks);
        EXPECT_EQ(rows.first, next) << batch << " rows, rank " << rank << " of " << ranks;
        next += rows.count;
      }
      EXPECT_EQ(next, batch) << ranks << " ranks";
    }
  }
}

TEST(Rows, RanksDifferByOneRowAtMostAndTheFirstHasTheMost) {
  EXPECT_EQ(rows_of(5, 0, 3), (Rows{.first = 0, .count = 2}));
  EXPECT_EQ(rows_of(5, 1, 3), (Rows{.first = 2, .count = 2}));
  EXPECT_EQ(rows_of(5, 2, 3), (Rows{.first = 4, .count = 1}));
}

TEST(Rows, WhereThereAreFewerRowsThanRanksSomeHaveNone) {
  EXPECT_EQ(rows_of(2, 1, 4), (Rows{.first = 1, .count = 1}));
  EXPECT_EQ(rows_of(2, 3, 4), (Rows{.first = 2, .count = 0}));
}

}  // namespace
}  // namespace prelu::harness
