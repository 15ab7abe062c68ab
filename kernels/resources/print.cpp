// The table for people.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "architecture.hpp"
#include "table.hpp"

namespace prelu::resources {
namespace {

using Row = std::array<std::string, 11>;

constexpr std::size_t kTextColumns = 3;  // these are aligned left, the numbers right

Row row_of(const KernelResources& kernel) {
  const Findings& code = kernel.sass ? *kernel.sass : kernel.ptx;
  const Architecture& arch = architecture(kernel.architecture);
  const bool main = kernel.accesses_tensors;
  return {kernel.variant,
          kernel.kernel,
          "sm_" + std::to_string(kernel.architecture),
          std::to_string(kernel.registers),
          std::to_string(kernel.shared_bytes),
          std::to_string(kernel.spill_bytes),
          std::to_string(code.load_bits) + "/" + std::to_string(code.store_bits),
          std::to_string(kernel.blocks_per_sm * kernel.block_size * 100 / arch.threads) + " %",
          main ? std::to_string(code.bytes_in_flight) : "-",
          main ? std::to_string(kernel.bytes_in_flight_per_sm()) : "-",
          main ? std::to_string(arch.wanted_bytes) : "-"};
}

}  // namespace

std::string to_text(std::span<const KernelResources> table) {
  std::vector<Row> rows{{"variant", "kernel", "arch", "registers", "shared", "spills", "load/store",
                         "occupancy", "in flight", "per SM", "wanted"}};
  for (const KernelResources& kernel : table) rows.push_back(row_of(kernel));
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      line += (i < kTextColumns ? row[i] + space : space + row[i]) + "  ";
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace prelu::resources
