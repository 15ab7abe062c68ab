// Reports of the processes of a gate, for tests of what is made of them.
#pragma once

#include <string>
#include <vector>

#include "compare.hpp"
#include "report.hpp"

namespace prelu::reports {

/// A timed, verified case on a CPU whose blocks take about this long.
inline Result timed_case(const std::string& name, double us) {
  const std::string problem = "forward/f32/" + name;
  return {
      .name = "cpu/forward_threaded/f32/" + name,
      .variant = "cpu/forward_threaded",
      .problem = problem,
      .device = "cpu",
      .status = Status::passed,
      .verification = {.status = Status::passed, .checked = 1},
      .measurement = Measurement{.bytes = 1000,
                                 .elements = 100,
                                 .repetitions = {{.samples_us = {us}, .cpu_time_us = us},
                                                 {.samples_us = {us * 1.001}, .cpu_time_us = us},
                                                 {.samples_us = {us * 0.999}, .cpu_time_us = us}},
                                 .ceiling_us = 50}};
}

inline Report gate_report(std::vector<Result> results) {
  return {
      .environment = {.date = "2025-03-01T12:34:56+01:00",
                      .host_name = "bench-host",
                      .cpus_allowed = 4,
                      .git_sha = "0123456789abcdef0123456789abcdef01234567",
                      .build_type = "release",
                      .devices = {{.kind = "cpu", .name = "Example CPU 9000", .compute_units = 4}}},
      .protocol = {.suite = "gate", .block = 30, .repetitions = 3},
      .results = std::move(results)};
}

/// One report a process; a process differs from another by less than 0.1 %.
inline std::vector<Report> gate_side(const Report& report, int processes = 10) {
  std::vector<Report> side;
  for (int i = 0; i < processes; ++i) {
    Report& one = side.emplace_back(report);
    for (Result& result : one.results) {
      if (!result.measurement) continue;
      for (Repetition& repetition : result.measurement->repetitions) {
        for (double& sample : repetition.samples_us) sample *= 1 + 1e-4 * i;
      }
    }
    one.environment.date.back() = static_cast<char>('0' + i % 10);
  }
  return side;
}

}  // namespace prelu::reports
