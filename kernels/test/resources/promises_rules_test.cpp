// Which kernels of a variant are bound to which of its promises, shown on kernels that exist on
// paper.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "promises.hpp"

namespace prelu::resources {
namespace {

constexpr Promises kPromises{
    .access_bits = 128, .bytes_in_flight = 32, .registers = 64, .divides_in_loop = false};

testing::AssertionResult says(const std::string& lines, const std::string& sentence) {
  if (lines.find(sentence) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << sentence << "' is not in:\n" << lines;
}

/// What is said of kernels for f32 that exist on paper only, all of them else without fault.
std::string complaints_on_paper(const Promises& promises, Direction direction,
                                std::vector<KernelResources> kernels) {
  for (KernelResources& kernel : kernels) {
    kernel.variant = "paper";
    kernel.dtype = "f32";
    kernel.accesses_tensors = true;
    kernel.block_size = 256;
    kernel.blocks_per_sm = 8;
    kernel.ptx.load_bits = 128;
    if (kernel.ptx.store_bits == 0) kernel.ptx.store_bits = 128;
  }
  const KernelVariant variant{.name = "paper", .direction = direction, .promises = promises};
  std::string lines;
  for (const std::string& one : broken_promises(variant, kernels)) {
    if (one.find("has no kernel for") == std::string::npos) lines += one + "\n";
  }
  return lines;
}

const std::vector<Stream> kWideSums = {{.load_bits = 128}, {.load_bits = 128}, {.store_bits = 32}};
const std::vector<Stream> kFused = {{.load_bits = 128}, {.load_bits = 128}, {.store_bits = 128}};

TEST(PromisesRules, OneOfTwoKernelsMayOnlySumWhereTheTensorsAreReadTwice) {
  const std::vector<KernelResources> kernels = {{.kernel = "write_dx<Pack<float, 4>>",
                                                 .architecture = 90,
                                                 .streams = kFused,
                                                 .ptx = {.bytes_in_flight = 32}},
                                                {.kernel = "sum_terms<Pack<float, 4>>",
                                                 .architecture = 90,
                                                 .streams = kWideSums,
                                                 .ptx = {.store_bits = 32, .bytes_in_flight = 32}}};
  Promises promises = kPromises;
  promises.accesses_per_element = 5;
  EXPECT_EQ(complaints_on_paper(promises, Direction::backward, kernels), "");
  promises.accesses_per_element = 3;
  EXPECT_TRUE(says(complaints_on_paper(promises, Direction::backward, kernels),
                   "sum_terms<Pack<float, 4>> stores 128 bits at a time to no tensor"));
}

TEST(PromisesRules, TheHeaviestOfInstancesThatDifferInANumberIsBoundToBytesInFlight) {
  std::vector<KernelResources> kernels = {{.kernel = "forward<1, Pack<float, 4>>",
                                           .architecture = 90,
                                           .streams = {{128, 0}, {0, 128}},
                                           .ptx = {.bytes_in_flight = 16}},
                                          {.kernel = "forward<2, Pack<float, 4>>",
                                           .architecture = 90,
                                           .streams = {{128, 0}, {0, 128}},
                                           .ptx = {.bytes_in_flight = 32}}};
  EXPECT_EQ(complaints_on_paper(kPromises, Direction::forward, kernels), "");
  kernels[1].kernel = "forward<true, Pack<float, 4>>";
  EXPECT_TRUE(says(complaints_on_paper(kPromises, Direction::forward, kernels),
                   "forward<1, Pack<float, 4>> has 16 bytes in flight (PTX); promised: 32"));
}

TEST(PromisesRules, AnExceptionForOneArchitectureExcusesNoOther) {
  const std::vector<Stream> streams = {{.load_bits = 128}, {.store_bits = 128}};
  const std::vector<KernelResources> kernels = {
      {.kernel = "forward", .architecture = 90, .streams = streams, .ptx = {.bytes_in_flight = 24}},
      {.kernel = "forward",
       .architecture = 100,
       .streams = streams,
       .ptx = {.bytes_in_flight = 24}}};
  Promises promises = kPromises;
  promises.bytes_in_flight = 24;
  EXPECT_EQ(complaints_on_paper(promises, Direction::forward, kernels),
            "paper, forward has 49152 bytes in flight an SM; wanted: 65536; on sm_100\n");
  promises.fills_memory = false;
  EXPECT_EQ(complaints_on_paper(promises, Direction::forward, kernels),
            "paper fills the memory, and does not promise it; on sm_90\n");
}

TEST(PromisesRules, BulkCopiesMustFitTheSharedMemoryAndHaveStandIns) {
  std::vector<KernelResources> kernels = {
      {.kernel = "forward", .architecture = 80, .ptx = {.bytes_in_flight = 8}},
      {.kernel = "forward",
       .architecture = 90,
       .shared_bytes = 256 * 32,
       .ptx = {.bytes_in_flight = 32, .bulk = true}}};
  EXPECT_EQ(complaints_on_paper(kPromises, Direction::forward, kernels), "");
  kernels[1].shared_bytes -= 1;
  EXPECT_TRUE(says(complaints_on_paper(kPromises, Direction::forward, kernels),
                   "has shared memory for fewer bytes than it promises in flight; on sm_90"));
  kernels[1].ptx.bulk = false;
  EXPECT_TRUE(says(complaints_on_paper(kPromises, Direction::forward, kernels),
                   "has 8 bytes in flight (PTX); promised: 32; on sm_80"));
}

}  // namespace
}  // namespace prelu::resources
