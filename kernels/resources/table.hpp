// What the compiler made of each kernel, as a table: written when the kernels are built, read by
// tests and by whoever wants to know.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis.hpp"

namespace prelu::resources {

/// One kernel on one architecture.
struct KernelResources {
  std::string variant;            ///< "cuda/forward_packed"
  std::string kernel;             ///< "forward_packed<true, Pack<float, 4>, float, float>"
  std::string dtype;              ///< of x; empty where the kernel does not depend on it
  int architecture = 0;           ///< 90 is sm_90
  bool accesses_tensors = false;  ///< else it is a second stage
  int pack_bits = 0;              ///< the widest Pack among its template arguments
  int block_size = 0;             ///< 0 where it has no __launch_bounds__
  int registers = 0;              ///< of a thread
  int stack_bytes = 0;            ///< of a thread: local memory
  int spill_bytes = 0;            ///< stored and loaded
  int shared_bytes = 0;           ///< of a block, with what the variant's launch adds
  int blocks_per_sm = 0;
  std::vector<Stream> streams;  ///< one for each pointer that it accesses global memory through
  Findings ptx;
  std::optional<Findings> sass;  ///< where nvdisasm is installed; ptxas has the last word

  /// What an SM full of such blocks has in flight, by what is nearest to the hardware.
  int bytes_in_flight_per_sm() const {
    return blocks_per_sm * block_size * (sass ? *sass : ptx).bytes_in_flight;
  }

  friend bool operator==(const KernelResources&, const KernelResources&) = default;
};

using Table = std::vector<KernelResources>;

std::string to_json(const Table& table);

/// Throws std::invalid_argument naming `source` (a file's name).
Table from_json(std::string_view text, std::string_view source);

/// The tables of all architectures that lie in a folder. None where there is no such folder.
Table read_tables(const std::filesystem::path& folder);

/// For people: a line a kernel.
std::string to_text(std::span<const KernelResources> table);

}  // namespace prelu::resources
