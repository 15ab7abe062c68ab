#include "golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "report.hpp"

namespace prelu::reports {

void expect_golden(const std::string& text, const char* name) {
  const auto file = std::filesystem::path(PRELU_GOLDEN_FOLDER) / name;
  if (std::getenv("PRELU_UPDATE_GOLDEN") != nullptr) {
    write_file(file, text);
    GTEST_SKIP() << file << " was written, not compared";
  }
  std::ifstream stream(file, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_EQ(text, golden) << "see golden.hpp";
}

}  // namespace prelu::reports
