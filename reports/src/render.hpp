// Pure functions from a Report to text.
#pragma once

#include <string>
#include <string_view>

#include "report.hpp"

namespace prelu::reports {

/// For a terminal: the best variant of each problem, in aligned columns, and the verdict.
std::string to_table(const Report& report);

/// report.md: verdict, environment, the best of each problem, every timed case, what failed with
/// the command that reruns it, and what was skipped, by reason.
std::string to_markdown(const Report& report);

/// The README's table: the best of each problem, and which machine and report it is from.
std::string to_readme_table(const Report& report, std::string_view report_file);

/// `document` with the text between the lines `<!-- table:begin -->` and `<!-- table:end -->`
/// replaced. Throws std::invalid_argument when the markers are not there.
std::string replace_table(std::string_view document, std::string_view table);

}  // namespace prelu::reports
