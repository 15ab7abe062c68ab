// Forward, one element after another: what one would write first, and the yardstick for the rest.
#include <cstdint>

#include "dtype.hpp"
#include "op.hpp"
#include "slope_map.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

void launch(const Problem& problem, const Operands& operands, Stream) {
  visit_dtypes(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    using Sum = accumulate_t<T>;
    const auto* x = static_cast<const T*>(operands.x);
    const auto* alpha = static_cast<const A*>(operands.alpha);
    auto* y = static_cast<T*>(operands.y);
    const std::int64_t elements = problem.shape.elements();

    visit_map(problem, [&](const auto& alpha_of) {
      for (std::int64_t i = 0; i < elements; ++i) {
        const op::Slope<Sum> slope(widen(alpha[alpha_of(i)]), problem.at_zero);
        y[i] = narrow<T>(op::forward<Sum>(widen(x[i]), slope));
      }
    });
  });
}

}  // namespace

KernelVariant cpu_forward_naive() {
  return {
      .name = "cpu/forward_naive",
      .summary = "one thread, one element at a time",
      .backend = Backend::cpu,
      .direction = Direction::forward,
      .broadcasts = true,
      .launch = launch,
  };
}

}  // namespace prelu::variants
