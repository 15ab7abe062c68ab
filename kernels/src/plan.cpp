// A problem bound to the variant that the rules choose for it.
#include "prelu/plan.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "choice.hpp"
#include "device_scope.hpp"
#include "dtype.hpp"
#include "names.hpp"
#include "variant.hpp"

namespace prelu {
namespace {

std::string reason_of(const Considered& considered) {
  return considered.outcome == Outcome::refused
             ? considered.reason
             : "only where " + std::string(considered.rule->when);
}

const KernelVariant& chosen(Backend backend, const Question& question) {
  const Choice choice = choose(backend, question);
  if (choice.variant != nullptr) return *choice.variant;
  std::string refusals;
  for (const Considered& considered : choice.considered) {
    refusals += "\n  " + std::string(considered.rule->variant) + ": " + reason_of(considered);
  }
  throw std::invalid_argument("prelu: no " + std::string(name(backend)) + " variant for this " +
                              std::string(name(question.problem.direction)) + " problem" +
                              refusals);
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

/// The device's traits; on the CPU, and where there is no GPU, those that are assumed.
GpuTraits gpu_to_ask_about(Backend backend, int device) {
  const auto here = backend == Backend::cuda ? gpu_traits(device) : std::nullopt;
  return here.value_or(known_gpus().front());
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
  variant_ = &chosen(backend, {.problem = problem,
                               .gpu = gpu_to_ask_about(backend, options.device),
                               .alignment = options.alignment,
                               .deterministic = options.deterministic});
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
