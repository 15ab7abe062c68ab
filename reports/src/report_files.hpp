// Which files a command line means.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report.hpp"

namespace prelu::reports {

/// A report, a folder (every .json in it and below but report.ci.json, in the order of their
/// paths), or several of either, joined by commas. Throws std::invalid_argument naming what is not
/// there or holds no report.
std::vector<std::filesystem::path> report_files(const std::string& argument);

std::vector<Report> read_reports(const std::string& argument);

}  // namespace prelu::reports
