// Backward, one slope after another: dx, and dalpha summed on the way, with a single thread.
//
// A slope's elements are visited together, so that its sum is one local variable; where slopes
// change from element to element this walks memory in strides, which is what makes it slow.
#include <cstdint>

#include "dtype.hpp"
#include "op.hpp"
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

void launch(const Problem& problem, const Operands& operands, Stream) {
  visit_dtypes(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using Sum = accumulate_t<T>;
    const auto* x = static_cast<const T*>(operands.x);
    const auto* alpha = static_cast<const A*>(operands.alpha);
    const auto* dy = static_cast<const T*>(operands.dy);
    auto* dx = static_cast<T*>(operands.dx);
    auto* dalpha = static_cast<A*>(operands.dalpha);
    const auto [inner, count] = alpha_map(problem);
    const std::int64_t elements = problem.shape.elements();

    for (std::int64_t k = 0; k < count; ++k) {
      const op::Slope<Sum> slope(widen(alpha[k]), problem.at_zero);
      BlockedSum sum;
      for (std::int64_t run = k * inner; run < elements; run += inner * count) {
        for (std::int64_t i = run; i < run + inner; ++i) {
          const Sum x_i = widen(x[i]);
          const Sum dy_i = widen(dy[i]);
          dx[i] = narrow<T>(op::backward_dx(x_i, dy_i, slope));
          sum.add(op::backward_dalpha(x_i, dy_i, slope));
        }
      }
      const double before = problem.accumulate ? double{widen(dalpha[k])} : 0.0;
      dalpha[k] = narrow<A>(before + sum.value());
    }
  });
}

}  // namespace

KernelVariant cpu_backward_naive() {
  return {
      .name = "cpu/backward_naive",
      .summary = "one thread, one slope at a time",
      .backend = Backend::cpu,
      .direction = Direction::backward,
      .launch = launch,
  };
}

}  // namespace prelu::variants
