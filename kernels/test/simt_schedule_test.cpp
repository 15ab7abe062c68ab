// What only some order of execution shows as a wrong result. ThreadSanitizer reports the same
// kernels as data races: there they are run one by one, in kernels/test/CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>

#include "executor.hpp"
#include "wrong.hpp"

namespace prelu {
namespace {

constexpr std::uint64_t kSchedules = 4;  // program order, its reverse, two shuffles

/// How many of the schedules give a wrong result.
int wrong_results(bool (*run)(bool mistake)) {
  int wrong = 0;
  for (std::uint64_t schedule = 0; schedule < kSchedules; ++schedule) {
    simt::set_schedule(schedule);
    wrong += run(true) ? 0 : 1;
  }
  simt::set_schedule(0);
  return wrong;
}

TEST(SimtSchedule, BulkCopiesAreNotThereBeforeTheyAreAwaited) {
  // Every schedule shows it: copies are made as late as they may be.
  for (const std::uint64_t schedule : {0U, 1U, 2U, 3U}) {
    simt::set_schedule(schedule);
    EXPECT_FALSE(wrong::bulk_load_not_awaited(true));
    EXPECT_FALSE(wrong::bulk_wrong_phase(true));
    EXPECT_FALSE(wrong::bulk_tile_reused(true));
  }
  simt::set_schedule(0);
}

TEST(SimtSchedule, ProgramOrderHidesAMissingBarrierAndAnotherOrderShowsIt) {
  simt::set_schedule(0);
  EXPECT_TRUE(wrong::missing_barrier(true));
  EXPECT_GT(wrong_results(wrong::missing_barrier), 0);
}

TEST(SimtSchedule, SharedMemoryThatIsReusedTooEarlyShows) {
  EXPECT_GT(wrong_results(wrong::reused_shared), 0);
}

TEST(SimtSchedule, ProgramOrderHidesABlockThatTrustsToComeLastAndAnotherOrderShowsIt) {
  simt::set_schedule(0);
  EXPECT_TRUE(wrong::last_block_without_ticket(true));
  EXPECT_GT(wrong_results(wrong::last_block_without_ticket), 0);
}

TEST(SimtSchedule, TheSameScheduleRepeatsTheSameOrder) {
  for (std::uint64_t schedule = 0; schedule < kSchedules; ++schedule) {
    simt::set_schedule(schedule);
    const bool first = wrong::missing_barrier(true);
    EXPECT_EQ(wrong::missing_barrier(true), first) << schedule;
  }
  simt::set_schedule(0);
}

}  // namespace
}  // namespace prelu
