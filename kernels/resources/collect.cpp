#include "collect.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include "kernel_name.hpp"
#include "listing.hpp"
#include "ptxas.hpp"

namespace prelu::resources {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::invalid_argument(file.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

Table collect(const KernelVariant& variant, const std::filesystem::path& folder,
              const Architecture& architecture) {
  const std::filesystem::path stem = folder / std::filesystem::path(variant.name).filename();
  const auto with = [&](const char* extension) {
    return std::filesystem::path(stem.string() + extension);
  };
  const std::map<std::string, Usage> usages = read_ptxas(read_file(with(".ptxas")));
  std::map<std::string, Findings> sass;
  if (std::filesystem::exists(with(".sass"))) {
    for (const Listing& listing : read_sass(read_file(with(".sass")))) {
      sass[listing.kernel] = analyse(listing);
    }
  }

  Table table;
  for (const Listing& listing : read_ptx(read_file(with(".ptx")))) {
    const auto usage = usages.find(listing.kernel);
    if (usage == usages.end()) {
      throw std::invalid_argument(with(".ptxas").string() + ": says nothing of " + listing.kernel);
    }
    const KernelName name = read_name(listing.kernel);
    const int more_shared = name.accesses_tensors ? variant.promises.dynamic_shared_bytes : 0;
    KernelResources kernel{.variant = std::string(variant.name),
                           .kernel = name.text,
                           .dtype = name.dtype,
                           .architecture = architecture.number,
                           .accesses_tensors = name.accesses_tensors,
                           .pack_bits = name.pack_bits,
                           .block_size = listing.block_size,
                           .registers = usage->second.registers,
                           .stack_bytes = usage->second.stack_bytes,
                           .spill_bytes = usage->second.spill_stores + usage->second.spill_loads,
                           .shared_bytes = usage->second.shared_bytes + more_shared,
                           .streams = streams_of(listing),
                           .ptx = analyse(listing)};
    if (listing.block_size > 0) {
      kernel.blocks_per_sm =
          blocks_per_sm(architecture, usage->second, listing.block_size, more_shared);
    }
    if (const auto found = sass.find(listing.kernel); found != sass.end()) {
      kernel.sass = found->second;
    } else if (!sass.empty()) {
      throw std::invalid_argument(with(".sass").string() + ": holds nothing of " + listing.kernel);
    }
    // How much it copies in bulk is not in the code: the promise stands, as far as shared memory
    // can hold what it says (promises.cpp).
    if (kernel.ptx.bulk) kernel.ptx.bytes_in_flight = variant.promises.bytes_in_flight;
    if (kernel.sass && kernel.sass->bulk) kernel.sass->bytes_in_flight = kernel.ptx.bytes_in_flight;
    table.push_back(std::move(kernel));
  }
  std::ranges::sort(table, {}, &KernelResources::kernel);
  return table;
}

}  // namespace prelu::resources
