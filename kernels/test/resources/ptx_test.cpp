#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "listing.hpp"

namespace prelu::resources {
namespace {

/// The instructions of a kernel with that body.
std::vector<Instruction> body(const std::string& text) {
  return read_ptx(".visible .entry k(\n\t.param .u64 k_param_0\n)\n{\n" + text + "}\n")
      .front()
      .instructions;
}

TEST(Ptx, KernelsAreFoundWithTheirBlockSize) {
  const std::vector<Listing> kernels = read_ptx(R"(
.version 9.0
.func (.param .b32 result) not_a_kernel() { ret; }
.entry one(.param .u64 one_param_0) .maxntid 256, 1, 1 { ret; }
.weak .entry two() .maxntid 16, 8, 2 .minnctapersm 4 { ret; }
.visible .entry three() { ret; }
)");
  ASSERT_EQ(kernels.size(), 3U);
  EXPECT_EQ(kernels[0].kernel, "one");
  EXPECT_EQ(kernels[0].block_size, 256);
  EXPECT_EQ(kernels[1].block_size, 256);
  EXPECT_EQ(kernels[2].block_size, 0);
}

TEST(Ptx, AccessesHaveTheirWidth) {
  const auto code = body(R"(
    ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1+16];
    ld.global.nc.L1::no_allocate.v8.b32 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8}, [%rd2];
    ld.global.u16 %rs1, [%rd1];
    st.global.cs.v2.f64 [%rd3], {%fd1, %fd2};
    ld.shared.v4.f32 {%f1, %f2, %f3, %f4}, [sums];
    ld.param.u64 %rd4, [k_param_0];
    ld.u32 %r9, [%rd1];
)");
  const std::vector<int> widths = {128, 256, 16, 128, 0, 0, 32};
  ASSERT_EQ(code.size(), widths.size());
  for (std::size_t i = 0; i < widths.size(); ++i) EXPECT_EQ(code[i].bits, widths[i]) << i;
  EXPECT_FALSE(code[0].read_only);
  EXPECT_TRUE(code[1].read_only);
  EXPECT_EQ(code[0].access, Access::load);
  EXPECT_EQ(code[0].writes, (std::vector<std::string>{"%f1", "%f2", "%f3", "%f4"}));
  EXPECT_EQ(code[0].reads, std::vector<std::string>{"%rd1"});
  EXPECT_EQ(code[3].access, Access::store);
  EXPECT_EQ(code[3].reads, (std::vector<std::string>{"%rd3", "%fd1", "%fd2"}));
}

TEST(Ptx, OnlyIntegersAreDivided) {
  const auto code = body(R"(
    div.s64 %rd1, %rd2, %rd3;
    rem.u32 %r1, %r2, %r3;
    div.rn.f32 %f1, %f2, %f3;
    mul.hi.u64 %rd1, %rd2, %rd3;
)");
  EXPECT_TRUE(code[0].divides);
  EXPECT_TRUE(code[1].divides);
  EXPECT_FALSE(code[2].divides);
  EXPECT_FALSE(code[3].divides);
}

TEST(Ptx, BranchesLeadToLabels) {
  const auto code = body(R"(
$L__BB0_1:
    @%p1 bra $L__BB0_3;
    bra.uni $L__BB0_1;
$L__BB0_2:
$L__BB0_3:
    @!%p2 ret;
    .loc 1 42 7
    ret;
)");
  ASSERT_EQ(code.size(), 4U);
  EXPECT_EQ(code[0].labels, std::vector<std::string>{"$L__BB0_1"});
  EXPECT_EQ(code[0].target, "$L__BB0_3");
  EXPECT_TRUE(code[0].conditional);
  EXPECT_EQ(code[1].target, "$L__BB0_1");
  EXPECT_FALSE(code[1].conditional);
  EXPECT_EQ(code[2].labels, (std::vector<std::string>{"$L__BB0_2", "$L__BB0_3"}));
  EXPECT_TRUE(code[2].ends && code[2].conditional);
}

TEST(Ptx, InlineAssemblyIsReadLikeTheRest) {
  const auto code = body(R"(
    // begin inline asm
    {  cvt.f32.f16 %f1, %rs1;}

    // end inline asm
    cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r1], [%rd1], %r2, [%r3];
    cp.async.bulk.wait_group.read 0;
)");
  ASSERT_EQ(code.size(), 3U);
  EXPECT_EQ(code[0].reads, std::vector<std::string>{"%rs1"});
  EXPECT_TRUE(code[1].bulk);
  EXPECT_FALSE(code[2].bulk);
}

TEST(Ptx, AddressesAreFollowedToTheParametersThatArePointers) {
  const auto code = body(R"(
    ld.param.u64 %rd1, [k_param_0];
    ld.param.b64 %rd2, [k_param_1+8];
    ld.param.u64 %rd3, [k_param_2];
    cvta.to.global.u64 %rd4, %rd1;
    cvta.to.global.u64 %rd5, %rd2;
    shl.b64 %rd6, %rd3, 4;
    add.s64 %rd7, %rd4, %rd6;
$L__loop:
    ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd7];
    st.global.f32 [%rd5+4], %f1;
    add.s64 %rd7, %rd7, 64;
    bra $L__loop;
)");
  EXPECT_EQ(code[7].pointers, std::vector<std::string>{"0"});
  EXPECT_EQ(code[8].pointers, std::vector<std::string>{"1+8"});
}

}  // namespace
}  // namespace prelu::resources
