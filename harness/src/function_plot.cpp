#include "function_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "names.hpp"
#include "prelu/plan.hpp"

namespace prelu::harness {
namespace {

constexpr int kStepsPerUnit = 40;
constexpr int kLargestX = 3;
constexpr int kZero = kStepsPerUnit * kLargestX;  // the index of x = 0
constexpr int kPlaces = 2 * kZero + 1;

/// Fixed decimals without a trailing ".0": what SVG coordinates and tick labels need.
std::string number(double value, int decimals = 1) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  std::string result = text.data();
  if (result.find('.') != std::string::npos) {
    result.erase(result.find_last_not_of('0') + 1);
    if (result.back() == '.') result.pop_back();
  }
  return result == "-0" ? "0" : result;
}

/// 1, 2 or 5 times a power of ten: at most some eight steps over the range.
double tick_step(double range) {
  const double rough = range / 8;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

/// One pair of axes: a rectangle of the image, and the values it shows.
class Panel {
 public:
  Panel(double left, std::string_view title, const std::vector<float>& values)
      : left_(left), title_(title) {
    const auto [least, most] = std::ranges::minmax(values);
    // A little room, and always the unit around 0.
    const double margin = 0.08 * std::max(2.0, static_cast<double>(most) - least);
    bottom_value_ = std::min(-0.5, static_cast<double>(least) - margin);
    top_value_ = std::max(1.25, static_cast<double>(most) + margin);
  }

  double x(double value) const { return left_ + kWidth * (value + kLargestX) / (2 * kLargestX); }
  double y(double value) const {
    return kTop + kHeight * (top_value_ - value) / (top_value_ - bottom_value_);
  }

  std::string axes() const {
    std::string svg = line(x(-kLargestX), y(0), x(kLargestX), y(0), "axis") +
                      line(x(0), kTop, x(0), kTop + kHeight, "axis");
    for (int tick = -kLargestX; tick <= kLargestX; ++tick) {
      if (tick == 0) continue;
      svg += line(x(tick), y(0) - 3, x(tick), y(0) + 3, "axis") +
             text(x(tick), y(0) + 17, "middle", "tick", number(tick));
    }
    const double step = tick_step(top_value_ - bottom_value_);
    const auto last = static_cast<int>(std::floor(top_value_ / step));
    for (auto k = static_cast<int>(std::ceil(bottom_value_ / step)); k <= last; ++k) {
      if (k == 0) continue;
      svg += line(x(0) - 3, y(k * step), x(0) + 3, y(k * step), "axis") +
             text(x(0) - 7, y(k * step) + 4, "end", "tick", number(k * step, 6));
    }
    return svg + text(left_, kTop - 14, "start", "title", title_) +
           text(x(kLargestX), y(0) - 8, "end", "tick", "x");
  }

  std::string curve(const FunctionSamples& samples, const std::vector<float>& values, int first,
                    int last) const {
    std::string points;
    for (int i = first; i <= last; ++i) {
      const auto at = static_cast<std::size_t>(i);
      points += (points.empty() ? "" : " ") + number(x(samples.x[at]), 2) + "," +
                number(y(values[at]), 2);
    }
    return "<polyline class='curve' points='" + points + "'/>\n";
  }

  std::string dot(double at, double value, std::string_view kind) const {
    return "<circle class='" + std::string(kind) + "' cx='" + number(x(at), 2) + "' cy='" +
           number(y(value), 2) + "' r='4'/>\n";
  }

  static constexpr double kWidth = 320;
  static constexpr double kHeight = 300;
  static constexpr double kTop = 64;

 private:
  static std::string line(double x1, double y1, double x2, double y2, std::string_view kind) {
    return "<line class='" + std::string(kind) + "' x1='" + number(x1) + "' y1='" + number(y1) +
           "' x2='" + number(x2) + "' y2='" + number(y2) + "'/>\n";
  }
  static std::string text(double x, double y, std::string_view anchor, std::string_view kind,
                          std::string_view words) {
    return "<text class='" + std::string(kind) + "' text-anchor='" + std::string(anchor) + "' x='" +
           number(x) + "' y='" + number(y) + "'>" + std::string(words) + "</text>\n";
  }

  double left_;
  std::string title_;
  double bottom_value_;
  double top_value_;
};

constexpr double kGap = 48;
constexpr double kImageWidth = 2 * Panel::kWidth + 3 * kGap;
constexpr double kImageHeight = Panel::kTop + Panel::kHeight + 32;

constexpr std::string_view kStyle =
    "<style>\n"
    "text { font-family: system-ui, sans-serif; fill: #1f2328; }\n"
    ".head { font-size: 16px; font-weight: 600; } .title { font-size: 14px; }\n"
    // Labels stay readable where the curve passes behind them.
    ".tick { font-size: 11px; fill: #57606a; paint-order: stroke; stroke: #ffffff;\n"
    "  stroke-width: 4; }\n"
    ".paper { fill: #ffffff; } .axis { stroke: #8c959f; }\n"
    ".curve { fill: none; stroke: #0969da; stroke-width: 2.5; }\n"
    ".value { fill: #0969da; stroke: #0969da; stroke-width: 2; }\n"
    ".limit { fill: #ffffff; stroke: #0969da; stroke-width: 2; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "text { fill: #e6edf3; } .tick { fill: #9198a1; stroke: #0d1117; } .paper { fill: #0d1117; }\n"
    ".axis { stroke: #6e7681; } .curve { stroke: #58a6ff; }\n"
    ".value { fill: #58a6ff; stroke: #58a6ff; } .limit { fill: #0d1117; stroke: #58a6ff; }\n"
    "}\n</style>\n";

}  // namespace

FunctionSamples sample_function(float alpha, SlopeAtZero at_zero) {
  FunctionSamples samples;
  for (int i = 0; i < kPlaces; ++i) {
    samples.x.push_back(static_cast<float>(i - kZero) / kStepsPerUnit);
  }
  samples.y.resize(kPlaces);
  samples.derivative.resize(kPlaces);

  Problem problem{.direction = Direction::forward,
                  .dtype = DType::f32,
                  .alpha_dtype = DType::f32,
                  .shape = {.n = 1, .c = 1, .spatial = kPlaces},
                  .at_zero = at_zero};
  Plan(Backend::cpu, problem).run({.x = samples.x.data(), .alpha = &alpha, .y = samples.y.data()});

  problem.direction = Direction::backward;
  problem.update = AlphaUpdate::frozen;
  const std::vector<float> ones(kPlaces, 1.0F);
  const Plan backward(Backend::cpu, problem);
  std::vector<std::byte> room(backward.workspace_bytes() + 255);
  const auto address = reinterpret_cast<std::uintptr_t>(room.data());
  backward.run({.x = samples.x.data(),
                .alpha = &alpha,
                .dy = ones.data(),
                .dx = samples.derivative.data(),
                .workspace = room.data() + (256 - address % 256) % 256});
  return samples;
}

std::string function_svg(const FunctionSamples& samples, float alpha, SlopeAtZero at_zero) {
  const std::string words = "PReLU with alpha = " + number(alpha, 6);
  const std::string size = number(kImageWidth) + " " + number(kImageHeight);
  std::string svg = "<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 " + size +
                    "' width='" + number(kImageWidth) + "' height='" + number(kImageHeight) +
                    "'>\n<title>" + words + ": the function and its derivative</title>\n";
  svg += kStyle;
  svg += "<rect class='paper' width='100%' height='100%'/>\n<text class='head' x='" + number(kGap) +
         "' y='28'>" + words + "</text>\n";

  const Panel function(kGap, "y = x where x &gt; 0, alpha x where x &lt; 0", samples.y);
  svg += function.curve(samples, samples.y, 0, kPlaces - 1) + function.axes();

  const Panel derivative(2 * kGap + Panel::kWidth,
                         "dy/dx = 1, alpha where x &lt; 0; at 0: " + std::string(name(at_zero)),
                         samples.derivative);
  svg += derivative.curve(samples, samples.derivative, 0, kZero - 1) +
         derivative.curve(samples, samples.derivative, kZero + 1, kPlaces - 1) + derivative.axes();
  const double at_0 = samples.derivative[kZero];
  for (const int side : {kZero - 1, kZero + 1}) {
    const double limit = samples.derivative[static_cast<std::size_t>(side)];
    if (limit != at_0) svg += derivative.dot(0, limit, "limit");
  }
  return svg + derivative.dot(0, at_0, "value") + "</svg>\n";
}

}  // namespace prelu::harness
