// The page: one HTML file that holds reports and all that is needed to look at them, offline.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare.hpp"
#include "report.hpp"

namespace prelu::reports {

struct PageReport {
  std::string file;  ///< where it was read from, for people
  Report report;
};

struct Page {
  std::vector<PageReport> reports;
  std::optional<Comparison> comparison;  ///< of two reports, or of two sides
  /// "prelu-trend/1", as `prelu-report trend --json` writes it; empty where there is no history.
  std::string trend;
};

/// "prelu-page/1", the data of a page: every report without loss, what was derived from its
/// samples, the comparison and the trend. Throws std::invalid_argument where it is more than a
/// browser can show, or the trend is none.
std::string page_json(const Page& page);

/// report.html. Throws as page_json does.
std::string to_html(const Page& page);

}  // namespace prelu::reports
