// The counter against kernels whose traffic can be counted by hand.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>

#include "counted.hpp"
#include "traffic.hpp"

namespace prelu::simt {

/// What GoogleTest prints.
static void PrintTo(const Traffic& traffic,  // NOLINT(readability-identifier-naming)
                    std::ostream* out) {
  *out << traffic.loaded << " loaded, " << traffic.stored << " stored, " << traffic.sectors
       << " sectors";
}

namespace {

struct Counted {
  Traffic from;
  Traffic to;
};

Counted count(counted::Kernel* kernel) {
  alignas(256) std::array<std::byte, 4096> from{};
  alignas(256) std::array<std::byte, 4096> to{};
  const std::array<Memory, 2> memory{from, to};
  const auto traffic = count_traffic(memory, [&] { kernel(from.data(), to.data()); });
  return {.from = traffic[0], .to = traffic[1]};
}

Traffic loads(int bytes, int sectors) { return {.loaded = bytes, .sectors = sectors}; }

Traffic stores(int bytes, int sectors) { return {.stored = bytes, .sectors = sectors}; }

Traffic both(int bytes, int sectors) {
  return {.loaded = bytes, .stored = bytes, .sectors = sectors};
}

TEST(Traffic, APackIsOneAccess) {
  EXPECT_EQ(count(counted::packs).from, loads(1024, 32));
  EXPECT_EQ(count(counted::packs).to, stores(1024, 32));
  EXPECT_EQ(count(counted::wide_packs).from, loads(1024, 32));
  EXPECT_EQ(count(counted::wide_packs).to, stores(1024, 32));
}

TEST(Traffic, SoIsAPackThatIsPassedOrReturnedByValue) {
  EXPECT_EQ(count(counted::packs_by_value).from, loads(512, 16));
  EXPECT_EQ(count(counted::packs_by_value).to, stores(512, 16));
}

TEST(Traffic, LanesThatAreReadOneByOneAreAsManyAccesses) {
  EXPECT_EQ(count(counted::packs_by_reference).from, loads(512, 4 * 16));
}

TEST(Traffic, AHalfIsTwoBytes) {
  EXPECT_EQ(count(counted::halves).from, loads(64, 2));
  EXPECT_EQ(count(counted::halves).to, stores(128, 4));
}

TEST(Traffic, IntrinsicsCountOnce) {
  EXPECT_EQ(count(counted::streamed).from, loads(3 * 512, 3 * 16));
  EXPECT_EQ(count(counted::streamed).to, stores(3 * 512, 3 * 16));
}

TEST(Traffic, LanesFarApartTouchASectorEach) {
  EXPECT_EQ(count(counted::strided).from, loads(128, 32));
}

TEST(Traffic, EveryTurnOfALoopIsAnAccess) {
  EXPECT_EQ(count(counted::a_loop).from, loads(3 * 128, 3 * 4));
}

TEST(Traffic, LanesThatGoDifferentWaysDoNotAccessTogether) {
  EXPECT_EQ(count(counted::two_ways).from, loads(128, 2 * 2));
}

TEST(Traffic, WarpsDoNotAccessTogether) {
  EXPECT_EQ(count(counted::a_warp_and_a_lane).from, loads(33 * 4, 4 + 1));
}

TEST(Traffic, NeitherDoBlocksOrLaunches) {
  EXPECT_EQ(count(counted::the_same_in_three_blocks).from, loads(3 * 128, 3 * 4));
}

TEST(Traffic, ABulkCopyIsOneAccess) {
  EXPECT_EQ(count(counted::bulk).from, loads(100, 4));
  EXPECT_EQ(count(counted::bulk).to, stores(100, 4));
}

TEST(Traffic, AnAdditionInMemoryIsALoadAndAStore) {
  EXPECT_EQ(count(counted::added_to_memory).from, loads(128, 1));
  EXPECT_EQ(count(counted::added_to_memory).to, both(128, 2 * 4));
  EXPECT_EQ(count(counted::atomic_double).to, both(32 * 8, 2));
  EXPECT_EQ(count(counted::atomic_int).to, both(32 * 4, 2));
}

TEST(Traffic, WhatIsReadAgainCountsAgain) {
  EXPECT_EQ(count(counted::read_again).from, loads(2 * 128, 2 * 4));
  EXPECT_EQ(count(counted::read_again).to, stores(2 * 128, 2 * 4));
}

TEST(Traffic, NothingElseCounts) {
  for (counted::Kernel* kernel : {counted::shared_and_stack, counted::host_only}) {
    EXPECT_EQ(count(kernel).from, Traffic{});
    EXPECT_EQ(count(kernel).to, Traffic{});
  }
}

}  // namespace
}  // namespace prelu::simt
