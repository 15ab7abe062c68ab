#include "explain.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "choice.hpp"
#include "dtype.hpp"
#include "names.hpp"
#include "placement.hpp"

namespace prelu::harness {
namespace {

constexpr int kNameWidth = 26;

/// "6.42 MB"; bytes as they are below a thousand.
std::string format_bytes(double bytes) {
  constexpr double kThousand = 1000;
  constexpr std::array kUnits{"B", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= kThousand && unit + 1 < kUnits.size()) {
    bytes /= kThousand;
    ++unit;
  }
  std::ostringstream text;
  text.precision(3);
  text << bytes << ' ' << kUnits[unit];
  return text.str();
}

std::string format_bytes(std::size_t bytes) { return format_bytes(static_cast<double>(bytes)); }
std::string format_bytes(std::int64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

/// "x and y of 6.42 MB each, alpha of 1.02 KB"
std::string operands_of(const Problem& problem) {
  const auto tensor = problem.shape.elements() * static_cast<std::int64_t>(size_of(problem.dtype));
  const auto slopes =
      slope_count(problem) * static_cast<std::int64_t>(size_of(problem.alpha_dtype));
  const bool forward = problem.direction == Direction::forward;
  std::string text = forward ? "x and y" : "x, dy and dx";
  text += " of " + format_bytes(tensor) + " each; ";
  if (forward || problem.update == AlphaUpdate::frozen) {
    text += "alpha";
  } else if (problem.update == AlphaUpdate::sgd) {
    text += "alpha and dalpha, read and written,";
  } else {
    text += problem.accumulate ? "alpha, and dalpha read and written," : "alpha and dalpha";
  }
  return text + " of " + format_bytes(slopes);
}

/// What every tensor is aligned to: cudaMalloc's 256 bytes at most.
int alignment_of(const Case& c) {
  constexpr std::uint64_t kAllocation = 256;
  std::uint64_t bytes = 0;
  for (const char* tensor : {"x", "y", "dy", "dx"}) bytes |= offset_bytes(c, tensor);
  return static_cast<int>(std::min(
      kAllocation, bytes == 0 ? kAllocation : std::uint64_t{1} << std::countr_zero(bytes)));
}

void line(std::ostream& out, std::string_view name, std::string_view text) {
  constexpr int kIndent = 4;
  out << std::string(kIndent, ' ') << name
      << std::string(
             static_cast<std::size_t>(std::max(1, kNameWidth - static_cast<int>(name.size()))), ' ')
      << text << '\n';
}

void show_choice(std::ostream& out, Backend backend, const Problem& problem, const Choice& choice) {
  if (choice.variant == nullptr) {
    out << name(backend) << ": nothing here computes it\n";
    return;
  }
  out << name(backend) << ": " << choice.variant->name << '\n';
  out << "  what       " << choice.variant->summary << '\n';
  out << "  because    " << choice.rule->when << '\n';
  out << "  gains      " << choice.rule->why << '\n';
  out << "  evidence   " << choice.rule->evidence << '\n';
  out << "  workspace  " << format_bytes(workspace_bytes(*choice.variant, problem));
  if (const auto zeroed = zeroed_workspace_bytes(*choice.variant, problem); zeroed > 0) {
    out << ", its first " << zeroed << " bytes zeroed once";
  }
  out << '\n';
  if (!choice.variant->deterministic) out << "  dalpha     its last bits vary from run to run\n";
}

/// What else computes the problem, in order of preference, and what refuses it.
void show_others(std::ostream& out, Backend backend, const Problem& problem, const Choice& choice) {
  std::set<std::string_view> shown{choice.variant == nullptr ? "" : choice.variant->name};
  std::ostringstream next;
  std::ostringstream unwanted;
  for (const auto& [rule, outcome, reason] : choice.considered) {
    if (outcome != Outcome::next || !shown.insert(rule->variant).second) continue;
    line(next, rule->variant, rule->why);
  }
  for (const auto& [rule, outcome, reason] : choice.considered) {
    const bool serves = !unsupported(*find_variant(rule->variant), problem);
    if (outcome != Outcome::unwanted || !serves || !shown.insert(rule->variant).second) continue;
    line(unwanted, rule->variant, "preferred only where " + std::string(rule->when));
  }
  std::ostringstream refused;
  std::ostringstream unruled;
  for (const KernelVariant& variant : registry()) {
    if (variant.backend != backend || variant.direction != problem.direction) continue;
    if (const Unsupported reason = unsupported(variant, problem)) {
      line(refused, variant.name, reason.reason());
    } else if (!shown.contains(variant.name)) {
      line(unruled, variant.name, variant.summary);
    }
  }
  const auto show = [&out](std::string_view title, const std::ostringstream& lines) {
    if (!lines.view().empty()) out << "  " << title << '\n' << lines.view();
  };
  show("would come next", next);
  show("not preferred here", unwanted);
  show("computes it too, but no rule prefers it", unruled);
  show("refuses it", refused);
}

}  // namespace

std::string explain(const Case& c, const GpuTraits& gpu, bool assumed) {
  if (!c.variant.empty()) {
    throw std::invalid_argument("--explain wants a problem: the direction, " +
                                std::string(name(c.problem.direction)) + ", in the place of '" +
                                c.variant + "'");
  }
  const Problem& problem = c.problem;
  std::ostringstream out;
  out << name(problem.direction) << '/' << problem_name(c) << '\n';
  out << "  must move  " << format_bytes(minimal_bytes(problem)) << ": " << operands_of(problem)
      << '\n';
  out << "  GPU        " << gpu.name << (assumed ? " (assumed)" : "") << ": compute capability "
      << gpu.compute_capability / 10 << '.' << gpu.compute_capability % 10 << ", " << gpu.sms
      << " multiprocessors, " << (gpu.l2_bytes >> 20) << " MiB of L2 cache\n";
  for (const Backend backend : {Backend::cuda, Backend::cpu}) {
    const auto has = [&](bool absent) {
      return std::ranges::any_of(registry(), [&](const KernelVariant& variant) {
        return variant.backend == backend && is_absent(variant) == absent;
      });
    };
    if (!has(false)) {
      if (has(true)) {
        out << name(backend)
            << ": built without it; prelu-simt --explain answers for its kernels\n";
      }
      continue;
    }
    const Choice choice =
        choose(backend, {.problem = problem, .gpu = gpu, .alignment = alignment_of(c)});
    show_choice(out, backend, problem, choice);
    show_others(out, backend, problem, choice);
  }
  return out.str();
}

}  // namespace prelu::harness
