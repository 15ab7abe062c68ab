#include "variant.hpp"

#include <algorithm>

#include "names.hpp"

namespace prelu {
namespace {

bool serves(const Updates& updates, AlphaUpdate update) {
  switch (update) {
    case AlphaUpdate::gradient: return updates.gradient;
    case AlphaUpdate::frozen: return updates.frozen;
    case AlphaUpdate::sgd: return updates.sgd;
  }
  return false;
}

/// "frozen, sgd"
std::string served(const Updates& updates) {
  std::string list;
  for (const auto update : {AlphaUpdate::gradient, AlphaUpdate::frozen, AlphaUpdate::sgd}) {
    if (serves(updates, update)) list.append(list.empty() ? "" : ", ").append(name(update));
  }
  return list;
}

}  // namespace

Unsupported unsupported(const KernelVariant& variant, const Problem& problem) {
  if (variant.direction != problem.direction) {
    return "computes " + std::string(name(variant.direction)) + " only";
  }
  if (problem.direction == Direction::backward && !serves(variant.updates, problem.update)) {
    return "what it does for alpha is: " + served(variant.updates);
  }
  if (problem.alpha_mode == AlphaMode::broadcast && !variant.broadcasts) {
    return "serves no broadcast of alpha";
  }
  return variant.check != nullptr ? variant.check(problem) : Unsupported{};
}

std::size_t workspace_bytes(const KernelVariant& variant, const Problem& problem) {
  return variant.workspace_bytes != nullptr ? variant.workspace_bytes(problem) : 0;
}

std::size_t zeroed_workspace_bytes(const KernelVariant& variant, const Problem& problem) {
  return std::min(variant.zeroed_workspace_bytes, workspace_bytes(variant, problem));
}

const KernelVariant* find_variant(std::string_view name) {
  const auto table = registry();
  const auto found = std::ranges::find(table, name, &KernelVariant::name);
  return found == table.end() ? nullptr : &*found;
}

namespace {
constexpr std::string_view kAbsent = "not in this build";
}  // namespace

bool is_absent(const KernelVariant& variant) { return variant.summary == kAbsent; }

KernelVariant absent_variant(std::string_view name) {
  return {
      .name = name,
      .summary = kAbsent,
      .backend = Backend::cuda,
      .direction = name.find("/backward") != std::string_view::npos ? Direction::backward
                                                                    : Direction::forward,
      .updates = {.gradient = true, .frozen = true, .sgd = true},
      .broadcasts = true,
      .check = [](const Problem&) -> Unsupported { return "built without CUDA"; },
  };
}

}  // namespace prelu
