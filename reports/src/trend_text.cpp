// A trend as people read it, and for programs.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "format.hpp"
#include "markdown_parts.hpp"
#include "trend.hpp"

namespace prelu::reports {
namespace {

using Json = nlohmann::ordered_json;

struct Told {
  const Trend* trend;
  const Change* change;

  const TrendPoint& first_after() const { return trend->series.points[change->first_after]; }
};

/// The newest first; of one commit the largest.
std::vector<Told> newest_first(const std::vector<Trend>& trends) {
  std::vector<Told> all;
  for (const Trend& trend : trends) {
    for (const Change& change : trend.changes) all.push_back({.trend = &trend, .change = &change});
  }
  std::ranges::sort(all, [](const Told& a, const Told& b) {
    if (a.first_after().time != b.first_after().time) {
      return a.first_after().time > b.first_after().time;
    }
    const double size_of_a = std::abs(std::log(a.change->ratio()));
    const double size_of_b = std::abs(std::log(b.change->ratio()));
    // Equal ones as they come.
    return size_of_a != size_of_b ? size_of_a > size_of_b : a.trend < b.trend;
  });
  return all;
}

/// Enough to tell commits apart, and to hand to git.
std::string short_sha(const std::string& sha) {
  constexpr std::size_t kDigits = 10;
  return code(sha.substr(0, kDigits));
}

std::string change_in_words(double ratio) {
  return with_precision(100 * std::abs(ratio - 1), 0.1) + (ratio > 1 ? " % slower" : " % faster");
}

std::string counted(std::int64_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

}  // namespace

std::string trend_markdown(const std::vector<Trend>& trends, const TrendSummary& summary) {
  const std::vector<Told> changes = newest_first(trends);
  std::string text =
      "# How the times went\n\n**" +
      (trends.empty() ? std::string("no series") : counted(std::ssize(changes), "change")) +
      "** in " + std::to_string(trends.size()) + " series of " +
      counted(summary.commits, "commit") + ", from " + counted(summary.reports, "report") + ".\n";
  if (summary.without_commit > 0) {
    text += "\n" + counted(summary.without_commit, "report") +
            " of no commit, or of one with changes: left out.\n";
  }
  if (changes.empty()) return text;
  text +=
      "\n| case | environment | change | from | to | not before | not after | commits | noise |\n"
      "|---|---|---:|---:|---:|---|---|---:|---:|\n";
  for (const Told& told : changes) {
    const Change& change = *told.change;
    const Series& series = told.trend->series;
    text += "| " + code(series.name) + " | " + code(series.environment_key) + " | " +
            change_in_words(change.ratio()) + " | " + format_us(change.before_us) + " | " +
            format_us(change.after_us) + " | " +
            short_sha(series.points[change.last_before].commit) + " | " +
            short_sha(told.first_after().commit) + " | " +
            std::to_string(change.first_after - change.last_before) + " | " +
            with_precision(100 * told.trend->noise.value_or(0), 0) + " % |\n";
  }
  return text +
         "\nA change came after the commit \"not before\" and no later than \"not after\"; "
         "\"commits\" "
         "says in how many measured steps. \"noise\" is how much a commit differs from the next "
         "for "
         "no reason.\n";
}

std::string trend_json(const std::vector<Trend>& trends) {
  Json all = Json::array();
  for (const Trend& trend : trends) {
    Json points = Json::array();
    for (const TrendPoint& point : trend.series.points) {
      points.push_back({{"commit", point.commit},
                        {"time", point.time},
                        {"median_us", point.median_us},
                        {"low_us", point.low_us},
                        {"high_us", point.high_us},
                        {"reports", point.reports}});
    }
    Json changes = Json::array();
    for (const Change& change : trend.changes) {
      changes.push_back({{"last_before", change.last_before},
                         {"first_after", change.first_after},
                         {"before_us", change.before_us},
                         {"after_us", change.after_us},
                         {"ratio", change.ratio()}});
    }
    all.push_back({{"name", trend.series.name},
                   {"environment_key", trend.series.environment_key},
                   {"device", trend.series.device},
                   {"noise", trend.noise ? Json(*trend.noise) : Json(nullptr)},
                   {"points", std::move(points)},
                   {"changes", std::move(changes)}});
  }
  const Json document{{"schema", "prelu-trend/1"}, {"series", std::move(all)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace prelu::reports
