#include "kernel_name.hpp"

#include <gtest/gtest.h>

namespace prelu::resources {
namespace {

TEST(KernelName, TellsTheDtypeAndTheWidthOfThePack) {
  const KernelName name = read_name(
      "_ZN5prelu8variants50_GLOBAL__N__3fe8bc35_17_forward_packed_cu_5fe8717a14forward_packedI"
      "Lb1ENS_4cuda4PackI6__halfLi8EEES5_fEEvPKT1_PKT2_PS7_lNS_8AlphaMapENS_11SlopeAtZeroE");
  EXPECT_EQ(name.text, "forward_packed<true, Pack<__half, 8>, __half, float>");
  EXPECT_EQ(name.dtype, "f16");
  EXPECT_EQ(name.pack_bits, 128);
  EXPECT_TRUE(name.accesses_tensors);
}

TEST(KernelName, WithoutAPackTheFirstTypeIsThatOfX) {
  const KernelName name = read_name("_ZN5prelu8variants13forward_naiveIdfEEvPKT_PKT0_PS2_l");
  EXPECT_EQ(name.text, "forward_naive<double, float>");
  EXPECT_EQ(name.dtype, "f64");
  EXPECT_EQ(name.pack_bits, 0);
}

TEST(KernelName, WithoutPacksAndDirectionItIsASecondStage) {
  EXPECT_FALSE(read_name("_ZN5prelu4cuda12sum_partialsIffEEvPKT_llPT0_b").accesses_tensors);
}

TEST(KernelName, OfPacksItAccessesTensorsWhateverItsName) {
  EXPECT_TRUE(read_name("_ZN5prelu8write_dxINS_4cuda4PackIfLi4EEEEEvPT_").accesses_tensors);
}

TEST(KernelName, UnalignedOnesAreOfOneElement) {
  const KernelName name = read_name("_ZN5prelu17forward_unalignedIffEEvPKT_PKT0_PS2_l");
  EXPECT_EQ(name.dtype, "f32");
  EXPECT_EQ(name.pack_bits, 32);
}

TEST(KernelName, ANameThatIsNotMangledIsKept) {
  const KernelName name = read_name("plain");
  EXPECT_EQ(name.text, "plain");
  EXPECT_EQ(name.dtype, "");
}

}  // namespace
}  // namespace prelu::resources
