// What the SIMT executor reports in every build: each kernel in wrong/ makes one mistake on
// purpose, and its right sibling passes.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "executor.hpp"
#include "wrong.hpp"

namespace prelu {
namespace {

std::string complaint_about(bool (*run)(bool mistake)) {
  try {
    run(true);
  } catch (const simt::Error& error) {
    return error.what();
  }
  return "nothing was reported";
}

/// The complaint holds each of these texts.
void expect_complaint(bool (*run)(bool mistake), std::initializer_list<const char*> texts) {
  for (const std::uint64_t schedule : {0U, 1U, 2U, 3U}) {
    simt::set_schedule(schedule);
    const std::string complaint = complaint_about(run);
    for (const char* text : texts) {
      EXPECT_NE(complaint.find(text), std::string::npos)
          << "schedule " << schedule << ": " << complaint;
    }
  }
  simt::set_schedule(0);
}

TEST(Simt, TheRightSiblingOfEveryWrongKernelPasses) {
  for (const wrong::Kernel& kernel : wrong::kKernels) {
    for (const std::uint64_t schedule : {0U, 1U, 2U, 3U}) {
      simt::set_schedule(schedule);
      EXPECT_TRUE(kernel.run(false)) << kernel.name << ", schedule " << schedule;
    }
  }
  simt::set_schedule(0);
  EXPECT_EQ(simt::races_reported(), 0);
}

TEST(Simt, ReportsThreadsThatLeaveBeforeABarrier) {
  expect_complaint(wrong::early_exit, {"14 threads of block (0,0,0) left before the others reached "
                                       "__syncthreads at early_exit.cu:"});
}

TEST(Simt, ReportsDivergentBarriersWithBothLines) {
  expect_complaint(wrong::divergent_barrier,
                   {"divergent __syncthreads: thread (0,0,0) is at divergent_barrier.cu:",
                    ", thread (32,0,0) at divergent_barrier.cu:"});
}

TEST(Simt, ReportsADeadlockBetweenABarrierAndAShuffle) {
  expect_complaint(wrong::barrier_and_shuffle,
                   {"deadlock in block (0,0,0): thread (0,0,0) waits at barrier_and_shuffle.cu:",
                    "for its block;", "for lanes of its warp;"});
}

TEST(Simt, ReportsAShuffleWithLanesThatHaveLeft) {
  expect_complaint(wrong::exited_lanes,
                   {"a warp operation whose mask holds a lane that has left at exited_lanes.cu:"});
}

TEST(Simt, ReportsALaneOutsideItsOwnMask) {
  expect_complaint(wrong::lane_outside_its_mask,
                   {"a lane that is not in its own mask at lane_outside_its_mask.cu:"});
}

TEST(Simt, ReportsLanesOfOneMaskAtDifferentOperations) {
  expect_complaint(wrong::two_shuffles, {"lanes of one mask are at different warp operations"});
}

TEST(Simt, ReportsABarrierOfBulkLoadsThatWasNotInitialised) {
  expect_complaint(wrong::bulk_barrier_not_initialised,
                   {"a barrier that was not initialised at bulk_copies.cu:"});
}

TEST(Simt, ReportsAPhaseWhoseLoadsNeverCome) {
  expect_complaint(
      wrong::bulk_load_missing,
      {"deadlock in block (0,0,0): thread (0,0,0) waits at bulk_copies.cu:", "for bulk loads;"});
}

TEST(Simt, ReportsBulkCopiesThatAreNotOfWholePacks) {
  expect_complaint(wrong::bulk_misaligned, {"multiples of 16 bytes at bulk_copies.cu:"});
}

TEST(Simt, ReportsABulkStoreOfWhatWasNotPublished) {
  expect_complaint(wrong::bulk_store_not_published,
                   {"shared memory that the last barrier did not publish at bulk_copies.cu:"});
}

TEST(Simt, ReportsAThreadThatLeavesABulkStoreBehind) {
  expect_complaint(wrong::bulk_store_not_awaited,
                   {"a thread left without waiting for its bulk store at bulk_copies.cu:"});
}

TEST(Simt, SharedMemoryThatNobodyWroteIsNan) {
  EXPECT_FALSE(wrong::unwritten_static_shared(true));
  EXPECT_FALSE(wrong::unwritten_dynamic_shared(true));
  // And again, when an earlier block has left its numbers there.
  EXPECT_TRUE(wrong::unwritten_static_shared(false));
  EXPECT_FALSE(wrong::unwritten_static_shared(true));
  EXPECT_TRUE(wrong::unwritten_dynamic_shared(false));
  EXPECT_FALSE(wrong::unwritten_dynamic_shared(true));
}

TEST(Simt, AFailedLaunchLeavesTheExecutorReadyForTheNext) {
  EXPECT_NE(complaint_about(wrong::barrier_and_shuffle), "nothing was reported");
  EXPECT_TRUE(wrong::reused_shared(false));
  EXPECT_NE(complaint_about(wrong::early_exit), "nothing was reported");
  EXPECT_TRUE(wrong::exited_lanes(false));
  EXPECT_NE(complaint_about(wrong::bulk_store_not_awaited), "nothing was reported");
  EXPECT_TRUE(wrong::bulk_store_not_awaited(false));
}

}  // namespace
}  // namespace prelu
