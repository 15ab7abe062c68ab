// A plan for every layer of the networks suite, among the CUDA variants as the SIMT executor runs
// them.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "case.hpp"
#include "choice.hpp"
#include "explain.hpp"
#include "names.hpp"
#include "suite.hpp"

namespace prelu::harness {
namespace {

TEST(ExplainedNetworks, EveryLayerHasAVariantThatIsNotNaive) {
  const Suite suite = load_suite("networks", PRELU_SUITE_FOLDER, registry());
  std::set<std::string> problems;
  for (Case c : suite.cases) {
    c.variant.clear();
    const std::string problem = std::string(name(c.problem.direction)) + "/" + problem_name(c);
    if (!problems.insert(problem).second) continue;
    for (const GpuTraits& gpu : known_gpus()) {
      const Choice choice = choose(Backend::cuda, {.problem = c.problem, .gpu = gpu});
      ASSERT_NE(choice.variant, nullptr) << problem << " on " << gpu.name;
      EXPECT_EQ(choice.variant->name.find("naive"), std::string_view::npos)
          << problem << " on " << gpu.name;
      const std::string text = explain(c, gpu, false);
      EXPECT_TRUE(text.starts_with(problem + "\n  must move  ")) << text;
      EXPECT_NE(text.find("cuda: " + std::string(choice.variant->name) + "\n"), std::string::npos)
          << text;
    }
  }
  EXPECT_GT(problems.size(), 200U);
}

}  // namespace
}  // namespace prelu::harness
