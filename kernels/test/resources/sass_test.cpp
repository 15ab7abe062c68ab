#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "listing.hpp"

namespace prelu::resources {
namespace {

/// The instructions of a kernel with these, one a line.
std::vector<Instruction> body(const std::string& text) {
  return read_sass("\t.section\t.text.k,\"ax\",@progbits\n.text.k:\n" + text).front().instructions;
}

TEST(Sass, KernelsAreTheSectionsOfText) {
  const std::vector<Listing> kernels = read_sass(
      "\t.section\t.nv.info,\"\",@0\n"
      "\t.section\t.text._Z3onev,\"ax\",@progbits\n"
      "        /*0000*/                   EXIT ;\n"
      "\t.section\t.text._Z3twov,\"ax\",@progbits\n"
      "        /*0000*/                   NOP ;\n"
      "        /*0010*/                   EXIT ;\n");
  ASSERT_EQ(kernels.size(), 2U);
  EXPECT_EQ(kernels[0].kernel, "_Z3onev");
  EXPECT_EQ(kernels[0].instructions.size(), 1U);
  EXPECT_EQ(kernels[1].instructions.size(), 2U);
  EXPECT_TRUE(kernels[1].instructions[1].ends);
}

TEST(Sass, AccessesHaveTheirWidth) {
  const auto code = body(R"(
        /*0000*/              @!P1 LDG.E.128 R8, desc[UR8][R26.64] ;
        /*0010*/                   LDG.E.ENL2.256 R12, R16, desc[UR4][R2.64+0x20] ;
        /*0020*/                   LDG.E.U16.CONSTANT R5, desc[UR4][R2.64] ;
        /*0030*/                   STG.E desc[UR8][R42.64], R24 ;
        /*0040*/                   LDG.E.64.SYS R10, [R38] ;
        /*0050*/                   LDG.E.LTC128B.CONSTANT R10, desc[UR4][R38.64] ;
        /*0060*/                   LDS.128 R4, [UR4] ;
)");
  const std::vector<int> widths = {128, 256, 16, 32, 64, 32, 0};
  ASSERT_EQ(code.size(), widths.size());
  for (std::size_t i = 0; i < widths.size(); ++i) EXPECT_EQ(code[i].bits, widths[i]) << i;
  EXPECT_EQ(code[0].writes, (std::vector<std::string>{"R8", "R9", "R10", "R11"}));
  EXPECT_EQ(code[0].reads, std::vector<std::string>{"R26"});
  EXPECT_EQ(code[1].writes.size(), 8U);
  EXPECT_EQ(code[1].writes.back(), "R19");
  EXPECT_TRUE(code[2].read_only);
  EXPECT_EQ(code[3].access, Access::store);
  EXPECT_EQ(code[3].reads, (std::vector<std::string>{"R42", "R24"}));
}

TEST(Sass, DivisionsAreCallsOrReciprocalsOfIntegers) {
  const auto code = body(R"(
        /*0000*/                   CALL.REL.NOINC `($__internal_0_$__cuda_sm20_div_s64) ;
        /*0010*/                   CALL.REL.NOINC `($__internal_1_$__cuda_sm20_rem_u64) ;
        /*0020*/                   I2F.U32.RP R4, R7 ;
        /*0030*/                   MUFU.RCP R4, R4 ;
        /*0040*/                   CALL.REL.NOINC `($__internal_2_$__cuda_sm3x_div_rn_f32) ;
)");
  const std::vector<bool> divides = {true, true, true, false, false};
  ASSERT_EQ(code.size(), divides.size());
  for (std::size_t i = 0; i < divides.size(); ++i) EXPECT_EQ(code[i].divides, divides[i]) << i;
}

TEST(Sass, BranchesLeadToLabels) {
  const auto code = body(R"(
.L_x_1:
        /*0000*/               @P0 BRA `(.L_x_2) ;
        /*0010*/                   BRA.U !UP0, `(.L_x_1) ;
.L_x_2:
        /*0020*/                   BRA `(.L_x_1) ;
)");
  EXPECT_EQ(code[0].labels.back(), ".L_x_1");
  EXPECT_EQ(code[0].target, ".L_x_2");
  EXPECT_TRUE(code[0].conditional);
  EXPECT_TRUE(code[1].conditional);
  EXPECT_FALSE(code[2].conditional);
}

}  // namespace
}  // namespace prelu::resources
