#include "variant.hpp"

#include <algorithm>

#include "names.hpp"

namespace prelu {

Unsupported unsupported(const KernelVariant& variant, const Problem& problem) {
  if (variant.direction != problem.direction) {
    return "computes " + std::string(name(variant.direction)) + " only";
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

KernelVariant absent_variant(std::string_view name) {
  return {
      .name = name,
      .summary = "not in this build",
      .backend = Backend::cuda,
      .direction = name.find("/backward") != std::string_view::npos ? Direction::backward
                                                                    : Direction::forward,
      .check = [](const Problem&) -> Unsupported { return "built without CUDA"; },
  };
}

}  // namespace prelu
