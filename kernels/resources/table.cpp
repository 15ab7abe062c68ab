#include "table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

namespace prelu::resources {
namespace {

using Json = nlohmann::ordered_json;

Json write_findings(const Findings& findings) {
  return {{"load_bits", findings.load_bits},
          {"store_bits", findings.store_bits},
          {"bytes_in_flight", findings.bytes_in_flight},
          {"divides_in_loop", findings.divides_in_loop},
          {"bulk", findings.bulk}};
}

Findings read_findings(const Json& json) {
  return {.load_bits = json.at("load_bits").get<int>(),
          .store_bits = json.at("store_bits").get<int>(),
          .bytes_in_flight = json.at("bytes_in_flight").get<int>(),
          .divides_in_loop = json.at("divides_in_loop").get<bool>(),
          .bulk = json.at("bulk").get<bool>()};
}

Json write_kernel(const KernelResources& kernel) {
  Json streams = Json::array();
  for (const Stream& stream : kernel.streams) {
    streams.push_back({{"load_bits", stream.load_bits}, {"store_bits", stream.store_bits}});
  }
  return {{"variant", kernel.variant},
          {"kernel", kernel.kernel},
          {"dtype", kernel.dtype},
          {"architecture", kernel.architecture},
          {"accesses_tensors", kernel.accesses_tensors},
          {"pack_bits", kernel.pack_bits},
          {"block_size", kernel.block_size},
          {"registers", kernel.registers},
          {"stack_bytes", kernel.stack_bytes},
          {"spill_bytes", kernel.spill_bytes},
          {"shared_bytes", kernel.shared_bytes},
          {"blocks_per_sm", kernel.blocks_per_sm},
          {"streams", streams},
          {"ptx", write_findings(kernel.ptx)},
          {"sass", kernel.sass ? write_findings(*kernel.sass) : Json(nullptr)}};
}

KernelResources read_kernel(const Json& json) {
  KernelResources kernel{.variant = json.at("variant").get<std::string>(),
                         .kernel = json.at("kernel").get<std::string>(),
                         .dtype = json.at("dtype").get<std::string>(),
                         .architecture = json.at("architecture").get<int>(),
                         .accesses_tensors = json.at("accesses_tensors").get<bool>(),
                         .pack_bits = json.at("pack_bits").get<int>(),
                         .block_size = json.at("block_size").get<int>(),
                         .registers = json.at("registers").get<int>(),
                         .stack_bytes = json.at("stack_bytes").get<int>(),
                         .spill_bytes = json.at("spill_bytes").get<int>(),
                         .shared_bytes = json.at("shared_bytes").get<int>(),
                         .blocks_per_sm = json.at("blocks_per_sm").get<int>(),
                         .ptx = read_findings(json.at("ptx"))};
  for (const Json& stream : json.at("streams")) {
    kernel.streams.push_back({.load_bits = stream.at("load_bits").get<int>(),
                              .store_bits = stream.at("store_bits").get<int>()});
  }
  if (!json.at("sass").is_null()) kernel.sass = read_findings(json.at("sass"));
  return kernel;
}

}  // namespace

std::string to_json(const Table& table) {
  Json kernels = Json::array();
  for (const KernelResources& kernel : table) kernels.push_back(write_kernel(kernel));
  return Json{{"kernels", kernels}}.dump(1) + "\n";
}

Table from_json(std::string_view text, std::string_view source) {
  try {
    const Json document = Json::parse(text);
    Table table;
    for (const Json& kernel : document.at("kernels")) table.push_back(read_kernel(kernel));
    return table;
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string(source) + ": no table of kernels: " + error.what());
  }
}

Table read_tables(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.insert(entry.path());
  }
  Table all;
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const Table table = from_json(text, file.string());
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

}  // namespace prelu::resources
