#include "noise.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "bootstrap.hpp"
#include "compare_sides.hpp"
#include "format.hpp"
#include "json_value.hpp"
#include "random.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kNoiseSchema = "prelu-noise/1";
constexpr double kResidualSteps = 1e4;  // residuals are written as whole multiples of 0.01 %

/// To whole multiples of 1 / steps.
double rounded(double value, double steps) { return std::round(value * steps) / steps; }

/// The 99th percentile of |ratio - 1|, where chance says which of a turn belongs to which side.
double noise_of_turns(const Side& processes, std::uint64_t seed) {
  constexpr int kDraws = 1000;
  constexpr double kPercentile = 0.99;
  Random random(seed);
  std::vector<double> differences;
  for (int i = 0; i < kDraws; ++i) {
    Side one;
    Side other;
    for (std::size_t turn = 0; turn + 1 < processes.size(); turn += 2) {
      const std::size_t swapped = random.below(2);
      one.push_back(processes[turn + swapped]);
      other.push_back(processes[turn + 1 - swapped]);
    }
    const double ratio = ratio_estimate(one, other);
    differences.push_back(std::max(ratio, 1 / ratio) - 1);
  }
  return quantile(differences, kPercentile);
}

CaseNoise noise_of(const GatheredCase& gathered, std::uint64_t seed) {
  constexpr double kP99Steps = 1e5;
  CaseNoise noise{.name = gathered.name, .median_us = side_median(gathered.times_us)};
  noise.p99 = rounded(noise_of_turns(gathered.times_us, seed), kP99Steps);
  for (const std::vector<double>& blocks : gathered.times_us) {
    std::vector<double>& residuals = noise.residuals.emplace_back();
    for (const double block : blocks) {
      residuals.push_back(rounded(block / noise.median_us - 1, kResidualSteps));
    }
  }
  return noise;
}

void refuse_unlike(std::span<const Report> reports) {
  constexpr std::size_t kFewest = 4;
  if (reports.size() < kFewest) {
    throw std::invalid_argument("noise needs the reports of at least " + std::to_string(kFewest) +
                                " processes, not " + std::to_string(reports.size()));
  }
  for (const Report& report : reports) {
    if (environment_key(report) != environment_key(reports.front())) {
      throw std::invalid_argument("the reports are of different environments");
    }
    if (report.environment.git_sha != reports.front().environment.git_sha) {
      throw std::invalid_argument(
          "the reports are of different commits: " + reports.front().environment.git_sha + " and " +
          report.environment.git_sha);
    }
  }
}

/// Those of the same second stay in their order.
void sort_by_time(std::vector<Report>& reports) {
  const auto earlier = [](const Report& a, const Report& b) {
    return a.environment.date < b.environment.date;
  };
  for (auto next = reports.begin(); next != reports.end(); ++next) {
    std::rotate(std::upper_bound(reports.begin(), next, *next, earlier), next, next + 1);
  }
}

}  // namespace

std::optional<double> NoiseRecord::p99(const std::string& name) const {
  const auto found = std::ranges::find(cases, name, &CaseNoise::name);
  if (found == cases.end()) return std::nullopt;
  return found->p99;
}

NoiseRecord calibrate(std::vector<Report> reports, std::uint64_t seed) {
  refuse_unlike(reports);
  sort_by_time(reports);  // neighbours are turns
  const GatheredSide gathered = gather(reports);
  NoiseRecord record{.environment_key = environment_key(reports.front()),
                     .device = device_line(reports.front()),
                     .date = reports.front().environment.date,
                     .side = reports.size() / 2};
  for (const GatheredCase& one : gathered.cases) {
    // A case that some processes did not come to has no sides of that size.
    if (one.times_us.size() == reports.size()) record.cases.push_back(noise_of(one, seed));
  }
  return record;
}

std::string to_json(const NoiseRecord& record) {
  const Json head{{"schema", kNoiseSchema},
                  {"environment_key", record.environment_key},
                  {"device", record.device},
                  {"date", record.date},
                  {"side", record.side}};
  const auto text_of = [](const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  std::string text = text_of(head);
  text.pop_back();  // its closing brace
  text += ",\"cases\":[";
  // A line a case, so that a change of the record can be read.
  for (const CaseNoise& noise : record.cases) {
    Json processes = Json::array();
    for (const std::vector<double>& residuals : noise.residuals) {
      Json blocks = Json::array();
      for (const double residual : residuals)
        blocks.push_back(std::lround(residual * kResidualSteps));
      processes.push_back(std::move(blocks));
    }
    text += &noise == &record.cases.front() ? "\n" : ",\n";
    text += text_of({{"name", noise.name},
                     {"median_us", noise.median_us},
                     {"p99", noise.p99},
                     {"residuals_1e-4", std::move(processes)}});
  }
  return text + "]}\n";
}

NoiseRecord noise_from_json(std::string_view text, std::string_view source) {
  simdjson::dom::parser parser;
  const Document document(text, source, parser);
  const Value root = document.root();
  if (const std::string schema = root.at("schema").text(); schema != kNoiseSchema) {
    root.at("schema").fail("this program reads " + std::string(kNoiseSchema) + ", not '" + schema +
                           "'");
  }
  NoiseRecord record{.environment_key = root.at("environment_key").text(),
                     .device = root.at("device").text(),
                     .date = root.at("date").text(),
                     .side = root.at("side").integer<std::size_t>()};
  for (const Value& one : root.at("cases").elements()) {
    CaseNoise noise{.name = one.at("name").text(),
                    .median_us = one.at("median_us").number(),
                    .p99 = one.at("p99").number()};
    if (record.p99(noise.name)) one.at("name").fail("'" + noise.name + "' stands twice");
    if (!(noise.p99 >= 0)) one.at("p99").fail("must be at least 0");
    for (const Value& process : one.at("residuals_1e-4").elements()) {
      std::vector<double>& residuals = noise.residuals.emplace_back();
      for (const Value& block : process.elements()) {
        residuals.push_back(static_cast<double>(block.integer<int>()) / kResidualSteps);
      }
    }
    record.cases.push_back(std::move(noise));
  }
  return record;
}

NoiseRecord read_noise(const std::filesystem::path& file) {
  return noise_from_json(read_file(file), file.string());
}

}  // namespace prelu::reports
