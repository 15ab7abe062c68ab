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

  switch (cpu::pattern_of(problem)) {
    case cpu::Pattern::runs: {
      const cpu::RunCut cut(problem);
      cpu::for_each_item(cut.items(), threads, [&](std::int64_t i) {
        const cpu::RunCut::Item item = cut.item(i);
        const cpu::RunSlopes<T> slopes = cpu::slopes_of_runs<T>(alpha, item);
        kernels.forward_uniform({.x = x + item.begin,
                                 .y = y + item.begin,
                                 .count = item.count,
                                 .rows = item.runs,
                                 .stride = cut.stride()},
                                slopes.data(), options);
      });
      return;
    }
    case cpu::Pattern::groups: {
      const cpu::GroupCut cut(problem);
      const std::int64_t inner = cut.map().inner;
      cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
        cpu::TileSlopes<T> room;
        cut.for_each_group(cut.item(item), [&](const cpu::GroupCut::Group& group) {
          cpu::fill_slopes<T>(alpha + group.first_slope, group.slopes, inner, room.data());
          kernels.forward_varying({.x = x + group.begin,
                                   .y = y + group.begin,
                                   .count = group.slopes * inner,
                                   .rows = group.rows,
                                   .stride = cut.stride()},
                                  room.data(), options);
        });
      });
      return;
    }
    case cpu::Pattern::tiles: break;
  }

  const cpu::TileCut cut(problem);
  if (cut.tiles() == 1) {
    cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
      const cpu::TileCut::Tile tile = cut.tile(item);
      cpu::TileSlopes<T> room;
      const auto* slopes =
          cpu::expand_slopes<T>(alpha, cut.map(), tile.first_slope, cut.length(tile), room);
      cut.for_each_block(tile, [&](const cpu::TileCut::Block& block) {
        kernels.forward_varying({.x = x + block.begin,
                                 .y = y + block.begin,
                                 .count = block.count,
                                 .rows = block.rows,
                                 .stride = cut.stride()},
                                slopes, options);
      });
    });
    return;
  }
  // Without sums to keep, the order of memory is better than tile after tile; but slopes that must
  // be widened first are used a few times.
  constexpr std::int64_t kTogether = std::is_same_v<A, accumulate_t<T>> ? 1 : 4;
  const std::int64_t repetitions = problem.shape.elements() / cut.stride();
  const std::int64_t slices = cpu::ceil_div(repetitions, kTogether);
  cpu::for_each_item(slices * cut.tiles(), threads, [&](std::int64_t item) {
    const cpu::TileCut::Tile tile = cut.tile(item % cut.tiles());
    const std::int64_t length = cut.length(tile);
    const std::int64_t first = item / cut.tiles() * kTogether;
    cpu::TileSlopes<T> room;
    const auto* slopes = cpu::expand_slopes<T>(alpha, cut.map(), tile.first_slope, length, room);
    const std::int64_t begin = first * cut.stride() + tile.begin;
    kernels.forward_varying({.x = x + begin,
                             .y = y + begin,
                             .count = length,
                             .rows = std::min(kTogether, repetitions - first),
                             .stride = cut.stride()},
                            slopes, options);
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
