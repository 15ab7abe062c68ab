#include "suite_parts.hpp"

#include <algorithm>
#include <regex>
#include <stdexcept>

#include "catalogue.hpp"

namespace prelu::harness {
namespace {

/// "cuda/*" as a regular expression; only * is special.
std::regex glob(const std::string& pattern) {
  std::string expression;
  for (const char c : pattern) {
    if (c == '*') {
      expression += ".*";
    } else {
      if (std::string_view("^$\\.+?()[]{}|").find(c) != std::string_view::npos) expression += '\\';
      expression += c;
    }
  }
  return std::regex(expression);
}

bool is_peer(const KernelVariant& variant) { return variant.name.starts_with(kPeerFolder); }

}  // namespace

VariantFilter::VariantFilter(std::span<const KernelVariant> variants, bool peers)
    : variants_(variants), peers_(peers) {
  for (const KernelVariant& variant : variants) chosen_.push_back(peers || !is_peer(variant));
}

VariantFilter::VariantFilter(const Value& part, const VariantFilter& otherwise)
    : variants_(otherwise.variants_), peers_(otherwise.peers_), chosen_(otherwise.chosen_) {
  if (!part.has("variants")) return;
  std::vector<bool> included(variants_.size(), false);
  std::vector<bool> excluded(variants_.size(), false);
  bool includes_any = false;
  for (const Value& element : part.at("variants").elements()) {
    std::string pattern = element.text();
    const bool excludes = pattern.starts_with('!');
    if (excludes) pattern.erase(0, 1);
    includes_any = includes_any || !excludes;
    // A program may hold fewer folders of variants than the suite names: that is no misspelling.
    const std::string folder = pattern.substr(0, pattern.find('/') + 1);
    const std::regex expression = glob(pattern);
    bool here = false;
    bool known = false;
    for (std::size_t i = 0; i < variants_.size(); ++i) {
      const std::string name(variants_[i].name);
      here = here || name.starts_with(folder);
      if (!std::regex_match(name, expression)) continue;
      known = true;
      (excludes ? excluded : included)[i] = true;
    }
    if (!known && here) element.fail("no variant is called '" + pattern + "'");
  }
  for (std::size_t i = 0; i < variants_.size(); ++i) {
    const bool wanted =
        is_peer(variants_[i]) ? peers_ || included[i] : included[i] || !includes_any;
    chosen_[i] = wanted && !excluded[i];
  }
}

std::vector<std::string> VariantFilter::names(Direction direction) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < variants_.size(); ++i) {
    if (chosen_[i] && variants_[i].direction == direction) names.emplace_back(variants_[i].name);
  }
  return names;
}

void CaseList::add(const std::vector<std::string>& variants, Case c) {
  for (const std::string& variant : variants) {
    c.variant = variant;
    if (seen_.insert(case_name(c)).second) cases_.push_back(c);
  }
}

Dimensions read_dimensions(const Value& value) {
  Dimensions dimensions;
  for (const Value& element : value.elements()) dimensions.push_back(element.count());
  if (dimensions.size() < 2) value.fail("a shape is [n, c], [n, c, spatial] or [n, c, h, w]");
  try {
    validate({.shape = shape_of(dimensions)});
  } catch (const std::invalid_argument& error) {
    value.fail(error.what());
  }
  return dimensions;
}

}  // namespace prelu::harness
