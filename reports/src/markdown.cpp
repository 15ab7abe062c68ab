// report.md, and the README's table.
#include <set>
#include <stdexcept>

#include "format.hpp"
#include "markdown_parts.hpp"
#include "peers.hpp"
#include "render.hpp"

namespace prelu::reports {
namespace {

constexpr std::string_view kBegin = "<!-- table:begin -->\n";
constexpr std::string_view kEnd = "<!-- table:end -->";

std::string timed_table(const std::vector<const Result*>& results) {
  std::string text =
      "| case | cold, median | 95 % interval | GB/s | of ceiling | hot | verified |\n"
      "|---|---:|---:|---:|---:|---:|---|\n";
  for (const Result* result : results) {
    const Summary summary = summarize(*result->measurement);
    const auto& hot = result->measurement->hot_us;
    text += "| " + code(result->name) + " | " + format_time(summary) +
            sample_marks(*result->measurement) + " | " + format_interval(summary) + " | " +
            format_bandwidth(summary) + " | " + format_share(summary) + " | " +
            (hot ? format_us(*hot) : "-") + " | " + std::string(name(result->verification.status)) +
            " |\n";
  }
  return text;
}

/// A busy machine explains times that nothing else does.
std::string load(const Environment& environment) {
  if (environment.load_avg.empty()) return {};
  return ", load average " + with_precision(environment.load_avg.front(), 0) + " at the start";
}

std::string sampling(const Protocol& protocol) {
  if (protocol.cache == "interleaved") {
    return "all variants in turns, on the same tensors, with what the caches hold of them";
  }
  return std::to_string(protocol.repetitions) + " blocks of at most " +
         std::to_string(protocol.block) +
         " cold samples, operands rotated through more than twice the cache";
}

std::string environment_section(const Report& report) {
  const Environment& environment = report.environment;
  const auto line = [](const char* what, const std::string& value) {
    return std::string("- ") + what + ": " + (value.empty() ? "unknown" : escaped(value)) + "\n";
  };
  return line("devices", device_line(report)) +
         line("host", environment.host_cpu + ", " + std::to_string(environment.cpus_allowed) +
                          " of " + std::to_string(environment.num_cpus) +
                          " CPUs allowed, governor " + environment.governor.value_or("unknown") +
                          load(environment)) +
         line("compilers",
              environment.host_compiler + (environment.cuda_compiler.empty()
                                               ? ", no nvcc"
                                               : ", nvcc " + environment.cuda_compiler)) +
         line("commit", environment.git_sha + (environment.git_dirty ? " (with changes)" : "")) +
         line("date", environment.date) +
         line("protocol", "suite " + report.protocol.suite + ", seed " +
                              std::to_string(report.protocol.seed) + ", " +
                              sampling(report.protocol)) +
         line("environment key", environment_key(report));
}

std::string failed_section(const Report& report) {
  std::string text;
  for (const Result& result : report.results) {
    if (result.status != Status::failed) continue;
    text += "- " + code(result.name) + ": " + escaped(result.reason) + "\n";
    if (!result.rerun.empty()) text += "  - again: " + code(result.rerun) + "\n";
  }
  return text.empty() ? text : "\n## Failed\n\n" + text;
}

std::string skipped_section(const Report& report) {
  std::string text;
  for (const auto& [reason, number] : reasons(report, Status::skipped)) {
    text += "| " + escaped(reason) + " | " + std::to_string(number) + " |\n";
  }
  if (text.empty()) return text;
  return "\n## Skipped\n\n| reason | cases |\n|---|---:|\n" + text;
}

std::string ceiling_section(const Report& report) {
  if (report.ceilings.empty()) return {};
  std::string text =
      "\n## Ceilings\n\nThe fastest way found to move as many bytes in as many streams, in "
      "the same run.\n\n| device | streams | MB | fastest | median | GB/s | drift |\n"
      "|---|---|---:|---|---:|---:|---:|\n";
  for (const Ceiling& ceiling : report.ceilings) {
    const auto bytes = static_cast<double>(ceiling.bytes);
    text += "| " + escaped(ceiling.device) + " | " + std::to_string(ceiling.reads) +
            (ceiling.reads == 1 ? " read, 1 write | " : " reads, 1 write | ") +
            with_precision(bytes * 1e-6, 0) + " | " + escaped(ceiling.way) + " | " +
            format_us(ceiling.median_us) + " | " +
            with_precision(bytes / ceiling.median_us * 1e-3, 0) + " | " +
            with_precision(ceiling.drift * 100, 0.1) + " % |\n";
  }
  return text;
}

/// "backward/f16/nchw/shared/2x3x5" -> "f16".
std::string dtype_of(const Result& result) {
  const std::size_t begin = result.problem.find('/') + 1;
  return result.problem.substr(begin, result.problem.find('/', begin) - begin);
}

std::string kernel_section(const Report& report) {
  std::set<std::string> rows;
  for (const Result& result : report.results) {
    if (!result.kernel) continue;
    const KernelInfo& kernel = *result.kernel;
    rows.insert("| " + code(result.variant) + " | " + escaped(dtype_of(result)) + " | " +
                std::to_string(kernel.registers) + " | " + std::to_string(kernel.spill_bytes) +
                " | " + std::to_string(kernel.bytes_in_flight_per_sm) + " |\n");
  }
  if (rows.empty()) return {};
  std::string text =
      "\n## GPU kernels\n\nWhat the compiler made of the kernels that serve aligned data.\n\n"
      "| variant | dtype | registers | bytes spilled | bytes in flight an SM |\n"
      "|---|---|---:|---:|---:|\n";
  for (const std::string& row : rows) text += row;
  return text;
}

std::vector<const Result*> timed(const Report& report) {
  std::vector<const Result*> results;
  for (const Result& result : report.results) {
    if (result.measurement) results.push_back(&result);
  }
  return results;
}

}  // namespace

std::string to_markdown(const Report& report) {
  std::string text = "# PReLU on " + escaped(device_line(report)) + "\n\n**" + verdict(report) +
                     ".**\n\n" + environment_section(report) + failed_section(report) +
                     fleet_section(report) + networks_section(report);
  if (const auto best = best_of_each_problem(report); !best.empty()) {
    text += "\n## The best variant of each problem\n\n" + timed_table(best);
    text +=
        "\nGB/s divides the least traffic of the problem by the median. A share above 105 % is "
        "suspect.\n";
  }
  if (const std::string peers = to_peers_markdown(report); !peers.empty()) {
    text += "\n## Beside other libraries\n\n" + peers;
  }
  text += ceiling_section(report);
  // Of a fleet every case stands there once, over all devices.
  if (const auto all = timed(report); !all.empty() && !report.fleet) {
    text += "\n## Every timed case\n\n" + timed_table(all);
  }
  return text + kernel_section(report) + skipped_section(report);
}

std::string to_readme_table(const Report& report, std::string_view report_file) {
  std::string text =
      "| problem | best variant | time (cold median) | GB/s | of the ceiling "
      "|\n|---|---|---:|---:|---:|\n";
  for (const Result* result : best_of_each_problem(report)) {
    const Summary summary = summarize(*result->measurement);
    text += "| " + code(result->problem) + " | " + code(result->variant) + " | " +
            format_time(summary) + sample_marks(*result->measurement) + " | " +
            format_bandwidth(summary) + " | " + format_share(summary) + " |\n";
  }
  return text + "\nMeasured on " + escaped(device_line(report)) + ", " +
         report.environment.date.substr(0, 10) + "; from " + code(report_file) + ".\n";
}

std::string replace_table(std::string_view document, std::string_view table) {
  const std::size_t begin = document.find(kBegin);
  const std::size_t end = document.find(kEnd, begin == std::string_view::npos ? 0 : begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) {
    throw std::invalid_argument("no line <!-- table:begin --> before a line <!-- table:end -->");
  }
  return std::string(document.substr(0, begin + kBegin.size())) + std::string(table) +
         std::string(document.substr(end));
}

}  // namespace prelu::reports
