// Forward on all available cores, vectorised.
//
// PReLU moves two elements for one product, so memory decides: each thread streams through one
// contiguous part of the tensor, and large results bypass the caches. How slopes are laid out only
// decides how the tensor is cut.
#include <cstdint>

#include "cut.hpp"
#include "dtype.hpp"
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
  const std::int64_t bytes = problem.shape.elements() * std::int64_t{sizeof(T)};
  const int threads = cpu::threads_for(bytes);
  const cpu::RunOptions options{.at_zero = problem.at_zero,
                                .stores = cpu::stores_for(problem, bytes, 2)};

  if (!cpu::slopes_vary(alpha_map(problem))) {
    const cpu::RunCut cut(problem);
    cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
      const auto [begin, count, slope, slice] = cut.piece(item);
      kernels.forward_uniform({.x = x + begin, .y = y + begin, .count = count}, widen(alpha[slope]),
                              options);
    });
    return;
  }

  const cpu::TileCut cut(problem);
  cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
    const cpu::TileCut::Tile tile = cut.tile(item);
    cpu::TileSlopes<T> room;
    const auto* slopes =
        cpu::expand_slopes<T>(alpha, cut.map(), tile.first_slope, cut.length(tile), room);
    for (std::int64_t i = 0; i < tile.repetitions; ++i) {
      const std::int64_t begin = cut.begin(tile, i);
      kernels.forward_varying({.x = x + begin, .y = y + begin, .count = cut.count(tile, i)}, slopes,
                              options);
    }
  });
}

void launch(const Problem& problem, const Operands& operands, Stream) {
  if (problem.shape.elements() == 0) return;
  visit_dtypes(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    forward<T, A>(problem, operands);
  });
}

}  // namespace

KernelVariant cpu_forward_threaded() {
  return {
      .name = "cpu/forward_threaded",
      .summary = "vectorised, all available cores",
      .backend = Backend::cpu,
      .direction = Direction::forward,
      .launch = launch,
  };
}

}  // namespace prelu::variants
