// A suite: a named list of cases. JSON in, cases out.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "case.hpp"
#include "report.hpp"
#include "variant.hpp"

namespace prelu::harness {

struct Suite {
  std::string name;
  std::string description;
  double budget_s = 0;  ///< seconds the whole run may take unless told otherwise; 0 is no limit
  std::vector<Case> cases;
  std::vector<reports::Network> networks;  ///< what some of the cases are layers of

  friend bool operator==(const Suite&, const Suite&) = default;
};

/// Expands every group into the product of its lists with every variant of its direction, problems
/// outermost, so that the variants of a problem stand together, and every network into a forward
/// and a backward problem for each of its layers. Peers among the variants count only where they
/// are named, unless `peers`. `source` names the text in errors. Throws
/// std::invalid_argument naming the source, the key and what is allowed.
Suite parse_suite(std::string_view json, std::string_view source,
                  std::span<const KernelVariant> variants, bool peers = false);

/// `name_or_file` is a file, or the name of one of the suites in `folder`.
Suite load_suite(const std::string& name_or_file, const std::filesystem::path& folder,
                 std::span<const KernelVariant> variants, bool peers = false);

}  // namespace prelu::harness
