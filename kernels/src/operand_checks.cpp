#include "operand_checks.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "dtype.hpp"
#include "names.hpp"

namespace prelu {
namespace {

constexpr std::size_t kWorkspaceAlignment = 256;

/// The memory of one operand: no bytes where the problem does not need it.
struct Extent {
  const char* name;
  const void* data;
  std::size_t bytes;
};

/// In this order: those that are only read come first.
enum : std::size_t { kX, kAlpha, kDy, kY, kDx, kDalpha, kAlphaOut, kWorkspace, kOperands };
constexpr std::size_t kFirstWritten = kY;

using Extents = std::array<Extent, kOperands>;

Extents extents_of(const Problem& problem, const Operands& operands, std::size_t workspace_bytes) {
  const std::size_t tensor =
      static_cast<std::size_t>(problem.shape.elements()) * size_of(problem.dtype);
  const std::size_t slopes =
      static_cast<std::size_t>(slope_count(problem)) * size_of(problem.alpha_dtype);
  const bool backward = problem.direction == Direction::backward;
  const bool dalpha = backward && problem.update != AlphaUpdate::frozen;
  const bool alpha_out = backward && problem.update == AlphaUpdate::sgd;
  return {{{"x", operands.x, tensor},
           {"alpha", operands.alpha, slopes},
           {"dy", operands.dy, backward ? tensor : 0},
           {"y", operands.y, backward ? 0 : tensor},
           {"dx", operands.dx, backward ? tensor : 0},
           {"dalpha", operands.dalpha, dalpha ? slopes : 0},
           {"alpha_out", operands.alpha_out, alpha_out ? slopes : 0},
           {"workspace", operands.workspace, workspace_bytes}}};
}

[[noreturn]] void refuse(const Extent& operand, const std::string& what) {
  throw std::invalid_argument("prelu: operand " + std::string(operand.name) + " " + what);
}

void check_element(const Extent& operand, DType dtype) {
  if (operand.bytes == 0) return;
  if (operand.data == nullptr) refuse(operand, "is null");
  if (reinterpret_cast<std::uintptr_t>(operand.data) % size_of(dtype) != 0) {
    refuse(operand, "is not aligned to its " + std::string(name(dtype)) + " element");
  }
}

void check_workspace(const Extent& workspace) {
  if (workspace.bytes == 0) return;
  if (workspace.data == nullptr) {
    refuse(workspace, "is null; this plan needs " + std::to_string(workspace.bytes) + " bytes");
  }
  if (reinterpret_cast<std::uintptr_t>(workspace.data) % kWorkspaceAlignment != 0) {
    refuse(workspace, "is not aligned to " + std::to_string(kWorkspaceAlignment) + " bytes");
  }
}

bool overlap(const Extent& a, const Extent& b) {
  if (a.bytes == 0 || b.bytes == 0) return false;
  const auto first = reinterpret_cast<std::uintptr_t>(a.data);
  const auto second = reinterpret_cast<std::uintptr_t>(b.data);
  return first < second ? second - first < a.bytes : first - second < b.bytes;
}

/// The tensor that forward or backward writes, and the one it takes the place of.
void check_in_place(const Extent& output, const Extent& input, bool in_place) {
  const bool same = output.bytes > 0 && output.data == input.data;
  if (same && !in_place) {
    refuse(output, std::string("is ") + input.name + ", but the problem is not in place");
  }
  if (!same && in_place && output.bytes > 0) {
    refuse(output, std::string("is not ") + input.name + ", but the problem is in place");
  }
}

}  // namespace

void check_operands(const Problem& problem, const Operands& operands, std::size_t workspace_bytes) {
  const Extents extents = extents_of(problem, operands, workspace_bytes);
  for (const std::size_t i : {kX, kDy, kY, kDx}) check_element(extents[i], problem.dtype);
  for (const std::size_t i : {kAlpha, kDalpha, kAlphaOut}) {
    check_element(extents[i], problem.alpha_dtype);
  }
  check_workspace(extents[kWorkspace]);
  check_in_place(extents[kY], extents[kX], problem.in_place);
  check_in_place(extents[kDx], extents[kDy], problem.in_place);

  for (std::size_t written = kFirstWritten; written < kOperands; ++written) {
    for (std::size_t other = 0; other < written; ++other) {
      const bool may_be_same = (written == kY && other == kX) || (written == kDx && other == kDy) ||
                               (written == kAlphaOut && other == kAlpha);
      if (may_be_same && extents[written].data == extents[other].data) continue;
      if (overlap(extents[written], extents[other])) {
        refuse(extents[written], std::string("overlaps ") + extents[other].name);
      }
    }
  }
}

}  // namespace prelu
