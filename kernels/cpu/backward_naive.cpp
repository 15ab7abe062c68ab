// Backward, one element after another, with a single thread: dx, and on the way a sum a slope.
//
// It serves every problem, and is the yardstick for the rest. The sums lie in the workspace, so
// that any map from elements to slopes will do.
#include <cstdint>
#include <memory>
#include <span>

#include "dtype.hpp"
#include "finish_slopes.hpp"
#include "op.hpp"
#include "slope_map.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

/// A float64 sum in blocks: one long chain of float64 additions would drift by more than a f64
/// problem's bound when millions of terms are equal.
class BlockedSum {
 public:
  void add(double term) {
    block_ += term;
    if (++terms_ % kBlock != 0) return;
    total_ += block_;
    block_ = 0;
  }

  double value() const { return total_ + block_; }

 private:
  static constexpr std::int64_t kBlock = 4096;
  double total_ = 0;
  double block_ = 0;
  std::int64_t terms_ = 0;
};

std::size_t workspace_bytes(const Problem& problem) {
  if (problem.update == AlphaUpdate::frozen) return 0;
  return static_cast<std::size_t>(slope_count(problem)) * sizeof(BlockedSum);
}

void launch(const Problem& problem, const Operands& operands, Stream) {
  const std::int64_t elements = problem.shape.elements();
  const bool wants_sums = problem.update != AlphaUpdate::frozen;
  const std::span sums(static_cast<BlockedSum*>(operands.workspace),
                       wants_sums ? static_cast<std::size_t>(slope_count(problem)) : 0);
  std::ranges::uninitialized_fill(sums, BlockedSum{});

  visit_dtypes(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using Sum = accumulate_t<T>;
    const auto* x = static_cast<const T*>(operands.x);
    const auto* alpha = static_cast<const A*>(operands.alpha);
    const auto* dy = static_cast<const T*>(operands.dy);
    auto* dx = static_cast<T*>(operands.dx);
    visit_map(problem, [&](const auto& alpha_of) {
      for (std::int64_t i = 0; i < elements; ++i) {
        const std::int64_t k = alpha_of(i);
        const op::Slope<Sum> slope(widen(alpha[k]), problem.at_zero);
        const Sum x_i = widen(x[i]);
        const Sum dy_i = widen(dy[i]);
        dx[i] = narrow<T>(op::backward_dx(x_i, dy_i, slope));
        if (!wants_sums) continue;
        sums[static_cast<std::size_t>(k)].add(op::backward_dalpha(x_i, dy_i, slope));
      }
    });
    for (std::size_t k = 0; k < sums.size(); ++k) {
      cpu::finish_slope<A>(problem, operands, static_cast<std::int64_t>(k), sums[k].value());
    }
  });
}

}  // namespace

KernelVariant cpu_backward_naive() {
  return {
      .name = "cpu/backward_naive",
      .summary = "one thread, one element at a time",
      .backend = Backend::cpu,
      .direction = Direction::backward,
      .updates = {.gradient = true, .frozen = true, .sgd = true},
      .broadcasts = true,
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
