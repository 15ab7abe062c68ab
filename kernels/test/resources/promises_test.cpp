// Every CUDA variant, against what the compiler made of its kernels on each architecture.
#include "promises.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "table.hpp"
#include "variant.hpp"

namespace prelu::resources {
namespace {

const Table& table() {
  static const Table kTable = read_tables(PRELU_RESOURCE_TABLES);
  return kTable;
}

std::vector<std::string_view> cuda_variants() {
  std::vector<std::string_view> names;
  for (const KernelVariant& variant : registry()) {
    if (variant.name.starts_with("cuda/")) names.push_back(variant.name);
  }
  return names;
}

class EveryCudaVariant : public testing::TestWithParam<std::string_view> {};

TEST_P(EveryCudaVariant, KeepsWhatItPromisesOfItsMachineCode) {
  const KernelVariant& variant = *find_variant(GetParam());
  Table kernels;
  std::ranges::copy_if(table(), std::back_inserter(kernels), [&](const KernelResources& kernel) {
    return kernel.variant == variant.name;
  });
  const std::vector<std::string> broken = broken_promises(variant, kernels);
  std::string text;
  for (const std::string& sentence : broken) text += sentence + "\n";
  EXPECT_TRUE(broken.empty()) << text;
}

INSTANTIATE_TEST_SUITE_P(Resources, EveryCudaVariant, testing::ValuesIn(cuda_variants()),
                         [](const auto& variant) {
                           std::string name(variant.param);
                           std::ranges::replace(name, '/', '_');
                           return name;
                         });

TEST(ResourceTables, AreOfAllArchitecturesThatThisCudaKnows) {
  std::set<int> seen;
  for (const KernelResources& kernel : table()) seen.insert(kernel.architecture);
  for (const int architecture : {PRELU_RESOURCE_ARCHITECTURES}) {
    EXPECT_TRUE(seen.contains(architecture)) << architecture;
  }
}

TEST(ResourceTables, HoldTheMachineCodeOfEveryKernel) {
  for (const KernelResources& kernel : table()) {
    if (!kernel.sass) GTEST_SKIP() << "SASS was not read: nvdisasm is missing, or older than nvcc";
  }
}

}  // namespace
}  // namespace prelu::resources
