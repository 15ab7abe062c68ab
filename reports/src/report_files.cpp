#include "report_files.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace prelu::reports {
namespace {

namespace fs = std::filesystem;

void add_folder(const fs::path& folder, std::vector<fs::path>& files) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& file = entry->path();
    if (file.extension() == ".json" && file.filename() != "report.ci.json") found.push_back(file);
  }
  if (error) throw std::invalid_argument(folder.string() + ": cannot be read: " + error.message());
  if (found.empty()) throw std::invalid_argument(folder.string() + ": holds no report");
  std::ranges::sort(found);
  files.insert(files.end(), found.begin(), found.end());
}

void add(const fs::path& path, std::vector<fs::path>& files) {
  if (fs::is_directory(path)) {
    add_folder(path, files);
  } else {
    files.push_back(path);
  }
}

}  // namespace

std::vector<fs::path> report_files(const std::string& argument) {
  std::vector<fs::path> files;
  if (fs::exists(argument)) {  // a name may hold a comma itself
    add(argument, files);
    return files;
  }
  std::istringstream stream(argument);
  for (std::string part; std::getline(stream, part, ',');) add(part, files);
  if (files.empty()) throw std::invalid_argument("a report or a folder of reports is missing");
  return files;
}

std::vector<Report> read_reports(const std::string& argument) {
  std::vector<Report> reports;
  for (const fs::path& file : report_files(argument)) reports.push_back(read_report(file));
  return reports;
}

}  // namespace prelu::reports
