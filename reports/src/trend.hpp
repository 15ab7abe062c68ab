// How the time of a case went from commit to commit, and where it changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace prelu::reports {

/// One commit of a series.
struct TrendPoint {
  std::string commit;
  std::int64_t time = 0;  ///< of the commit, else of its first report; seconds since 1970
  double median_us = 0;   ///< of its reports' medians
  double low_us = 0;      ///< the fastest and
  double high_us = 0;     ///< the slowest of them
  std::int64_t reports = 1;

  friend bool operator==(const TrendPoint&, const TrendPoint&) = default;
};

/// The times of one case in one environment, in the order of the commits.
struct Series {
  std::string environment_key;
  std::string device;  ///< for people
  std::string name;
  std::vector<TrendPoint> points;

  friend bool operator==(const Series&, const Series&) = default;
};

/// From one level to another. It happened after point `last_before` and not after `first_after`.
struct Change {
  std::size_t last_before = 0;
  std::size_t first_after = 1;
  double before_us = 0;
  double after_us = 0;

  double ratio() const { return after_us / before_us; }
  friend bool operator==(const Change&, const Change&) = default;
};

struct Trend {
  Series series;
  /// How much one point differs from the next for no reason, as a share; nothing for a single one.
  std::optional<double> noise;
  std::vector<Change> changes;  ///< in the order of the commits

  friend bool operator==(const Trend&, const Trend&) = default;
};

/// Changes of less than `threshold` are not told; those one after the other in the same direction,
/// a few commits apart, are told as one that came by and by.
Trend find_changes(Series series, double threshold);

struct TrendSummary {
  std::int64_t reports = 0;
  std::int64_t commits = 0;
  std::int64_t without_commit = 0;  ///< reports that were left out
};

/// For a job's summary: the changes, the newest first.
std::string trend_markdown(const std::vector<Trend>& trends, const TrendSummary& summary);
/// "prelu-trend/1": every series with its points and changes.
std::string trend_json(const std::vector<Trend>& trends);

/// Whether the last change of some series made it slower.
bool slower_now(const std::vector<Trend>& trends);

}  // namespace prelu::reports
