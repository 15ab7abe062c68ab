// Kernels that are wrong on purpose, compiled as the variants are: each must be found out, and its
// right sibling left alone.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "architecture.hpp"
#include "collect.hpp"
#include "promises.hpp"

namespace prelu::resources {
namespace {

constexpr Promises kPromises{
    .access_bits = 128, .bytes_in_flight = 32, .registers = 64, .divides_in_loop = false};

/// What is said of the kernel in wrong/NAME.cu, which exists for f32 alone: a line each.
std::string complaints(std::string_view name, const Promises& promises,
                       Direction direction = Direction::forward, int number = 90) {
  const KernelVariant variant{.name = name, .direction = direction, .promises = promises};
  const std::string folder = PRELU_WRONG_FOLDER "/sm_" + std::to_string(number);
  std::string lines;
  for (const std::string& one :
       broken_promises(variant, collect(variant, folder, architecture(number)))) {
    if (one.find("has no kernel for") == std::string::npos) lines += one + "\n";
  }
  return lines;
}

testing::AssertionResult says(const std::string& lines, const std::string& sentence) {
  if (lines.find(sentence) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << sentence << "' is not in:\n" << lines;
}

TEST(WrongKernels, TheRightSiblingKeepsItsPromises) {
  EXPECT_EQ(complaints("right", kPromises), "");
}

TEST(WrongKernels, SpillsAreFound) {
  EXPECT_TRUE(says(complaints("spills", kPromises), "> spills "));
}

TEST(WrongKernels, LocalMemoryIsFound) {
  EXPECT_TRUE(says(complaints("local_array", kPromises), "bytes of local memory"));
}

TEST(WrongKernels, ScalarAccessesAreFound) {
  const std::string all = complaints("scalar_accesses", kPromises);
  EXPECT_TRUE(says(all, "loads 128 bits at a time from 0 of 1 tensors"));
  EXPECT_TRUE(says(all, "stores 128 bits at a time to no tensor"));
  EXPECT_TRUE(says(all, "loads at most 32 bits at a time (PTX); promised: 128"));
}

TEST(WrongKernels, OneScalarOperandBesideAWideOneIsFound) {
  EXPECT_TRUE(says(complaints("one_scalar_operand", kPromises, Direction::backward),
                   "loads 128 bits at a time from 1 of 2 tensors"));
}

TEST(WrongKernels, DivisionInTheLoopIsFound) {
  EXPECT_TRUE(
      says(complaints("division_in_loop", kPromises), "divides integers in its loop (PTX)"));
  Promises honest = kPromises;
  honest.divides_in_loop = true;
  EXPECT_EQ(complaints("division_in_loop", honest), "");
}

TEST(WrongKernels, LoadsThatWaitForEachOtherAreFound) {
  const std::string all = complaints("one_load_at_a_time", kPromises);
  EXPECT_TRUE(says(all, "has 16 bytes in flight (PTX); promised: 32"));
  EXPECT_TRUE(says(all, "has 32768 bytes in flight an SM; wanted: 49152"));
}

TEST(WrongKernels, MissingLaunchBoundsAreFound) {
  EXPECT_TRUE(says(complaints("no_launch_bounds", kPromises), "has no __launch_bounds__"));
}

TEST(WrongKernels, TooManyRegistersAreFound) {
  Promises promises = kPromises;
  promises.registers = 8;
  EXPECT_TRUE(says(complaints("right", promises), "registers; promised: 8"));
}

TEST(WrongKernels, SharedMemoryThatKeepsBlocksOutIsFound) {
  Promises promises = kPromises;
  promises.dynamic_shared_bytes = 100000;
  EXPECT_TRUE(
      says(complaints("right", promises), "has 16384 bytes in flight an SM; wanted: 49152"));
}

TEST(WrongKernels, AVariantThatPromisesNothingIsFound) {
  const std::string all = complaints("right", {});
  EXPECT_TRUE(says(all, "right promises no width of its accesses"));
  EXPECT_TRUE(says(all, "right promises no bytes in flight"));
  EXPECT_TRUE(says(all, "right promises no number of registers"));
}

TEST(WrongKernels, AFullMemoryThatIsNotPromisedIsFound) {
  Promises promises = kPromises;
  promises.fills_memory = false;
  EXPECT_TRUE(
      says(complaints("right", promises), "right fills the memory, and does not promise it"));
}

TEST(WrongKernels, AMissingDtypeIsFound) {
  const KernelVariant variant{.name = "right", .promises = kPromises};
  const Table f32 = collect(variant, PRELU_WRONG_FOLDER "/sm_90", architecture(90));
  EXPECT_EQ(broken_promises(variant, f32).front(),
            "right has no kernel for f16, of packs or with its direction in its name, on sm_90");
  EXPECT_EQ(broken_promises(variant, {}).front(), "right: nothing is known of it");
}

TEST(WrongKernels, PacksOf32BytesAreOneAccessFromSm100On) {
  Promises promises = kPromises;
  promises.access_bits = 256;
  promises.bytes_in_flight = 64;
  EXPECT_EQ(complaints("packs_of_32_bytes", promises), "");
  if (!PRELU_HAS_SM_100) GTEST_SKIP() << "this CUDA does not know sm_100";
  EXPECT_EQ(complaints("packs_of_32_bytes", promises, Direction::forward, 100), "");
  EXPECT_EQ(complaints("right", promises, Direction::forward, 100), "")
      << "its packs are narrower: it serves what is not aligned";
}

}  // namespace
}  // namespace prelu::resources
