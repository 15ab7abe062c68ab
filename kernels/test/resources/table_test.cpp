#include "table.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace prelu::resources {
namespace {

KernelResources example() {
  return {.variant = "cuda/forward_packed",
          .kernel = "forward_packed<Pack<float, 4>, float>",
          .dtype = "f32",
          .architecture = 90,
          .accesses_tensors = true,
          .pack_bits = 128,
          .block_size = 256,
          .registers = 30,
          .stack_bytes = 8,
          .spill_bytes = 16,
          .shared_bytes = 44,
          .blocks_per_sm = 8,
          .streams = {{.load_bits = 128}, {.load_bits = 32, .store_bits = 128}},
          .ptx = {.load_bits = 128, .store_bits = 128, .bytes_in_flight = 64, .bulk = true}};
}

TEST(ResourceTable, ComesBackAsItWasWritten) {
  KernelResources with_sass = example();
  with_sass.sass = Findings{.load_bits = 64, .bytes_in_flight = 32, .divides_in_loop = true};
  const Table table{example(), with_sass};
  EXPECT_EQ(from_json(to_json(table), "test"), table);
}

TEST(ResourceTable, WhatIsNoTableIsRefusedWithItsName) {
  for (const char* text : {"", "{}", "{\"kernels\": [{}]}", "{\"kernels\": 1}"}) {
    try {
      from_json(text, "file.json");
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("file.json: ")) << error.what();
    }
  }
}

TEST(ResourceTable, AFolderThatIsNotThereHoldsNone) {
  EXPECT_TRUE(read_tables("/nonexistent").empty());
}

TEST(ResourceTable, MachineCodeHasTheLastWordOnWhatIsInFlight) {
  KernelResources kernel = example();
  EXPECT_EQ(kernel.bytes_in_flight_per_sm(), 8 * 256 * 64);
  kernel.sass = Findings{.bytes_in_flight = 32};
  EXPECT_EQ(kernel.bytes_in_flight_per_sm(), 8 * 256 * 32);
}

TEST(ResourceTable, IsShownALineAKernel) {
  EXPECT_EQ(to_text(Table{example()}),
            "variant              kernel                                 arch   registers  shared  "
            "spills  load/store  occupancy  in flight  per SM  wanted\n"
            "cuda/forward_packed  forward_packed<Pack<float, 4>, float>  sm_90         30      44  "
            "    16     128/128      100 %         64  131072   49152\n");
}

}  // namespace
}  // namespace prelu::resources
