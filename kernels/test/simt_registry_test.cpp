// The table of the CUDA variants as the SIMT executor runs them, and what is promised of it.
#include <gtest/gtest.h>

#include "matrix_problem.hpp"
#include "variant.hpp"

namespace prelu {
namespace {

TEST(SimtRegistry, HoldsEveryCudaVariantAndNoOther) {
  EXPECT_FALSE(registry().empty());
  for (const KernelVariant& variant : registry()) {
    EXPECT_TRUE(variant.name.starts_with("cuda/")) << variant.name;
    EXPECT_EQ(variant.backend, Backend::cuda) << variant.name;
    EXPECT_NE(variant.launch, nullptr) << variant.name;
  }
}

TEST(SimtRegistry, TheMatrixNamesACudaVariantThatComputesEachCombination) {
  for (const MatrixRow& row : kVariantMatrix) {
    const KernelVariant* variant = find_variant(row.cuda);
    ASSERT_NE(variant, nullptr) << row.cuda;
    for (const Problem& problem : problems_of(row)) {
      EXPECT_EQ(unsupported(*variant, problem).reason(), "")
          << row.cuda << ' ' << row.update << ' ' << row.layout << ' ' << row.alpha_mode;
    }
  }
}

TEST(SimtRegistry, TheNaiveVariantsComputeYAndGradientsOfWhatIsNoBroadcast) {
  for (const MatrixRow& row : kVariantMatrix) {
    if (row.update != "gradient" || row.alpha_mode == "broadcast") continue;
    const KernelVariant* naive = find_variant("cuda/" + std::string(row.direction) + "_naive");
    ASSERT_NE(naive, nullptr);
    for (const Problem& problem : problems_of(row)) {
      EXPECT_EQ(unsupported(*naive, problem).reason(), "") << naive->name;
    }
  }
}

}  // namespace
}  // namespace prelu
