#include "history.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <utility>

#include "fnv1a.hpp"
#include "format.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kApplication = 0x5052'4C55;  // "PRLU"
constexpr std::int64_t kVersion = 1;
constexpr int kBusyMs = 60'000;

// A row of `time` is one case of one report: the median over its processes and devices. The
// document is the report's file as it was given; everything else can be had from it again.
constexpr const char* kTables = R"sql(
  CREATE TABLE report(
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    recorded INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    commit_sha TEXT NOT NULL,
    commit_time INTEGER,
    dirty INTEGER NOT NULL,
    environment_key TEXT NOT NULL,
    device TEXT NOT NULL,
    host TEXT NOT NULL,
    suite TEXT NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE TABLE series(
    id INTEGER PRIMARY KEY,
    environment_key TEXT NOT NULL,
    device TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE(environment_key, name)
  ) STRICT;
  CREATE TABLE time(
    series INTEGER NOT NULL REFERENCES series,
    report INTEGER NOT NULL REFERENCES report,
    median_us REAL NOT NULL,
    hot_us REAL,
    ceiling_us REAL,
    PRIMARY KEY(series, report)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = 1347570773;
  PRAGMA user_version = 1;
)sql";
static_assert(kApplication == 1347570773 && kVersion == 1);

/// What the processes and devices of one report say of a case in one environment.
struct CaseTimes {
  std::string device;
  std::vector<double> median_us;
  std::vector<double> hot_us;
  std::vector<double> ceiling_us;
};

/// By environment key and case.
using Times = std::map<std::pair<std::string, std::string>, CaseTimes>;

Times times_of(const Report& report) {
  const std::string key_of_all = environment_key(report);
  const std::string device_of_all = device_line(report);
  Times times;
  for (const Result& result : report.results) {
    if (!result.measurement) continue;
    const DeviceInfo* device =
        result.device_index ? &report.environment.devices[*result.device_index] : nullptr;
    CaseTimes& one = times[{device ? device->environment_key : key_of_all, result.name}];
    one.device = device ? device->name : device_of_all;
    one.median_us.push_back(median(all_samples(*result.measurement)));
    if (result.measurement->hot_us) one.hot_us.push_back(*result.measurement->hot_us);
    if (result.measurement->ceiling_us) one.ceiling_us.push_back(*result.measurement->ceiling_us);
  }
  return times;
}

void bind_median(sqlite::Statement& statement, int place, const std::vector<double>& values) {
  if (values.empty()) {
    statement.bind_null(place);
  } else {
    statement.bind(place, median(values));
  }
}

std::int64_t number(std::string_view text, std::size_t place, std::size_t length) {
  std::int64_t value = -1;
  if (place + length > text.size()) return value;
  const char* const end = text.data() + place + length;
  const auto [stop, error] = std::from_chars(text.data() + place, end, value);
  return error == std::errc{} && stop == end ? value : -1;
}

}  // namespace

std::int64_t unix_time(std::string_view iso_date) {
  namespace chrono = std::chrono;
  const auto refuse = [&] {
    throw std::invalid_argument("'" + std::string(iso_date) +
                                "' is no date such as 2026-03-01T12:34:56+01:00");
  };
  constexpr std::size_t kOffset = 19;  // where it begins
  const auto at = [&](std::size_t place, std::size_t length) {
    const std::int64_t value = number(iso_date, place, length);
    if (value < 0) refuse();
    return value;
  };
  const chrono::year_month_day day{chrono::year(static_cast<int>(at(0, 4))),
                                   chrono::month(static_cast<unsigned>(at(5, 2))),
                                   chrono::day(static_cast<unsigned>(at(8, 2)))};
  const std::int64_t seconds = at(11, 2) * 3600 + at(14, 2) * 60 + at(17, 2);
  const std::string_view offset = iso_date.substr(kOffset);
  if (!day.ok() || offset.empty()) refuse();
  std::int64_t ahead = 0;
  if (offset != "Z") {
    if (offset.size() != 6 || (offset[0] != '+' && offset[0] != '-')) refuse();
    ahead = (at(kOffset + 1, 2) * 60 + at(kOffset + 4, 2)) * (offset[0] == '-' ? -60 : 60);
  }
  return chrono::sys_days(day).time_since_epoch() / chrono::seconds(1) + seconds - ahead;
}

// A file of a rollback journal, not of WAL: then the database is one file that can be copied and
// mailed, lies on a network file system without shared memory, and is read from read-only media.
History::History(const fs::path& file, sqlite::Database::Access access)
    : database_(file, access, kBusyMs) {
  database_.execute("PRAGMA foreign_keys = ON");
  if (access == sqlite::Database::Access::write) {
    // What was committed stays, power cut included.
    database_.execute("PRAGMA synchronous = EXTRA");
    create();
  } else {
    database_.execute("PRAGMA query_only = ON");
  }
  refuse_other_formats();
}

void History::create() {
  const auto is_new = [&] { return database_.number("SELECT count(*) FROM sqlite_schema") == 0; };
  if (!is_new() || database_.number("PRAGMA application_id") != 0) return;
  sqlite::Transaction transaction(database_);
  if (is_new()) database_.execute(kTables);  // unless another process was quicker
  transaction.commit();
}

void History::refuse_other_formats() {
  const std::string name = database_.file().string();
  if (database_.number("PRAGMA application_id") != kApplication) {
    if (fs::file_size(database_.file()) == 0) {
      throw std::invalid_argument(name + ": is empty; prelu-report record fills it");
    }
    throw std::invalid_argument(
        name +
        ": is a database, but not one of prelu-report record; it was left as "
        "it is");
  }
  const std::int64_t version = database_.number("PRAGMA user_version");
  if (version != kVersion) {
    throw std::invalid_argument(name + ": is a history of version " + std::to_string(version) +
                                "; this program reads version " + std::to_string(kVersion));
  }
}

bool History::record(std::string_view text, const Report& report) {
  const Environment& environment = report.environment;
  const std::string hash = hex(fnv1a(text));
  const std::int64_t taken = unix_time(environment.date);
  sqlite::Transaction transaction(database_);
  sqlite::Statement known(database_, "SELECT document FROM report WHERE hash = ?");
  if (known.bind(1, std::string_view(hash)).step()) {
    if (known.text(0) == text) return false;
    throw std::invalid_argument("another report has the same hash, " + hash);
  }
  const std::string key = environment_key(report);
  const std::string device = device_line(report);
  sqlite::Statement insert_report(
      database_,
      "INSERT INTO report(hash, recorded, taken, commit_sha, commit_time, dirty, environment_key, "
      "device, host, suite, document) VALUES(?, unixepoch(), ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert_report.bind(1, std::string_view(hash)).bind(2, taken);
  insert_report.bind(3, std::string_view(environment.git_sha));
  if (environment.git_date.empty()) {
    insert_report.bind_null(4);
  } else {
    insert_report.bind(4, unix_time(environment.git_date));
  }
  insert_report.bind(5, std::int64_t{environment.git_dirty})
      .bind(6, std::string_view(key))
      .bind(7, std::string_view(device))
      .bind(8, std::string_view(environment.host_name))
      .bind(9, std::string_view(report.protocol.suite))
      .bind(10, text);
  insert_report.step();
  const std::int64_t id = sqlite3_last_insert_rowid(database_.handle());

  sqlite::Statement insert_series(
      database_,
      "INSERT INTO series(environment_key, device, name) VALUES(?, ?, ?) "
      "ON CONFLICT(environment_key, name) DO UPDATE SET device = excluded.device RETURNING id");
  sqlite::Statement insert_time(database_, "INSERT INTO time VALUES(?, ?, ?, ?, ?)");
  for (const auto& [name, times] : times_of(report)) {
    insert_series.bind(1, std::string_view(name.first))
        .bind(2, std::string_view(times.device))
        .bind(3, std::string_view(name.second));
    insert_series.step();
    const std::int64_t series = insert_series.integer(0);
    insert_series.reset();
    insert_time.bind(1, series).bind(2, id);
    bind_median(insert_time, 3, times.median_us);
    bind_median(insert_time, 4, times.hot_us);
    bind_median(insert_time, 5, times.ceiling_us);
    insert_time.step();
    insert_time.reset();
  }
  transaction.commit();
  return true;
}

HistoryCounts History::counts() {
  return {.reports = database_.number("SELECT count(*) FROM report"),
          .commits = database_.number("SELECT count(DISTINCT commit_sha) FROM report"),
          .environments = database_.number("SELECT count(DISTINCT environment_key) FROM series"),
          .without_commit = database_.number(
              "SELECT count(*) FROM report WHERE dirty OR commit_sha IN ('', 'unknown')")};
}

std::vector<Series> History::series(const HistoryFilter& filter) {
  // The order of the commits is the same in every series.
  std::map<std::string, std::pair<std::int64_t, std::size_t>> order;
  std::vector<std::pair<std::int64_t, std::string>> commits;
  sqlite::Statement dates(
      database_,
      "SELECT commit_sha, coalesce(min(commit_time), min(taken)), min(id) FROM report WHERE NOT "
      "dirty AND commit_sha NOT IN ('', 'unknown') GROUP BY commit_sha ORDER BY 2, 3");
  for (std::size_t place = 0; dates.step(); ++place) {
    order[dates.text(0)] = {dates.integer(1), place};
  }
  if (!filter.commits.empty()) {
    std::map<std::string, std::pair<std::int64_t, std::size_t>> listed;
    for (std::size_t place = 0; place < filter.commits.size(); ++place) {
      const auto found = order.find(filter.commits[place]);
      if (found != order.end()) listed[found->first] = {found->second.first, place};
    }
    order = std::move(listed);
  }
  sqlite::Statement rows(database_,
                         "SELECT series.environment_key, series.device, name, commit_sha, "
                         "median_us FROM time JOIN series "
                         "ON series.id = series JOIN report ON report.id = report WHERE NOT dirty "
                         "AND name GLOB ?1 AND "
                         "substr(series.environment_key, 1, length(?2)) = ?2 ORDER BY 1, 3");
  const std::string pattern = filter.case_pattern.empty() ? "*" : filter.case_pattern;
  rows.bind(1, std::string_view(pattern)).bind(2, std::string_view(filter.environment_key));
  std::vector<Series> all;
  std::map<std::size_t, std::pair<std::string, std::vector<double>>> of_commits;
  const auto finish = [&] {
    for (const auto& [place, commit] : of_commits) {
      const auto& [sha, times] = commit;
      all.back().points.push_back({.commit = sha,
                                   .time = order.at(sha).first,
                                   .median_us = median(times),
                                   .low_us = std::ranges::min(times),
                                   .high_us = std::ranges::max(times),
                                   .reports = static_cast<std::int64_t>(times.size())});
    }
    of_commits.clear();
  };
  while (rows.step()) {
    const auto commit = order.find(rows.text(3));
    if (commit == order.end()) continue;
    Series next{.environment_key = rows.text(0), .device = rows.text(1), .name = rows.text(2)};
    if (all.empty() || all.back().name != next.name ||
        all.back().environment_key != next.environment_key) {
      if (!all.empty()) finish();
      all.push_back(std::move(next));
    }
    auto& [sha, times] = of_commits[commit->second.second];
    sha = commit->first;
    times.push_back(rows.real(4));
  }
  if (!all.empty()) finish();
  return all;
}

void History::check() {
  const std::string name = database_.file().string();
  std::string wrong;
  sqlite::Statement integrity(database_, "PRAGMA integrity_check(10)");
  while (integrity.step()) {
    if (integrity.text(0) != "ok") wrong += "\n  " + integrity.text(0);
  }
  sqlite::Statement documents(database_, "SELECT id, hash, document FROM report");
  while (documents.step()) {
    if (hex(fnv1a(documents.text(2))) == documents.text(1)) continue;
    wrong += "\n  report " + documents.text(0) + " is not what was recorded";
  }
  if (sqlite::Statement(database_, "PRAGMA foreign_key_check").step()) {
    wrong += "\n  times of reports or series that are not there";
  }
  if (!wrong.empty()) throw std::invalid_argument(name + ": the database is damaged:" + wrong);
}

}  // namespace prelu::reports
