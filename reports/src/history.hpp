// Every report ever taken, in one SQLite database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "report.hpp"
#include "sqlite.hpp"
#include "trend.hpp"

namespace prelu::reports {

/// Which series to read; what is empty takes all.
struct HistoryFilter {
  std::string case_pattern;          ///< as SQLite's GLOB: * and ?
  std::string environment_key;       ///< its beginning is enough
  std::vector<std::string> commits;  ///< only these, in this order
};

/// What a history holds, all in all.
struct HistoryCounts {
  std::int64_t reports = 0;
  std::int64_t commits = 0;
  std::int64_t environments = 0;
  std::int64_t without_commit = 0;  ///< reports of no commit, or of one with changes
};

/// The database. Errors are those of sqlite::Database; a database of another program, or of another
/// version of this one, is refused with std::invalid_argument and never written to.
class History {
 public:
  /// With Access::write the file is created where there is none.
  History(const std::filesystem::path& file, sqlite::Database::Access access);

  /// `text` is a report's file, `report` what it says. False where the same file is there already.
  /// It is there as a whole once this returns, and not at all otherwise.
  bool record(std::string_view text, const Report& report);

  HistoryCounts counts();
  /// Sorted by environment and case. A point is a commit, in the order of the commits' dates; one
  /// whose reports do not tell it counts at the date of its first report. Reports of no commit, or
  /// of one with changes, are left out.
  std::vector<Series> series(const HistoryFilter& filter);
  /// Reads everything and compares each report with its hash. Throws std::invalid_argument for what
  /// is damaged.
  void check();

 private:
  void create();
  void refuse_other_formats();

  sqlite::Database database_;
};

/// Seconds since 1970 of an ISO 8601 date with offset. Throws std::invalid_argument for what is
/// none.
std::int64_t unix_time(std::string_view iso_date);

}  // namespace prelu::reports
