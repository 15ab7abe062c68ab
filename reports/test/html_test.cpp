// The page, its data, and the other forms that a report takes; what a browser makes of the page is
// tested in test/page.
#include "html.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "csv.hpp"
#include "example_report.hpp"
#include "golden.hpp"
#include "svg.hpp"

namespace prelu::reports {
namespace {

Page page_of(const Report& report) {
  return {.reports = {{.file = "report.json", .report = report}}};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++found;
  return found;
}

TEST(Golden, Csv) { expect_golden(to_csv(example_report()), "report.csv"); }
TEST(Golden, Svg) { expect_golden(to_svg(example_report(), Theme::light), "report.svg"); }

TEST(Page, HasOnePlaceForEachScript) {
  const std::string html = to_html(page_of(example_report()));
  EXPECT_EQ(count(html, "</script>"), 2);
  EXPECT_EQ(count(html, "{{"), 0);
  EXPECT_NE(html.find("default-src 'none'; script-src 'sha256-"), std::string::npos);
}

TEST(Page, NoStringOfAReportEndsItsScript) {
  Report report = example_report();
  report.results.front().reason = "</script><script>alert(1)</script><!--";
  report.environment.devices.front().name = "</title>{{data}}<b>";
  const std::string html = to_html(page_of(report));
  EXPECT_EQ(count(html, "</script>"), 2);
  EXPECT_EQ(count(html, "</title>"), 1);
  EXPECT_EQ(count(html, "<!--"), 0);
}

TEST(Page, KeepsInvalidUtf8FromTheBrowser) {
  Report report = example_report();
  report.environment.host_name = "\xFF\xFE";
  EXPECT_TRUE(nlohmann::json::accept(page_json(page_of(report))));
}

TEST(Page, RefusesMoreCasesThanABrowserShows) {
  Report report;
  report.results.resize(100'001);
  EXPECT_THROW(page_json(page_of(report)), std::invalid_argument);
}

TEST(Page, TakesATrendAndNothingElseForOne) {
  Page page = page_of(example_report());
  page.trend = R"({"schema": "prelu-trend/1", "series": []})";
  EXPECT_EQ(nlohmann::json::parse(page_json(page)).at("trend").at("series").size(), 0);
  for (const char* wrong : {"[]", "{}", R"({"schema": "prelu-report/1"})", "{"}) {
    page.trend = wrong;
    EXPECT_THROW(page_json(page), std::invalid_argument) << wrong;
  }
}

TEST(Csv, QuotesWhatASpreadsheetWouldRun) {
  Report report = example_report();
  report.results.front().name = "=1+1,\"x\"";
  EXPECT_NE(to_csv(report).find("\n\"'=1+1,\"\"x\"\"\","), std::string::npos);
}

TEST(Svg, NamesAreTextAndAnEmptyReportIsAChartToo) {
  Report report = example_report();
  for (Result& result : report.results) result.problem = "<script>\x01&";
  const std::string svg = to_svg(report, Theme::dark);
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
  EXPECT_NE(svg.find("&lt;script> &amp;"), std::string::npos);
  EXPECT_NE(to_svg(Report{}, Theme::light).find("no device"), std::string::npos);
}

}  // namespace
}  // namespace prelu::reports
