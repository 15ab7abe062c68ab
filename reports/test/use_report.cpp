#include "use_report.hpp"

#include <stdexcept>

#include "compare.hpp"
#include "compare_render.hpp"
#include "example_report.hpp"
#include "render.hpp"

namespace prelu::reports {

void use(const Report& report) {
  if (from_json(to_json(report), "again") != report) throw std::logic_error("comes back changed");
  static_cast<void>(to_ci_json(report));
  static_cast<void>(to_markdown(report));
  static_cast<void>(to_table(report));
  Report other = report;
  other.environment.date += " later";
  for (const Comparison& comparison :
       {compare({.baseline = {report}, .candidate = {other}}, {.same_code_rule = false}),
        compare({.baseline = {report}, .candidate = {example_report()}}, {})}) {
    static_cast<void>(comparison_table(comparison, true));
    static_cast<void>(comparison_markdown(comparison));
    static_cast<void>(comparison_json(comparison, exit_status(comparison, {})));
    static_cast<void>(comparison_junit(comparison));
    static_cast<void>(comparison_annotations(comparison));
  }
}

}  // namespace prelu::reports
