// The comparison for programs.
#include <cmath>
#include <nlohmann/json.hpp>

#include "compare_render.hpp"

namespace prelu::reports {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN and no infinity.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json write_difference(const std::optional<Difference>& difference) {
  if (!difference) return nullptr;
  return {{"baseline_us", number(difference->baseline_us)},
          {"candidate_us", number(difference->candidate_us)},
          {"ratio", number(difference->ratio.estimate)},
          {"low", number(difference->ratio.low)},
          {"high", number(difference->ratio.high)},
          {"mann_whitney_p", number(difference->p)},
          {"threshold", number(difference->threshold)},
          {"smallest_detectable", number(difference->detectable)},
          {"ceiling_ratio", number(difference->ceiling_ratio)},
          {"ambiguous", difference->ambiguous}};
}

}  // namespace

std::string comparison_json(const Comparison& comparison, int status) {
  Json environment = Json::array();
  for (const EnvironmentDifference& one : comparison.environment) {
    environment.push_back(
        {{"what", one.what}, {"baseline", one.baseline}, {"candidate", one.candidate}});
  }
  Json cases = Json::array();
  for (const CaseComparison& one : comparison.cases) {
    cases.push_back({{"name", one.name},
                     {"verdict", name(one.verdict)},
                     {"note", one.note},
                     {"first", write_difference(one.first)},
                     {"again", write_difference(one.again)}});
  }
  const Json document{{"schema", "prelu-comparison/1"},
                      {"status", status},
                      {"comparable", comparison.comparable},
                      {"baseline_processes", comparison.baseline_processes},
                      {"candidate_processes", comparison.candidate_processes},
                      {"environment", std::move(environment)},
                      {"warnings", comparison.warnings},
                      {"cases", std::move(cases)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace prelu::reports
