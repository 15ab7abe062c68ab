// Files appear whole or not at all.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "example_report.hpp"
#include "report.hpp"
#include "temporary_folder.hpp"

namespace prelu::reports {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

std::string error_of_writing(const fs::path& file) {
  try {
    write_file(file, "text");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(WriteFile, LeavesTheFileAndNothingElse) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", std::string("\0\r\n", 3));
  EXPECT_EQ(text_of(folder.path() / "a"), std::string("\0\r\n", 3));
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

TEST(WriteFile, ReplacesAnOlderFile) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "a longer text");
  write_file(folder.path() / "a", "short");
  EXPECT_EQ(text_of(folder.path() / "a"), "short");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

TEST(WriteFile, NamesTheFileAndTheReasonWhereTheFolderIsMissing) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "missing" / "a";
  EXPECT_EQ(error_of_writing(file),
            file.string() + ": cannot be written: No such file or directory");
  EXPECT_TRUE(names_in(folder.path()).empty());
}

TEST(WriteFile, LeavesNothingBehindWhereTheNameIsTaken) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "a");
  EXPECT_EQ(error_of_writing(folder.path() / "a"),
            (folder.path() / "a").string() + ": cannot be written: Is a directory");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

TEST(ReadReport, ReadsWhatWriteFileWrote) {
  const TemporaryFolder folder;
  write_file(folder.path() / "report.json", to_json(example_report()));
  EXPECT_EQ(read_report(folder.path() / "report.json"), example_report());
}

TEST(ReadReport, NamesAFileThatIsNotThereOrNoFile) {
  const TemporaryFolder folder;
  for (const fs::path& file : {folder.path() / "missing.json", folder.path()}) {
    try {
      read_report(file);
      ADD_FAILURE() << file << " was read";
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(std::string(error.what()), file.string() + ": cannot be read");
    }
  }
}

}  // namespace
}  // namespace prelu::reports
