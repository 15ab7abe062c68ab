// The parts of a suite, groups and networks, and what both of them need.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "case.hpp"
#include "report.hpp"
#include "suite_json.hpp"
#include "variant.hpp"

namespace prelu::harness {

/// Which variants a part is for: patterns such as "cuda/*", where * stands for any text and a
/// leading ! leaves out what matches. Peers pass where a pattern that begins with "peer/" names
/// them or, if they are wanted anyway, where none leaves them out.
class VariantFilter {
 public:
  /// Lets every variant pass, and the peers if `peers`.
  VariantFilter(std::span<const KernelVariant> variants, bool peers);
  /// `part`'s key "variants" if it has one, else all that `otherwise` lets pass.
  VariantFilter(const Value& part, const VariantFilter& otherwise);

  std::vector<std::string> names(Direction direction) const;

 private:
  std::span<const KernelVariant> variants_;
  bool peers_;
  std::vector<bool> chosen_;
};

/// Cases in the order in which they come, each of them once.
class CaseList {
 public:
  /// `c` with each of the variants.
  void add(const std::vector<std::string>& variants, Case c);
  std::vector<Case> take() { return std::move(cases_); }

 private:
  std::set<std::string> seen_;
  std::vector<Case> cases_;
};

using Dimensions = std::vector<std::int64_t>;

/// n, c, and any number of spatial ones.
Dimensions read_dimensions(const Value& value);

/// A group is the product of its lists with the variants of its direction.
void expand_group(const Value& group, const VariantFilter& variants, CaseList& cases);

/// A network is a list of layers, each a forward and a backward problem; it is one network of the
/// report for each dtype.
std::vector<reports::Network> expand_network(const Value& network, const VariantFilter& variants,
                                             CaseList& cases);

}  // namespace prelu::harness
