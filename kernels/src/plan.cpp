// A problem bound to the variant that the rules choose for it.
#include "prelu/plan.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include "choice.hpp"
#include "device_scope.hpp"
#include "names.hpp"
#include "operand_checks.hpp"
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
  throw NotSupported("prelu: no " + std::string(name(backend)) + " variant for this " +
                     std::string(name(question.problem.direction)) + " problem" + refusals);
}

/// The device's traits; on the CPU, and where there is no GPU, those that are assumed.
GpuTraits gpu_to_ask_about(Backend backend, int device) {
  const auto here = backend == Backend::cuda ? gpu_traits(device) : std::nullopt;
  return here.value_or(known_gpus().front());
}

}  // namespace

int device_count(Backend backend) {
  switch (backend) {
    case Backend::cpu: return 1;
    case Backend::cuda: return cuda_device_count();
  }
  throw std::invalid_argument("prelu: unknown Backend");
}

Plan::Plan(Backend backend, const Problem& problem, const PlanOptions& options)
    : problem_(problem), device_(options.device) {
  validate(problem);
  if (backend == Backend::cpu && options.device > 0) {
    throw NotSupported("prelu: the CPU backend has only device 0");
  }
  const DeviceScope scope(backend == Backend::cuda ? device_ : -1);  // throws where it is not there
  variant_ = &chosen(backend, {.problem = problem,
                               .gpu = gpu_to_ask_about(backend, options.device),
                               .alignment = options.alignment,
                               .deterministic = options.deterministic});
  workspace_bytes_ = prelu::workspace_bytes(*variant_, problem_);
}

std::size_t Plan::zeroed_workspace_bytes() const {
  return prelu::zeroed_workspace_bytes(*variant_, problem_);
}

std::string_view Plan::variant() const { return variant_->name; }

void Plan::run(const Operands& operands, Stream stream) const {
  check_operands(problem_, operands, workspace_bytes_);
  const DeviceScope scope(variant_->backend == Backend::cuda ? device_ : -1);
  variant_->launch(problem_, operands, stream);
}

}  // namespace prelu
