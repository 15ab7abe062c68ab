#include "suite.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "strict_json.hpp"
#include "suite_parts.hpp"

namespace prelu::harness {

Suite parse_suite(std::string_view json, std::string_view source,
                  std::span<const KernelVariant> variants, bool peers) {
  const nlohmann::json document = reports::parse_strictly(json, source);
  const Value root(document, std::string(source));
  root.allow_only({"schema", "name", "description", "budget", "variants", "groups", "networks"});
  if (const auto schema = root.at("schema").count(); schema != 1) {
    root.at("schema").fail("this program reads schema 1, not " + std::to_string(schema));
  }
  Suite suite{.name = root.at("name").text()};
  if (root.has("description")) suite.description = root.at("description").text();
  if (root.has("budget")) suite.budget_s = root.at("budget").seconds();
  const VariantFilter filter(root, VariantFilter(variants, peers));
  CaseList cases;
  if (root.has("groups") || !root.has("networks")) {
    for (const Value& group : root.at("groups").elements()) expand_group(group, filter, cases);
  }
  if (root.has("networks")) {
    for (const Value& network : root.at("networks").elements()) {
      for (reports::Network& one : expand_network(network, filter, cases)) {
        if (std::ranges::any_of(suite.networks, [&](const reports::Network& other) {
              return other.name == one.name && other.dtype == one.dtype;
            })) {
          network.fail("there are two networks '" + one.name + "' in " + one.dtype);
        }
        suite.networks.push_back(std::move(one));
      }
    }
  }
  suite.cases = cases.take();
  return suite;
}

Suite load_suite(const std::string& name_or_file, const std::filesystem::path& folder,
                 std::span<const KernelVariant> variants, bool peers) {
  namespace fs = std::filesystem;
  const fs::path named = folder / (name_or_file + ".json");
  const bool is_name = name_or_file.find('/') == std::string::npos && fs::is_regular_file(named);
  const fs::path file = is_name ? named : fs::path(name_or_file);
  std::ifstream stream(file);
  if (!fs::is_regular_file(file) || !stream) {
    std::set<std::string> known;
    if (fs::is_directory(folder)) {
      for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".json") known.insert(entry.path().stem());
      }
    }
    std::string list;
    for (const std::string& suite : known) list += (list.empty() ? "" : ", ") + suite;
    throw std::invalid_argument("suite '" + name_or_file +
                                "' is neither a file nor one of: " + list);
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return parse_suite(text, file.string(), variants, peers);
}

}  // namespace prelu::harness
