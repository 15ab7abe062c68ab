// The C ABI over Plan: structs become Problem and Operands, exceptions become statuses, and nothing
// else.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include "prelu/plan.hpp"
#include "prelu/prelu.h"

struct prelu_plan {
  prelu::Plan plan;
  std::string variant;  // with a zero at its end
};

namespace prelu {
namespace {

/// What this thread's last call had to say. Of a fixed size, so that saying "out of memory" needs
/// none.
thread_local std::array<char, 4096> last_error{};

void set_last_error(std::string_view text) {
  const std::size_t length = std::min(text.size(), last_error.size() - 1);
  std::copy_n(text.data(), length, last_error.data());
  last_error[length] = '\0';
}

prelu_status failed(prelu_status status, std::string_view why) {
  set_last_error(why);
  return status;
}

template <class Body>
prelu_status guarded(const Body& body) noexcept {
  try {
    set_last_error("");
    body();
    return PRELU_OK;
  } catch (const NotSupported& error) {
    return failed(PRELU_UNSUPPORTED, error.what());
  } catch (const std::invalid_argument& error) {
    return failed(PRELU_INVALID_ARGUMENT, error.what());
  } catch (const std::bad_alloc&) {
    return failed(PRELU_OUT_OF_MEMORY, "prelu: out of memory");
  } catch (const DeviceError& error) {
    return failed(PRELU_DEVICE_ERROR, error.what());
  } catch (const std::exception& error) {
    return failed(PRELU_INTERNAL_ERROR, error.what());
  } catch (...) {
    return failed(PRELU_INTERNAL_ERROR, "prelu: unknown exception");
  }
}

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument("prelu: " + what); }

void check_argument(const char* argument, const void* pointer) {
  if (pointer == nullptr) refuse(std::string("argument ") + argument + " is null");
}

/// The sizes of the structs in the first version of the header.
constexpr std::size_t kFirstProblem =
    offsetof(prelu_problem, alpha_shape) + sizeof(prelu_problem::alpha_shape);
constexpr std::size_t kFirstOperands =
    offsetof(prelu_operands, momentum) + sizeof(prelu_operands::momentum);

/// A copy of what the caller gave, by an older header (what it has less is at its default, zero) or
/// a newer one (what it has more must be).
template <std::size_t kFirst, class Struct>
Struct copy_of(const char* argument, const Struct* given) {
  check_argument(argument, given);
  const auto* bytes = reinterpret_cast<const char*>(given);
  std::uint32_t size = 0;
  std::memcpy(&size, bytes, sizeof size);
  constexpr std::size_t kLargest = 4096;  // what is larger was never a size of this struct
  if (size < kFirst || size > kLargest) {
    refuse(std::string(argument) + ".struct_size is " + std::to_string(size) + "; it must be " +
           std::to_string(sizeof(Struct)));
  }
  const std::size_t known = std::min<std::size_t>(size, sizeof(Struct));
  const auto is_set = [](char byte) { return byte != 0; };
  if (std::any_of(bytes + known, bytes + size, is_set)) {
    refuse(std::string(argument) + ".struct_size is " + std::to_string(size) +
           ", and fields are set that this version of the library does not know");
  }
  Struct copy{};
  std::memcpy(&copy, bytes, known);
  return copy;
}

/// The enumerator that a field's value stands for: `first` is the value of the first of them.
template <class Enum, std::size_t kCount>
Enum enumerator(const char* field, std::int32_t value, std::int32_t first,
                const std::array<Enum, kCount>& enumerators) {
  const std::int64_t index = std::int64_t{value} - first;
  if (index < 0 || index >= std::int64_t{kCount}) {
    refuse(std::string("problem.") + field + " is " + std::to_string(value) + "; it must be " +
           std::to_string(first) + " to " + std::to_string(first + std::int32_t{kCount} - 1));
  }
  return enumerators[static_cast<std::size_t>(index)];
}

Backend backend_of(const char* field, std::int32_t value) {
  return enumerator(field, value, PRELU_BACKEND_CPU, std::array{Backend::cpu, Backend::cuda});
}

DType dtype_of(const char* field, std::int32_t value) {
  return enumerator(field, value, PRELU_DTYPE_F16,
                    std::array{DType::f16, DType::bf16, DType::f32, DType::f64});
}

bool flag(const prelu_problem& given, std::uint32_t which) { return (given.flags & which) != 0; }

void check_flags(const prelu_problem& given) {
  constexpr std::uint32_t kKnown =
      PRELU_FLAG_IN_PLACE | PRELU_FLAG_ACCUMULATE | PRELU_FLAG_DETERMINISTIC;
  if ((given.flags & ~kKnown) != 0) {
    refuse("problem.flags is " + std::to_string(given.flags) + "; the known ones together are " +
           std::to_string(kKnown));
  }
}

Broadcast broadcast_of(const prelu_problem& given, AlphaMode mode) {
  Broadcast broadcast;
  if (mode == AlphaMode::broadcast) {
    std::ranges::copy(given.spatial_shape, broadcast.spatial.begin());
    std::ranges::copy(given.alpha_shape, broadcast.alpha.begin());
    return broadcast;
  }
  const auto is_set = [](std::int64_t extent) { return extent != 0; };
  if (std::ranges::any_of(given.spatial_shape, is_set)) {
    refuse("problem.spatial_shape is for PRELU_ALPHA_BROADCAST; otherwise it must be zero");
  }
  if (std::ranges::any_of(given.alpha_shape, is_set)) {
    refuse("problem.alpha_shape is for PRELU_ALPHA_BROADCAST; otherwise it must be zero");
  }
  return broadcast;
}

Problem problem_of(const prelu_problem& given) {
  check_flags(given);
  const DType dtype = dtype_of("dtype", given.dtype);
  const auto mode = enumerator("alpha_mode", given.alpha_mode, PRELU_ALPHA_SHARED,
                               std::array{AlphaMode::shared, AlphaMode::per_channel,
                                          AlphaMode::per_element, AlphaMode::broadcast});
  return {
      .direction = enumerator("direction", given.direction, PRELU_FORWARD,
                              std::array{Direction::forward, Direction::backward}),
      .dtype = dtype,
      .alpha_dtype = given.alpha_dtype == PRELU_DTYPE_OF_X
                         ? dtype
                         : dtype_of("alpha_dtype", given.alpha_dtype),
      .layout = enumerator("layout", given.layout, PRELU_LAYOUT_NCHW,
                           std::array{Layout::nchw, Layout::nhwc}),
      .alpha_mode = mode,
      .shape = {.n = given.n, .c = given.c, .spatial = given.spatial},
      .at_zero = enumerator("slope_at_zero", given.slope_at_zero, PRELU_SLOPE_AT_ZERO_ONE,
                            std::array{SlopeAtZero::one, SlopeAtZero::alpha, SlopeAtZero::zero}),
      .in_place = flag(given, PRELU_FLAG_IN_PLACE),
      .accumulate = flag(given, PRELU_FLAG_ACCUMULATE),
      .update =
          enumerator("alpha_update", given.alpha_update, PRELU_UPDATE_GRADIENT,
                     std::array{AlphaUpdate::gradient, AlphaUpdate::frozen, AlphaUpdate::sgd}),
      .broadcast = broadcast_of(given, mode),
  };
}

PlanOptions options_of(const prelu_problem& given) {
  PlanOptions options;
  options.deterministic = flag(given, PRELU_FLAG_DETERMINISTIC);
  options.device = given.device;
  if (given.device < -1) {
    refuse("problem.device is " + std::to_string(given.device) + "; it must be -1 or more");
  }
  if (given.alignment < 0 ||
      (given.alignment != 0 && !std::has_single_bit(static_cast<std::uint32_t>(given.alignment)))) {
    refuse("problem.alignment is " + std::to_string(given.alignment) +
           "; it must be a power of two, or 0");
  }
  if (given.alignment != 0) options.alignment = given.alignment;
  return options;
}

Operands operands_of(const prelu_operands& given) {
  return {.x = given.x,
          .alpha = given.alpha,
          .y = given.y,
          .dy = given.dy,
          .dx = given.dx,
          .dalpha = given.dalpha,
          .alpha_out = given.alpha_out,
          .sgd = {.learning_rate = given.learning_rate, .momentum = given.momentum},
          .workspace = given.workspace};
}

std::unique_ptr<prelu_plan> make_plan(const prelu_problem& given) {
  const Plan plan(backend_of("backend", given.backend), problem_of(given), options_of(given));
  return std::make_unique<prelu_plan>(prelu_plan{plan, std::string(plan.variant())});
}

void run(const Plan& plan, const prelu_operands& given, void* stream) {
  if (given.reserved != 0) {
    refuse("operands.reserved is " + std::to_string(given.reserved) + "; it must be 0");
  }
  if (given.workspace != nullptr && given.workspace_bytes < plan.workspace_bytes()) {
    refuse("operands.workspace_bytes is " + std::to_string(given.workspace_bytes) +
           "; this plan needs " + std::to_string(plan.workspace_bytes()));
  }
  plan.run(operands_of(given), static_cast<Stream>(stream));
}

}  // namespace
}  // namespace prelu

const char* prelu_version(void) { return PRELU_VERSION; }

const char* prelu_last_error(void) { return prelu::last_error.data(); }

prelu_status prelu_device_count(int32_t backend, int32_t* count) {
  return prelu::guarded([&] {
    prelu::check_argument("count", count);
    *count = prelu::device_count(prelu::backend_of("backend", backend));
  });
}

prelu_status prelu_plan_create(const prelu_problem* problem, prelu_plan** plan) {
  return prelu::guarded([&] {
    prelu::check_argument("plan", static_cast<void*>(plan));
    *plan = nullptr;
    *plan = prelu::make_plan(prelu::copy_of<prelu::kFirstProblem>("problem", problem)).release();
  });
}

void prelu_plan_destroy(prelu_plan* plan) { const std::unique_ptr<prelu_plan> owner(plan); }

size_t prelu_plan_workspace_bytes(const prelu_plan* plan) {
  return plan != nullptr ? plan->plan.workspace_bytes() : 0;
}

size_t prelu_plan_zeroed_workspace_bytes(const prelu_plan* plan) {
  return plan != nullptr ? plan->plan.zeroed_workspace_bytes() : 0;
}

const char* prelu_plan_variant_name(const prelu_plan* plan) {
  return plan != nullptr ? plan->variant.c_str() : "";
}

prelu_status prelu_plan_run(const prelu_plan* plan, const prelu_operands* operands, void* stream) {
  return prelu::guarded([&] {
    prelu::check_argument("plan", plan);
    prelu::run(plan->plan, prelu::copy_of<prelu::kFirstOperands>("operands", operands), stream);
  });
}
