#include "ptxas.hpp"

#include <regex>

#include "text.hpp"

namespace prelu::resources {

std::map<std::string, Usage> read_ptxas(const std::string& text) {
  static const std::regex entry_pattern("Compiling entry function '([^']+)'");
  static const std::regex stack_pattern(
      R"((\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads)");
  static const std::regex registers_pattern(R"(Used (\d+) registers)");
  static const std::regex shared_pattern(R"((\d+) bytes smem)");
  std::map<std::string, Usage> kernels;
  std::string kernel;
  for (const std::string& line : lines_of(text)) {
    std::smatch match;
    if (std::regex_search(line, match, entry_pattern)) {
      kernel = match[1];
      kernels[kernel] = {};
    } else if (kernel.empty()) {
      continue;
    } else if (std::regex_search(line, match, stack_pattern)) {
      Usage& usage = kernels[kernel];
      usage.stack_bytes += std::stoi(match[1]);
      usage.spill_stores += std::stoi(match[2]);
      usage.spill_loads += std::stoi(match[3]);
    } else if (std::regex_search(line, match, registers_pattern)) {
      kernels[kernel].registers = std::stoi(match[1]);
      if (std::regex_search(line, match, shared_pattern))
        kernels[kernel].shared_bytes = std::stoi(match[1]);
    }
  }
  return kernels;
}

}  // namespace prelu::resources
