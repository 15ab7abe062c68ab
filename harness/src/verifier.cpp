#include "verifier.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <span>
#include <sstream>
#include <tuple>
#include <type_traits>

#include "dtype.hpp"

namespace prelu::harness {
namespace {

constexpr std::array<unsigned char, 2> kPoisons{0xFF, 0x3C};  // a NaN, and a small number

template <class S>
bool same(const S& expected, const S& actual, bool signed_zeros) {
  // The same bits: -0 is not 0.  NOLINTNEXTLINE(bugprone-suspicious-memory-comparison)
  if (std::memcmp(&expected, &actual, sizeof(S)) == 0) return true;
  if (!signed_zeros && widen(expected) == 0 && widen(actual) == 0) return true;
  return std::isnan(widen(expected)) && std::isnan(widen(actual));
}

template <class S>
std::string show(const S& value) {
  std::ostringstream text;
  text.precision(17);
  text << static_cast<double>(widen(value)) << " (0x" << std::hex;
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(S));
  text << bits << ")";
  return text.str();
}

/// The first element that differs, described; empty where none does.
std::string compare_elements(DType dtype, const char* tensor,
                             const std::vector<std::byte>& expected,
                             const std::vector<std::byte>& actual, bool signed_zeros = true) {
  if (expected.empty() || std::memcmp(expected.data(), actual.data(), expected.size()) == 0) {
    return {};
  }
  return visit_dtype(dtype, [&]<class S>(std::type_identity<S>) -> std::string {
    const auto* want = reinterpret_cast<const S*>(expected.data());
    const auto* have = reinterpret_cast<const S*>(actual.data());
    const std::size_t count = expected.size() / sizeof(S);
    std::size_t wrong = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (same(want[i], have[i], signed_zeros)) continue;
      if (wrong++ == 0) first = i;
    }
    if (wrong == 0) return {};
    return std::string(tensor) + "[" + std::to_string(first) + "] is " + show(have[first]) +
           ", expected exactly " + show(want[first]) + "; " + std::to_string(wrong) + " of " +
           std::to_string(count) + " elements differ";
  });
}

bool holds_nan(DType dtype, const std::vector<std::byte>& bytes) {
  return visit_dtype(dtype, [&]<class S>(std::type_identity<S>) {
    const std::span values(reinterpret_cast<const S*>(bytes.data()), bytes.size() / sizeof(S));
    return std::ranges::any_of(values, [](const S& value) { return std::isnan(widen(value)); });
  });
}

bool expects_nan(const Problem& problem, const ProblemData& data) {
  const auto is_nan = [](const ExpectedSlope& slope) { return std::isnan(slope.value); };
  return holds_nan(problem.dtype, data.expected) ||
         std::ranges::any_of(data.expected_dalpha, is_nan) ||
         std::ranges::any_of(data.expected_alpha_out, is_nan);
}

std::string compare_slopes(DType dtype, const char* operand,
                           const std::vector<ExpectedSlope>& expected,
                           const std::vector<std::byte>& actual,
                           reports::Verification& verification) {
  return visit_dtype(dtype, [&]<class A>(std::type_identity<A>) -> std::string {
    const auto* have = reinterpret_cast<const A*>(actual.data());
    std::string first;
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const auto [value, allowed] = expected[k];
      const auto actual_value = static_cast<double>(widen(have[k]));
      const double error = std::abs(actual_value - value);
      if (std::isfinite(error) && error > verification.max_error) {
        verification.max_error = error;
        verification.allowed = allowed;
      }
      if (matches(value, actual_value, allowed)) continue;
      if (wrong++ > 0) continue;
      std::ostringstream text;
      text.precision(17);
      text << operand << "[" << k << "] is " << show(have[k]) << ", expected " << value
           << " within " << allowed;
      first = text.str();
    }
    if (wrong == 0) return {};
    return first + "; " + std::to_string(wrong) + " of " + std::to_string(expected.size()) +
           " slopes differ";
  });
}

/// What a run leaves for alpha, besides dx.
struct AlphaResults {
  std::vector<std::byte> dalpha;
  std::vector<std::byte> alpha_out;
};

AlphaResults read_alpha_results(const Problem& problem, const OperandBuffers& buffers) {
  AlphaResults results;
  if (problem.direction == Direction::forward) return results;
  if (problem.update != AlphaUpdate::frozen) results.dalpha = buffers.read_dalpha();
  if (problem.update == AlphaUpdate::sgd) results.alpha_out = buffers.read_alpha_out();
  return results;
}

/// Runs once and compares; what is wrong, or an empty string.
std::string run_and_compare(Device& device, const Launch& launch, const Claims& claims,
                            const Case& c, const ProblemData& data, OperandBuffers& buffers,
                            unsigned char poison, std::optional<AlphaResults>& first,
                            reports::Verification& verification) {
  const bool forward = c.problem.direction == Direction::forward;
  buffers.prepare(data, poison);
  buffers.seal();
  try {
    device.run([&](Stream stream) { launch(buffers.operands(), stream); });
  } catch (...) {
    buffers.unseal();
    throw;
  }
  buffers.unseal();

  if (std::string damage = buffers.damage(data); !damage.empty()) return damage;
  verification.checked +=
      c.problem.shape.elements() +
      static_cast<std::int64_t>(data.expected_dalpha.size() + data.expected_alpha_out.size());
  if (std::string wrong = compare_elements(c.problem.dtype, forward ? "y" : "dx", data.expected,
                                           buffers.read_output(), claims.special_values);
      !wrong.empty()) {
    return wrong;
  }

  const DType dtype = c.problem.alpha_dtype;
  const AlphaResults results = read_alpha_results(c.problem, buffers);
  if (std::string wrong =
          compare_slopes(dtype, "dalpha", data.expected_dalpha, results.dalpha, verification);
      !wrong.empty()) {
    return wrong;
  }
  if (std::string wrong = compare_slopes(dtype, "alpha_out", data.expected_alpha_out,
                                         results.alpha_out, verification);
      !wrong.empty()) {
    return wrong;
  }
  if (!first) first = results;
  if (!claims.deterministic) return {};
  for (const auto& [operand, before, now] :
       {std::tuple("dalpha", &first->dalpha, &results.dalpha),
        std::tuple("alpha_out", &first->alpha_out, &results.alpha_out)}) {
    if (const std::string wrong = compare_elements(dtype, operand, *before, *now); !wrong.empty()) {
      return "not deterministic: in another run " + wrong;
    }
  }
  return {};
}

}  // namespace

bool matches(double expected, double actual, double allowed) {
  if (std::isnan(expected)) return std::isnan(actual);
  if (std::isinf(expected)) return actual == expected;
  return std::abs(actual - expected) <= allowed;  // false for a NaN, so a NaN never passes
}

void verify(Device& device, const Launch& launch, const Claims& claims, const Case& c,
            const Dataset& dataset, const ProblemData& data, OperandBuffers& buffers,
            Verdict& verdict) {
  const bool compare_runs = claims.deterministic && c.problem.direction == Direction::backward &&
                            dataset.kind == DataKind::random;
  const int least = compare_runs || expects_nan(c.problem, data) ? 2 : 1;
  const int runs = std::max(device.schedules(), least);
  std::optional<AlphaResults> first;
  for (int run = 0; run < runs && verdict.passed(); ++run) {
    device.use_schedule(run % device.schedules());
    const std::string wrong = run_and_compare(
        device, launch, claims, c, data, buffers,
        kPoisons[static_cast<std::size_t>(run) % kPoisons.size()], first, verdict.verification);
    if (!wrong.empty()) {
      verdict.mismatch = wrong + " (" + describe(dataset) + " data, seed " +
                         std::to_string(dataset.seed) + ", run " + std::to_string(run + 1) + ")";
    }
  }
}

}  // namespace prelu::harness
