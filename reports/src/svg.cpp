#include "svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "format.hpp"

namespace prelu::reports {
namespace {

struct Palette {
  std::string_view page, text, dim, grid, mark, ceiling;
};

constexpr Palette kLight{"#ffffff", "#14181f", "#545c68", "#e6e8ec", "#0b62a8", "#c2410c"};
constexpr Palette kDark{"#0d1117", "#e8ebf0", "#a2abb8", "#272d36", "#5cb3ff", "#ff9b5a"};

constexpr double kWidth = 900;
constexpr double kLeft = 390;
constexpr double kRight = 70;
constexpr double kTop = 64;
constexpr double kRow = 22;
constexpr double kBottom = 62;

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

/// "20" or "0.5": what an axis says of round numbers.
std::string tick(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

std::string share_of(const Result& result) {
  const auto share = summarize(*result.measurement).share_of_ceiling;
  if (!share) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.0f %%%s", *share * 100, *share > 1.05 ? " !" : "");
  return text.data();
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      // XML knows no other control characters than these.
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

/// `content` is SVG; of text, what escaped() made of it.
std::string element(std::string_view tag, const Attributes& attributes,
                    std::string_view content = "") {
  std::string svg = "<" + std::string(tag);
  for (const auto& [name, value] : attributes) svg += " " + std::string(name) + "='" + value + "'";
  return svg + ">" + std::string(content) + "</" + std::string(tag) + ">\n";
}

struct Anchor {
  double x = 0;
  double y = 0;
  std::string_view side = "start";
};

std::string text(const Anchor& at, std::string_view colour, std::string_view words,
                 const Attributes& more = {}) {
  Attributes attributes{{"x", number(at.x)},
                        {"y", number(at.y)},
                        {"text-anchor", std::string(at.side)},
                        {"fill", std::string(colour)}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  return element("text", attributes, escaped(words));
}

struct Line {
  double x1 = 0;
  double y1 = 0;
  double x2 = 0;
  double y2 = 0;
  double width = 1;
};

std::string line(const Line& line, std::string_view colour) {
  return element("line", {{"x1", number(line.x1)},
                          {"y1", number(line.y1)},
                          {"x2", number(line.x2)},
                          {"y2", number(line.y2)},
                          {"stroke", std::string(colour)},
                          {"stroke-width", number(line.width)}});
}

std::string dot(double x, double y, std::string_view colour, std::string_view title = "") {
  const std::string content = title.empty() ? "" : element("title", {}, escaped(title));
  return element(
      "circle", {{"cx", number(x)}, {"cy", number(y)}, {"r", "4.5"}, {"fill", std::string(colour)}},
      content);
}

/// A problem's best variant: GB/s, their interval, and those of the ceiling.
struct Row {
  const Result* result = nullptr;
  double rate = 0;
  double low = 0;
  double high = 0;
  double ceiling = 0;
};

Row row_of(const Result& result) {
  const Summary summary = summarize(*result.measurement);
  const auto bytes = static_cast<double>(result.measurement->bytes);
  const double ceiling_us = result.measurement->ceiling_us.value_or(0);
  return {.result = &result,
          .rate = bytes / summary.median_us * 1e-3,
          .low = bytes / summary.high_us * 1e-3,
          .high = bytes / summary.low_us * 1e-3,
          .ceiling = ceiling_us > 0 ? bytes / ceiling_us * 1e-3 : 0};
}

/// 1, 2 or 5 times a power of ten, so that the axis has five to ten steps.
double step_of(double most) {
  const double power = std::pow(10, std::floor(std::log10(most / 5)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (most / (factor * power) <= 10) return factor * power;
  }
  return 10 * power;
}

/// Small enough for a long line to end inside of the picture.
double title_size(std::string_view title) {
  constexpr double kUsual = 16;
  constexpr double kFits = 88;  // characters of the usual size
  return std::min(kUsual, kUsual * kFits / static_cast<double>(title.size() + 1));
}

class Chart {
 public:
  Chart(const Palette& palette, double most, const std::vector<Row>& rows)
      : palette_(palette), most_(most), bottom_(kTop + kRow * static_cast<double>(rows.size())) {
    std::set<std::string_view> devices;
    for (const Row& row : rows) devices.insert(row.result->device);
    devices_ = devices.size();
  }

  std::string axis() const {
    std::string svg;
    const double step = step_of(most_);
    for (double rate = 0; rate <= most_; rate += step) {
      svg += line({x(rate), kTop, x(rate), bottom_}, palette_.grid);
      svg += text({x(rate), bottom_ + 18, "middle"}, palette_.dim, tick(rate));
    }
    return svg + text({x(most_ / 2), bottom_ + 36, "middle"}, palette_.text, "GB/s");
  }

  std::string row(const Row& row, std::size_t place) const {
    const double y = kTop + kRow * (static_cast<double>(place) + 0.5);
    const Result& result = *row.result;
    const std::string label = (devices_ > 1 ? result.device + ": " : "") + result.problem;
    std::string svg = text({kLeft - 12, y + 4, "end"}, palette_.text, label);
    svg += line({x(0), y, x(row.rate), y, 6}, palette_.grid);
    if (row.ceiling > 0) {
      svg += line({x(row.ceiling), y - 8, x(row.ceiling), y + 8, 3}, palette_.ceiling);
    }
    svg += line({x(row.low), y, x(row.high), y, 2.5}, palette_.mark);
    svg += dot(x(row.rate), y, palette_.mark, result.name);
    return svg + text({kWidth - 8, y + 4, "end"}, palette_.dim, share_of(result));
  }

  std::string legend() const {
    const double y = kTop - 14;
    return dot(kLeft + 6, y - 4, palette_.mark) +
           text({kLeft + 16, y}, palette_.dim, "best variant, with its 95 % interval") +
           line({kLeft + 258, y - 12, kLeft + 258, y + 3, 3}, palette_.ceiling) +
           text({kLeft + 266, y}, palette_.dim, "ceiling: fastest copy") +
           text({kWidth - 8, y, "end"}, palette_.dim, "share");
  }

  double height() const { return bottom_ + kBottom; }

 private:
  double x(double rate) const {
    return kLeft + (kWidth - kLeft - kRight) * std::min(rate / most_, 1.0);
  }

  const Palette& palette_;
  double most_;
  double bottom_;
  std::size_t devices_ = 0;
};

}  // namespace

std::string to_svg(const Report& report, Theme theme) {
  const Palette& palette = theme == Theme::dark ? kDark : kLight;
  std::vector<Row> rows;
  for (const Result* result : best_of_each_problem(report)) rows.push_back(row_of(*result));
  double most = 1e-3;  // an axis needs a length, even of nothing
  for (const Row& row : rows) most = std::max({most, row.high, row.ceiling});
  const Chart chart(palette, most * 1.02, rows);

  const std::string title =
      "PReLU on " + device_line(report) + ", " + report.environment.date.substr(0, 10);
  std::string svg = element("title", {}, escaped(title + ": the best variant of each problem"));
  svg +=
      element("rect", {{"width", "100%"}, {"height", "100%"}, {"fill", std::string(palette.page)}});
  svg += text({12, 24}, palette.text, title,
              {{"font-size", number(title_size(title))}, {"font-weight", "600"}});
  svg += chart.legend() + chart.axis();
  for (std::size_t i = 0; i < rows.size(); ++i) svg += chart.row(rows[i], i);
  return element("svg",
                 {{"xmlns", "http://www.w3.org/2000/svg"},
                  {"width", number(kWidth)},
                  {"height", number(chart.height())},
                  {"viewBox", "0 0 " + number(kWidth) + " " + number(chart.height())},
                  {"role", "img"},
                  {"font-family", "system-ui, Segoe UI, DejaVu Sans, sans-serif"},
                  {"font-size", "12"}},
                 "\n" + svg);
}

}  // namespace prelu::reports
