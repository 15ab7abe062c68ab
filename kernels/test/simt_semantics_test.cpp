// The SIMT executor gives kernels what CUDA gives them.
#include "simt_semantics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "executor.hpp"

namespace prelu {
namespace {

using semantics::Shuffle;
using semantics::shuffled;

constexpr std::size_t kMostSharedBytes = std::size_t{227} * 1024;

template <class Body>
std::string complaint_about(const Body& body) {
  try {
    body();
  } catch (const simt::Error& error) {
    return error.what();
  }
  return "nothing was reported";
}

TEST(SimtSemantics, EveryThreadOfEveryBlockRunsOnceWithItsOwnIndices) {
  for (const std::uint64_t schedule : {0U, 1U, 2U}) {
    simt::set_schedule(schedule);
    const auto indices = semantics::indices();
    for (unsigned i = 0; i < indices.size(); ++i) {
      EXPECT_EQ(indices[i], (semantics::Index{.thread = i % 24, .block = i / 24})) << i;
    }
  }
  simt::set_schedule(0);
}

TEST(SimtSemantics, ShufflesStayWithinTheirGroup) {
  using Values = std::vector<int>;
  EXPECT_EQ(shuffled(Shuffle::down, 8, 1, 4), (Values{1, 2, 3, 3, 5, 6, 7, 7}));
  EXPECT_EQ(shuffled(Shuffle::up, 8, 1, 4), (Values{0, 0, 1, 2, 4, 4, 5, 6}));
  EXPECT_EQ(shuffled(Shuffle::exchange, 8, 3, 4), (Values{3, 2, 1, 0, 7, 6, 5, 4}));
  EXPECT_EQ(shuffled(Shuffle::broadcast, 8, 2, 4), (Values{2, 2, 2, 2, 6, 6, 6, 6}));
}

TEST(SimtSemantics, ShufflesOfAWholeWarpDoNotReachTheNext) {
  const std::vector<int> values = shuffled(Shuffle::down, 64, 16, 32);
  EXPECT_EQ(values[0], 16);
  EXPECT_EQ(values[15], 31);
  EXPECT_EQ(values[16], 16);  // past the end: its own
  const std::vector<int> first = shuffled(Shuffle::broadcast, 64, 0, 32);
  EXPECT_EQ(first[63], 32);  // the value of the first lane of the second warp
}

TEST(SimtSemantics, VotesCountEveryLane) {
  EXPECT_EQ(semantics::votes(32).ballot, 0xFFFFFFFFU);
  EXPECT_EQ(semantics::votes(32).all, 1);
  EXPECT_EQ(semantics::votes(3).ballot, 7U);
  EXPECT_EQ(semantics::votes(3).any, 1);
  EXPECT_EQ(semantics::votes(3).all, 0);
  EXPECT_EQ(semantics::votes(0).ballot, 0U);
  EXPECT_EQ(semantics::votes(0).any, 0);
}

TEST(SimtSemantics, BlockSumMayBeCalledAgain) {
  EXPECT_EQ(semantics::block_sums(), (std::vector<float>{32896, 32896}));
}

TEST(SimtSemantics, RefusesLaunchesThatAGpuWouldRefuse) {
  EXPECT_NE(complaint_about([] {
              semantics::launch_threads(1025, 1, 1);
            }).find("a block of 1025 threads"),
            std::string::npos);
  EXPECT_NE(
      complaint_about([] { semantics::launch_threads(0, 1, 1); }).find("a block of 0 threads"),
      std::string::npos);
  EXPECT_NE(complaint_about([] { semantics::launch_threads(1, 1, 65); }).find("64 deep"),
            std::string::npos);
  EXPECT_NE(complaint_about([] { semantics::launch_blocks(1, 65536); }).find("a grid larger than"),
            std::string::npos);
  EXPECT_NE(complaint_about([] {
              semantics::launch_shared(kMostSharedBytes + 1);
            }).find("more than 227 KiB of shared memory"),
            std::string::npos);
  EXPECT_NO_THROW(semantics::launch_threads(32, 32, 1));
  EXPECT_NO_THROW(semantics::launch_shared(kMostSharedBytes));
}

TEST(SimtSemantics, AnEmptyGridIsNoLaunch) {
  EXPECT_NO_THROW(semantics::launch_blocks(0, 1));
  EXPECT_NO_THROW(semantics::launch_blocks(1, 0));
}

TEST(SimtSemantics, RefusesAKernelThatLaunchesAKernel) {
  EXPECT_NE(
      complaint_about(semantics::launch_from_a_kernel).find("a kernel cannot launch a kernel here"),
      std::string::npos);
}

TEST(SimtSemantics, AnExceptionInAKernelReachesTheCallerAndEndsTheLaunch) {
  EXPECT_THROW(semantics::throw_from_a_kernel(), std::domain_error);
  EXPECT_EQ(semantics::block_sums().front(), 32896);
}

TEST(SimtSemantics, ReportsAMisalignedCachedLoadInEveryBuild) {
  EXPECT_NE(
      complaint_about(semantics::load_misaligned).find("a misaligned access at simt_semantics.cu:"),
      std::string::npos);
}

}  // namespace
}  // namespace prelu
