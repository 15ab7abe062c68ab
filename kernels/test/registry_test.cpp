// The table of the library: what CMake generated from the names of the files, and what is promised
// of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "matrix_problem.hpp"
#include "variant.hpp"

namespace prelu {
namespace {

/// The variants' files, as CMake found them: "cpu/forward_naive.cpp,...".
std::vector<std::string> paths_without_extension() {
  std::istringstream files(PRELU_VARIANT_FILES);
  std::vector<std::string> paths;
  for (std::string file; std::getline(files, file, ',');) {
    paths.push_back(file.substr(0, file.rfind('.')));
  }
  std::ranges::sort(paths);
  return paths;
}

TEST(Registry, HoldsEveryFileUnderItsPathInAlphabeticalOrder) {
  std::vector<std::string> names;
  for (const KernelVariant& variant : registry()) names.emplace_back(variant.name);
  EXPECT_EQ(names, paths_without_extension());
}

TEST(Registry, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const KernelVariant& variant : registry()) names.insert(variant.name);
  EXPECT_EQ(names.size(), registry().size());
}

TEST(Registry, ThePathSaysBackendAndDirection) {
  for (const KernelVariant& variant : registry()) {
    const bool cpu = variant.name.starts_with("cpu/");
    EXPECT_EQ(variant.backend, cpu ? Backend::cpu : Backend::cuda) << variant.name;
    const std::string_view file = variant.name.substr(variant.name.find('/') + 1);
    EXPECT_TRUE(file.starts_with(name(variant.direction))) << variant.name;
    EXPECT_FALSE(variant.summary.empty()) << variant.name;
  }
}

TEST(Registry, FindsAVariantByItsNameAndNothingElse) {
  for (const KernelVariant& variant : registry()) EXPECT_EQ(find_variant(variant.name), &variant);
  EXPECT_EQ(find_variant("cpu/forward"), nullptr);
  EXPECT_EQ(find_variant(""), nullptr);
}

TEST(Registry, NoVariantComputesTheOtherDirection) {
  for (const KernelVariant& variant : registry()) {
    const Problem other{.direction = variant.direction == Direction::forward ? Direction::backward
                                                                             : Direction::forward};
    EXPECT_EQ(unsupported(variant, other).reason(),
              "computes " + std::string(name(variant.direction)) + " only");
  }
}

TEST(Registry, TheMatrixHasOneRowForEveryCombination) {
  std::set<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>> rows;
  for (const MatrixRow& row : kVariantMatrix) {
    rows.insert({row.direction, row.update, row.layout, row.alpha_mode});
  }
  // Forward, and three updates of backward; two layouts; four alpha modes.
  EXPECT_EQ(rows.size(), (1 + 3) * 2 * 4);
  EXPECT_EQ(rows.size(), kVariantMatrix.size());
  for (const MatrixRow& row : kVariantMatrix) {
    for (const Problem& problem : problems_of(row)) EXPECT_NO_THROW(validate(problem));
  }
}

TEST(Registry, TheMatrixNamesACpuVariantThatComputesEachCombination) {
  for (const MatrixRow& row : kVariantMatrix) {
    const KernelVariant* variant = find_variant(row.cpu);
    ASSERT_NE(variant, nullptr) << row.cpu;
    EXPECT_EQ(variant->backend, Backend::cpu);
    for (const Problem& problem : problems_of(row)) {
      EXPECT_EQ(unsupported(*variant, problem).reason(), "") << row.cpu;
    }
  }
}

TEST(Registry, TheMatrixNamesACudaVariantThatIsNeitherNaiveNorCubs) {
  for (const MatrixRow& row : kVariantMatrix) {
    const KernelVariant* variant = find_variant(row.cuda);
    ASSERT_NE(variant, nullptr) << row.cuda;
    EXPECT_EQ(variant->backend, Backend::cuda) << row.cuda;
    EXPECT_EQ(name(variant->direction), row.direction) << row.cuda;
    EXPECT_TRUE(row.cuda.starts_with("cuda/")) << row.cuda;
    EXPECT_EQ(row.cuda.find("naive"), std::string_view::npos) << row.cuda;
  }
}

TEST(Registry, AnAbsentVariantRefusesEveryProblemAndSaysWhy) {
  const KernelVariant absent = absent_variant("cuda/backward_plane");
  EXPECT_EQ(absent.direction, Direction::backward);
  EXPECT_EQ(unsupported(absent, {.direction = Direction::backward}).reason(), "built without CUDA");
}

}  // namespace
}  // namespace prelu
