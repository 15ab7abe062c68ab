// The table on the terminal.
#include <algorithm>
#include <array>
#include <cstddef>

#include "format.hpp"
#include "render.hpp"

namespace prelu::reports {
namespace {

using Row = std::array<std::string, 7>;

constexpr std::size_t kTextColumns = 2;  // these are aligned left, the numbers right

void pad(std::string& line, const std::string& cell, std::size_t width, bool left) {
  const std::string space(width - std::min(width, cell.size()), ' ');
  line += left ? cell + space : space + cell;
  line += "  ";
}

Row row_of(const Result& result) {
  const Summary summary = summarize(*result.measurement);
  const auto& hot = result.measurement->hot_us;
  return {result.problem,
          result.variant,
          format_time(summary) + sample_marks(*result.measurement),
          format_bandwidth(summary),
          format_share(summary),
          hot ? format_us(*hot) : "-",
          std::string(name(result.verification.status))};
}

}  // namespace

std::string to_table(const Report& report) {
  std::vector<Row> rows{
      {"problem", "best variant", "cold", "GB/s", "of ceiling", "hot", "verified"}};
  for (const Result* result : best_of_each_problem(report)) rows.push_back(row_of(*result));

  std::string text;
  if (rows.size() > 1) {
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const Row& row : rows) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        pad(line, row[i], widths[i], i < kTextColumns);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    text += '\n';
  }
  for (const auto& [reason, number] : reasons(report, Status::skipped)) {
    text += "skipped: " + std::to_string(number) + " x " + reason + "\n";
  }
  for (const Result& result : report.results) {
    if (result.status != Status::failed) continue;
    text += "FAILED: " + result.name + ": " + result.reason + "\n";
    if (!result.rerun.empty()) text += "  again: " + result.rerun + "\n";
  }
  return text + device_line(report) + "\n" + verdict(report) + "\n";
}

}  // namespace prelu::reports
