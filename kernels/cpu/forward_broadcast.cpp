// Forward where alpha broadcasts along axes of its own (ONNX; Keras' shared_axes), vectorised, on
// all available cores: tile after tile in the order of memory, its slopes expanded first.
//
// forward_threaded knows more of how slopes repeat, and reads fewer of them.
#include <cstdint>

#include "broadcast_slopes.hpp"
#include "cut.hpp"
#include "dtype.hpp"
#include "folded_map.hpp"
#include "parallel.hpp"
#include "row_kernels.hpp"
#include "tile_slopes.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

template <class T, class A>
void forward(const Problem& problem, const Operands& operands) {
  const auto* x = static_cast<const T*>(operands.x);
  const auto* alpha = static_cast<const A*>(operands.alpha);
  auto* y = static_cast<T*>(operands.y);
  const cpu::RowKernels<T>& kernels = cpu::row_kernels<T>();
  const FoldedMap map(broadcast_map(problem));
  const std::int64_t elements = problem.shape.elements();
  const std::int64_t bytes = elements * std::int64_t{sizeof(T)};
  const cpu::RunOptions options{.at_zero = problem.at_zero,
                                .stores = cpu::stores_for(problem, bytes, 2)};
  cpu::for_each_item(cpu::ceil_div(elements, cpu::kTile), cpu::threads_for(bytes),
                     [&](std::int64_t tile) {
                       const std::int64_t begin = tile * cpu::kTile;
                       const std::int64_t count = std::min(cpu::kTile, elements - begin);
                       cpu::TileSlopes<T> slopes;
                       cpu::expand_broadcast<T>(alpha, map, begin, count, slopes);
                       kernels.forward_varying(
                           {.x = x + begin, .y = y + begin, .count = count, .rows = 1, .stride = 0},
                           slopes.data(), options);
                     });
}

void launch(const Problem& problem, const Operands& operands, Stream) {
  if (problem.shape.elements() == 0) return;
  visit_dtypes(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    forward<T, A>(problem, operands);
  });
}

}  // namespace

KernelVariant cpu_forward_broadcast() {
  return {
      .name = "cpu/forward_broadcast",
      .summary = "any broadcast of alpha, vectorised, all available cores",
      .backend = Backend::cpu,
      .direction = Direction::forward,
      .broadcasts = true,
      .launch = launch,
  };
}

}  // namespace prelu::variants
