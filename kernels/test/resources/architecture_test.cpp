#include "architecture.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace prelu::resources {
namespace {

int threads(int number, int registers, int shared_bytes = 0, int more_shared_bytes = 0) {
  constexpr int kBlockSize = 256;
  const Usage usage{.registers = registers, .shared_bytes = shared_bytes};
  return kBlockSize * blocks_per_sm(architecture(number), usage, kBlockSize, more_shared_bytes);
}

// By hand: an SM has 65536 registers, given to warps in units of 256.
TEST(Architecture, RegistersLimitTheThreadsOfAnSm) {
  EXPECT_EQ(threads(90, 32), 2048);
  EXPECT_EQ(threads(90, 33), 1536);
  EXPECT_EQ(threads(90, 64), 1024);
  EXPECT_EQ(threads(100, 40), 1536);
}

TEST(Architecture, SmallerSmsHoldFewerThreads) {
  EXPECT_EQ(threads(75, 32), 1024);
  EXPECT_EQ(threads(80, 32), 2048);
  EXPECT_EQ(threads(86, 32), 1536);
  EXPECT_EQ(threads(89, 32), 1536);
  EXPECT_EQ(threads(120, 32), 1536);
}

TEST(Architecture, SharedMemoryLimitsTheThreadsOfAnSm) {
  EXPECT_EQ(threads(90, 32, 0, 100 * 1024), 512) << "228 KiB, 1 KiB of each block is reserved";
  EXPECT_EQ(threads(90, 32, 45 * 1024), 1024);
  EXPECT_EQ(threads(120, 32, 0, 100 * 1024), 0) << "a block may have 99 KiB";
}

TEST(Architecture, AnUnknownOneIsRefused) { EXPECT_THROW(architecture(70), std::invalid_argument); }

TEST(Architecture, WantsNoMoreThanAFullSmCanHaveInFlight) {
  constexpr int kMostBytesOfAThread = 64;
  for (const Architecture& one : architectures()) {
    EXPECT_GT(one.wanted_bytes, 0);
    EXPECT_LE(one.wanted_bytes, one.threads * kMostBytesOfAThread);
  }
}

}  // namespace
}  // namespace prelu::resources
