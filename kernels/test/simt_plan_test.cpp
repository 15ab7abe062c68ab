// The choice among the CUDA variants, made and run in the SIMT executor.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "matrix_problem.hpp"
#include "prelu/plan.hpp"
#include "variant.hpp"

namespace prelu {
namespace {

TEST(SimtPlan, NeverChoosesANaiveVariantWhereTheMatrixNamesABetterOne) {
  for (const MatrixRow& row : kVariantMatrix) {
    for (const Problem& problem : problems_of(row)) {
      const Plan plan(Backend::cuda, problem);
      EXPECT_EQ(plan.variant().find("naive"), std::string_view::npos)
          << plan.variant() << " for " << row.cuda;
      EXPECT_EQ(unsupported(*find_variant(plan.variant()), problem).reason(), "");
    }
  }
}

TEST(SimtPlan, ADeterministicPlanChoosesADeterministicVariant) {
  for (const MatrixRow& row : kVariantMatrix) {
    for (const Problem& problem : problems_of(row)) {
      const Plan plan(Backend::cuda, problem, {.deterministic = true});
      EXPECT_TRUE(find_variant(plan.variant())->deterministic) << plan.variant();
    }
  }
}

TEST(SimtPlan, NamesNoCpuVariantBecauseThereIsNone) {
  EXPECT_THROW(Plan(Backend::cpu, {.shape = {.n = 2}}), std::invalid_argument);
}

TEST(SimtPlan, RunsBackwardWithTheWorkspaceItAskedFor) {
  const Problem problem{.direction = Direction::backward,
                        .alpha_mode = AlphaMode::shared,
                        .shape = {.spatial = 5000}};
  const Plan plan(Backend::cuda, problem);
  const std::vector<float> x(5000, -1.0F);
  const std::vector<float> dy(5000, 2.0F);
  const float alpha = 0.5F;
  std::vector<float> dx(5000);
  float dalpha = 0;
  ASSERT_GT(plan.workspace_bytes(), 0U);
  struct alignas(256) Aligned {
    std::array<std::byte, 256> bytes;
  };
  std::vector<Aligned> workspace(plan.workspace_bytes() / sizeof(Aligned) + 1);
  plan.run({.x = x.data(),
            .alpha = &alpha,
            .dy = dy.data(),
            .dx = dx.data(),
            .dalpha = &dalpha,
            .workspace = workspace.data()});
  EXPECT_EQ(dx, std::vector<float>(5000, 1.0F));
  EXPECT_EQ(dalpha, -10000.0F);
}

}  // namespace
}  // namespace prelu
