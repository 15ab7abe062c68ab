#include "analysis.hpp"

#include <gtest/gtest.h>

#include <string>

#include "flow.hpp"

namespace prelu::resources {
namespace {

Listing kernel(const std::string& body) {
  return read_ptx(".entry k() {\n" + body + "}\n").front();
}

Findings findings(const std::string& body) { return analyse(kernel(body)); }

TEST(Analysis, InMachineCodeLoadsAreInFlightUntilTheFirstIsNeeded) {
  const std::string text = R"(
	.section	.text.k,"ax",@progbits
        /*0000*/                   LDG.E.128 R4, desc[UR4][R2.64] ;
        /*0010*/              @!P0 LDG.E.128 R8, desc[UR4][R2.64+0x10] ;
        /*0020*/                   FMUL R5, R5, R0 ;
        /*0030*/                   LDG.E.128 R12, desc[UR4][R2.64+0x20] ;
        /*0040*/                   FMUL R12, R12, R0 ;
        /*0050*/                   EXIT ;
)";
  EXPECT_EQ(analyse(read_sass(text).front()).bytes_in_flight, 32);
}

TEST(Analysis, InPtxLoadsAreInFlightUntilAStore) {
  EXPECT_EQ(findings(R"(
    ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];
    mul.f32 %f9, %f1, %f1;
    ld.global.v4.f32 {%f5, %f6, %f7, %f8}, [%rd2];
    mul.f32 %f9, %f9, %f6;
    st.global.f32 [%rd3], %f9;
    ld.global.v4.f32 {%f11, %f12, %f13, %f14}, [%rd3];
    ret;
)")
                .bytes_in_flight,
            32);
}

TEST(Analysis, ALoadWhoseAddressWasLoadedWaits) {
  EXPECT_EQ(
      findings("ld.global.u64 %rd1, [%rd2]; ld.global.u64 %rd3, [%rd1]; ret;").bytes_in_flight, 8);
}

TEST(Analysis, LoadsUnderAConditionCountAndThoseOfOtherWaysDoNot) {
  EXPECT_EQ(findings(R"(
    @%p1 bra $second;
    ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];
$second:
    @%p2 bra $other;
    ld.global.v4.f32 {%f5, %f6, %f7, %f8}, [%rd1+16];
    bra $use;
$other:
    ld.global.v4.f32 {%f5, %f6, %f7, %f8}, [%rd2];
$use:
    mul.f32 %f9, %f1, %f5;
    ret;
)")
                .bytes_in_flight,
            32);
}

TEST(Analysis, SlopesAndRaggedEndsAreNotInFlight) {
  const Findings found = findings(R"(
    ld.global.nc.v4.f32 {%f21, %f22, %f23, %f24}, [%rd2];
    ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];
    ld.global.f32 %f5, [%rd1];
    st.global.f32 [%rd3], %f5;
    ret;
)");
  EXPECT_EQ(found.bytes_in_flight, 16);
  EXPECT_EQ(found.load_bits, 128);
  EXPECT_EQ(found.store_bits, 32);
}

TEST(Analysis, WhereEverythingIsReadOnlyAllOfItCounts) {
  EXPECT_EQ(findings("ld.global.nc.f32 %f1, [%rd1]; ret;").bytes_in_flight, 4);
}

TEST(Analysis, DivisionsCountInTheInnermostLoopThatLoads) {
  const std::string outside = "div.s64 %rd5, %rd6, %rd7;\n";
  const std::string inside = R"(
    ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];
    st.global.v4.f32 [%rd2], {%f1, %f2, %f3, %f4};
)";
  const auto nest = [&](const std::string& in_outer, const std::string& in_inner) {
    return findings("$outer:\n" + in_outer + "$inner:\n" + inside + in_inner +
                    "@%p1 bra $inner;\n@%p2 bra $outer;\n" + outside + "ret;")
        .divides_in_loop;
  };
  EXPECT_FALSE(nest("", ""));
  EXPECT_FALSE(nest(outside, ""));
  EXPECT_TRUE(nest("", outside));
}

TEST(Analysis, ADivisionThatTheCompilerMovedBehindTheLoopIsStillInIt) {
  EXPECT_TRUE(findings(R"(
$loop:
    ld.global.f32 %f1, [%rd1];
    @%p3 bra $far;
$back:
    st.global.f32 [%rd2], %f1;
    @%p1 bra $loop;
    ret;
$far:
    div.s64 %rd5, %rd6, %rd7;
    bra $back;
)")
                  .divides_in_loop);
}

TEST(Analysis, WithoutALoopADivisionAnywhereIsOneForEveryPack) {
  EXPECT_TRUE(findings("ld.global.f32 %f1, [%rd1]; div.u32 %r1, %r2, %r3; ret;").divides_in_loop);
  EXPECT_FALSE(findings("ld.global.f32 %f1, [%rd1]; ret;").divides_in_loop);
}

TEST(Flow, ALoopOfOneBlockIsFound) {
  const Listing listing = kernel("mov.u32 %r1, %r2;\n$loop:\n@%p1 bra $loop;\nret;");
  const std::vector<Block> blocks = blocks_of(listing.instructions);
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(loops_of(blocks), std::vector<Loop>{Loop{1}});
}

TEST(Streams, EachPointerHasItsWidest) {
  const std::vector<Stream> streams = streams_of(kernel(R"(
    ld.param.u64 %rd1, [k_param_0];
    cvta.to.global.u64 %rd2, %rd1;
    ld.param.u64 %rd3, [k_param_1];
    cvta.to.global.u64 %rd4, %rd3;
    ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd2];
    ld.global.f32 %f5, [%rd2+16];
    st.global.f32 [%rd4], %f5;
    ret;
)"));
  EXPECT_EQ(streams, (std::vector<Stream>{{.load_bits = 128}, {.store_bits = 32}}));
}

}  // namespace
}  // namespace prelu::resources
