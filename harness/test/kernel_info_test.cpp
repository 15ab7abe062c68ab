#include "kernel_info.hpp"

#include <gtest/gtest.h>

namespace prelu::harness {
namespace {

/// A kernel of which an SM holds one block of 100 threads.
resources::KernelResources kernel(int architecture, int pack_bits, int registers, int in_flight) {
  return {.variant = "cuda/forward_packed",
          .dtype = "bf16",
          .architecture = architecture,
          .accesses_tensors = true,
          .pack_bits = pack_bits,
          .block_size = 100,
          .registers = registers,
          .blocks_per_sm = 1,
          .ptx = {.bytes_in_flight = in_flight}};
}

std::optional<reports::KernelInfo> info(const resources::Table& table, const char* suffix = "",
                                        const char* compute_capability = "9.0") {
  const std::string name = "cuda/forward_packed/bf16/nchw/shared/2x3x5";
  return kernel_info(table, parse_case(name + suffix), compute_capability);
}

TEST(KernelInfo, IsTheWorstOfTheWidestKernels) {
  resources::Table table{kernel(90, 16, 90, 2), kernel(90, 128, 30, 32), kernel(90, 128, 40, 64),
                         kernel(90, 16, 90, 2)};
  table[2].spill_bytes = 8;
  EXPECT_EQ(info(table), (reports::KernelInfo{
                             .registers = 40, .spill_bytes = 8, .bytes_in_flight_per_sm = 3200}));
}

TEST(KernelInfo, IsOfTheDevicesArchitecture) {
  const resources::Table table{kernel(90, 128, 30, 32), kernel(120, 128, 40, 32)};
  EXPECT_EQ(info(table, "", "12.0")->registers, 40);
  EXPECT_FALSE(info(table, "", "8.0").has_value());
  EXPECT_FALSE(info(table, "", "").has_value());
}

TEST(KernelInfo, OtherDtypesVariantsAndSecondStagesDoNotCount) {
  resources::Table table{kernel(90, 128, 30, 32), kernel(90, 128, 30, 32), kernel(90, 128, 30, 32)};
  table[0].dtype = "f16";
  table[1].variant = "cuda/forward_packed256";
  table[2].accesses_tensors = false;
  EXPECT_FALSE(info(table).has_value());
}

TEST(KernelInfo, NothingIsSaidOfWhatIsNotAligned) {
  EXPECT_FALSE(info({kernel(90, 128, 30, 32)}, "/offset=1").has_value());
}

}  // namespace
}  // namespace prelu::harness
