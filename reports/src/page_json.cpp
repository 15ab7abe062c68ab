// Reports -> the data of the page. Rows of a report are alike: each is written as what differs from
// the row before it, so that the file stays small enough to be mailed.
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "compare_render.hpp"
#include "format.hpp"
#include "html.hpp"
#include "schema_version.hpp"
#include "strict_json.hpp"

namespace prelu::reports {
namespace {

using Json = nlohmann::ordered_json;

/// A table of so many rows still scrolls, and such a page can still be loaded.
constexpr std::size_t kMostCases = 100'000;

bool same_keys(const Json& a, const Json& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key)) return false;
  }
  return true;
}

/// What has to be changed in `before` to make it `after`, both objects of the same keys. An object
/// whose keys differ is given whole, under "=".
Json difference(const Json& before, const Json& after) {
  if (!same_keys(before, after)) return {{"=", after}};
  Json changed = Json::object();
  for (const auto& [key, value] : after.items()) {
    const Json& old = before.at(key);
    if (old == value) continue;
    changed[key] = old.is_object() && value.is_object() ? difference(old, value) : value;
  }
  return changed;
}

Json differences(const Json& rows) {
  Json changed = Json::array();
  const Json* before = nullptr;
  for (const Json& row : rows) {
    changed.push_back(before == nullptr ? Json{{"=", row}} : difference(*before, row));
    before = &row;
  }
  return changed;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// Of each timed result: median, interval and its confidence, share of the ceiling.
Json summaries(const Report& report) {
  Json list = Json::array();
  for (const Result& result : report.results) {
    if (!result.measurement) continue;
    const Summary summary = summarize(*result.measurement);
    list.push_back({number(summary.median_us), number(summary.low_us), number(summary.high_us),
                    number(summary.confidence),
                    summary.share_of_ceiling ? number(*summary.share_of_ceiling) : Json(nullptr)});
  }
  return list;
}

Json write_report(const PageReport& one) {
  if (one.report.results.size() > kMostCases) {
    throw std::invalid_argument(one.file + ": holds " + std::to_string(one.report.results.size()) +
                                " cases; a page takes " + std::to_string(kMostCases) +
                                ". prelu-bench --filter makes smaller reports");
  }
  Json report = Json::parse(to_json(one.report));
  Json& untimed = report["context"]["prelu"]["not_timed"];
  untimed = differences(untimed);
  report["benchmarks"] = differences(report["benchmarks"]);
  return {{"file", one.file},
          {"device", device_line(one.report)},
          {"summaries", summaries(one.report)},
          {"report", std::move(report)}};
}

Json read_trend(const std::string& text) {
  if (text.empty()) return nullptr;
  Json trend = parse_strictly(text, "the trend");
  if (!trend.is_object() || trend.value("schema", Json()) != "prelu-trend/1") {
    throw std::invalid_argument("the trend: is none that prelu-report trend --json wrote");
  }
  return trend;
}

}  // namespace

std::string page_json(const Page& page) {
  Json reports = Json::array();
  for (const PageReport& one : page.reports) reports.push_back(write_report(one));
  Json document{{"schema", "prelu-page/1"},
                {"version", kProgramVersion},
                {"reports", std::move(reports)},
                {"comparison", nullptr},
                {"trend", read_trend(page.trend)}};
  if (page.comparison) {
    document["comparison"] = Json::parse(comparison_json(*page.comparison, 0));
    document["comparison"]["text"] = comparison_verdict(*page.comparison);
  }
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace prelu::reports
