#include "ptxas.hpp"

#include <gtest/gtest.h>

namespace prelu::resources {
namespace {

TEST(Ptxas, TellsRegistersSharedMemoryAndSpills) {
  const auto kernels = read_ptxas(R"(ptxas info    : 28 bytes gmem
ptxas info    : Compiling entry function 'fine' for 'sm_90'
ptxas info    : Function properties for fine
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 28 registers, used 0 barriers
ptxas info    : Compile time = 34.100 ms
ptxas info    : Compiling entry function 'spills' for 'sm_90'
ptxas info    : Function properties for spills
    208 bytes stack frame, 336 bytes spill stores, 340 bytes spill loads
ptxas info    : Used 32 registers, used 1 barriers, 208 bytes cumulative stack size, 44 bytes smem, 404 bytes cmem[0]
)");
  ASSERT_EQ(kernels.size(), 2U);
  EXPECT_EQ(kernels.at("fine"), (Usage{.registers = 28}));
  EXPECT_EQ(kernels.at("spills"), (Usage{.registers = 32,
                                         .shared_bytes = 44,
                                         .stack_bytes = 208,
                                         .spill_stores = 336,
                                         .spill_loads = 340}));
}

}  // namespace
}  // namespace prelu::resources
