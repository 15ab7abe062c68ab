// Which variant is preferred for which problem.
#include "prelu/plan.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "device_scope.hpp"
#include "dtype.hpp"
#include "names.hpp"
#include "variant.hpp"

namespace prelu {
namespace {

/// The first of these that supports a problem computes it: the specific before the general.
constexpr std::array<std::string_view, 11> kPreferred{
    "cpu/forward_threaded", "cpu/backward_threaded", "cpu/forward_naive",
    "cpu/backward_naive",   "cuda/forward_packed",   "cuda/backward_two_pass",
    "cuda/backward_plane",  "cuda/backward_element", "cuda/backward_nhwc",
    "cuda/forward_naive",   "cuda/backward_naive",
};

const KernelVariant& choose(Backend backend, const Problem& problem, bool deterministic) {
  std::string refusals;
  for (const std::string_view preferred : kPreferred) {
    const KernelVariant* variant = find_variant(preferred);
    if (variant == nullptr || variant->backend != backend) continue;
    if (variant->direction != problem.direction) continue;
    const Unsupported reason = deterministic && !variant->deterministic
                                   ? Unsupported("is not deterministic")
                                   : unsupported(*variant, problem);
    if (!reason) return *variant;
    refusals += "\n  " + std::string(preferred) + ": " + reason.reason();
  }
  throw std::invalid_argument("prelu: no " + std::string(name(backend)) + " variant for this " +
                              std::string(name(problem.direction)) + " problem" + refusals);
}

void check_pointer(const char* operand, const void* pointer, DType dtype, bool needed) {
  if (pointer == nullptr && needed) {
    throw std::invalid_argument("prelu: operand " + std::string(operand) + " is null");
  }
  if (reinterpret_cast<std::uintptr_t>(pointer) % size_of(dtype) != 0) {
    throw std::invalid_argument("prelu: operand " + std::string(operand) +
                                " is not aligned to its " + std::string(name(dtype)) + " element");
  }
}

}  // namespace

Plan::Plan(Backend backend, const Problem& problem, const PlanOptions& options)
    : problem_(problem), device_(options.device) {
  validate(problem);
  if (backend == Backend::cuda) {
    const DeviceScope scope(options.device);  // throws where the device does not exist
  } else if (options.device > 0) {
    throw std::invalid_argument("prelu: the CPU backend has only device 0");
  }
  variant_ = &choose(backend, problem, options.deterministic);
}

std::size_t Plan::workspace_bytes() const { return prelu::workspace_bytes(*variant_, problem_); }

std::size_t Plan::zeroed_workspace_bytes() const {
  return prelu::zeroed_workspace_bytes(*variant_, problem_);
}

std::string_view Plan::variant() const { return variant_->name; }

void Plan::run(const Operands& operands, Stream stream) const {
  const bool elements = problem_.shape.elements() > 0;
  const bool slopes = slope_count(problem_) > 0;
  check_pointer("x", operands.x, problem_.dtype, elements);
  check_pointer("alpha", operands.alpha, problem_.alpha_dtype, slopes);
  if (problem_.direction == Direction::forward) {
    check_pointer("y", operands.y, problem_.dtype, elements);
  } else {
    check_pointer("dy", operands.dy, problem_.dtype, elements);
    check_pointer("dx", operands.dx, problem_.dtype, elements);
    if (problem_.update != AlphaUpdate::frozen) {
      check_pointer("dalpha", operands.dalpha, problem_.alpha_dtype, slopes);
    }
    if (problem_.update == AlphaUpdate::sgd) {
      check_pointer("alpha_out", operands.alpha_out, problem_.alpha_dtype, slopes);
    }
    if (operands.workspace == nullptr && workspace_bytes() > 0) {
      throw std::invalid_argument("prelu: operand workspace is null; this plan needs " +
                                  std::to_string(workspace_bytes()) + " bytes");
    }
    constexpr std::uintptr_t kWorkspaceAlignment = 256;
    if (reinterpret_cast<std::uintptr_t>(operands.workspace) % kWorkspaceAlignment != 0) {
      throw std::invalid_argument("prelu: operand workspace is not aligned to 256 bytes");
    }
  }
  const DeviceScope scope(variant_->backend == Backend::cuda ? device_ : -1);
  variant_->launch(problem_, operands, stream);
}

}  // namespace prelu
