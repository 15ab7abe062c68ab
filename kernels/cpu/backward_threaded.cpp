// Backward on all available cores, vectorised and fused: dx and dalpha in one pass.
//
// Each work item leaves one partial sum for each slope it met, in float64; a second stage adds
// them in a fixed order. Items do not depend on the number of threads, and so neither does dalpha.
#include <algorithm>
#include <array>
#include <cstdint>

#include "cut.hpp"
#include "dtype.hpp"
#include "finish_slopes.hpp"
#include "parallel.hpp"
#include "row_kernels.hpp"
#include "tile_slopes.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

template <class T>
struct Tensors {
  const T* x;
  const T* dy;
  T* dx;

  cpu::BackwardRows<T> rows(const cpu::TileCut::Block& block, std::int64_t stride) const {
    return {.x = x + block.begin,
            .dy = dy + block.begin,
            .dx = dx + block.begin,
            .count = block.count,
            .rows = block.rows,
            .stride = stride};
  }
};

/// Adds the sums of a tile's elements to the partial sums of their slopes: whole runs of `inner`.
template <class T>
void add_tile(const accumulate_t<T>* sums, std::int64_t length, const AlphaMap& map,
              std::int64_t first_slope, double* partial) {
  const std::int64_t slopes = std::min(map.count - first_slope, length / map.inner);
  std::fill_n(partial + first_slope, slopes, 0.0);
  for (std::int64_t begin = 0; begin < length; begin += slopes * map.inner) {
    cpu::row_kernels<T>().sum_runs(sums + begin, slopes, map.inner, partial + first_slope);
  }
}

/// dx and, unless alpha is frozen, the partial sums: partial[slice * count + slope].
template <class T, class A>
void backward(const Problem& problem, const Tensors<T>& tensors, const A* alpha, double* partial) {
  using Sum = accumulate_t<T>;
  const cpu::RowKernels<T>& kernels = cpu::row_kernels<T>();
  const AlphaMap map = alpha_map(problem);
  const bool frozen = problem.update == AlphaUpdate::frozen;
  const std::int64_t bytes = problem.shape.elements() * std::int64_t{sizeof(T)};
  const int threads = cpu::threads_for(bytes);
  const cpu::RunOptions options{.at_zero = problem.at_zero,
                                .stores = cpu::stores_for(problem, bytes, 3)};

  switch (cpu::pattern_of(problem)) {
    case cpu::Pattern::runs: {
      const cpu::RunCut cut(problem);
      cpu::for_each_item(cut.items(), threads, [&](std::int64_t i) {
        const cpu::RunCut::Item item = cut.item(i);
        const cpu::RunSlopes<T> slopes = cpu::slopes_of_runs<T>(alpha, item);
        const cpu::BackwardRows<T> rows = tensors.rows(
            {.begin = item.begin, .count = item.count, .rows = item.runs}, cut.stride());
        if (frozen) {
          kernels.dx_uniform(rows, slopes.data(), options);
        } else {
          kernels.backward_uniform(rows, slopes.data(),
                                   partial + item.slice * map.count + item.first_slope, options);
        }
      });
      return;
    }
    case cpu::Pattern::groups: {
      const cpu::GroupCut cut(problem);
      cpu::for_each_item(cut.items(), threads, [&](std::int64_t i) {
        const cpu::GroupCut::Item item = cut.item(i);
        double* slice = frozen ? nullptr : partial + item.slice * map.count;
        if (!frozen) std::fill(slice + item.first_slope, slice + item.last_slope, 0.0);
        cpu::TileSlopes<T> slopes;
        std::array<Sum, static_cast<std::size_t>(cpu::kTile)> terms;
        cut.for_each_group(item, [&](const cpu::GroupCut::Group& group) {
          const std::int64_t length = group.slopes * map.inner;
          cpu::fill_slopes<T>(alpha + group.first_slope, group.slopes, map.inner, slopes.data());
          const cpu::BackwardRows<T> rows = tensors.rows(
              {.begin = group.begin, .count = length, .rows = group.rows}, cut.stride());
          if (frozen) {
            kernels.dx_varying(rows, slopes.data(), options);
            return;
          }
          std::fill_n(terms.data(), length, Sum{0});
          kernels.backward_varying(rows, slopes.data(), terms.data(), options);
          kernels.sum_runs(terms.data(), group.slopes, map.inner, slice + group.first_slope);
        });
      });
      return;
    }
    case cpu::Pattern::tiles: break;
  }

  const cpu::TileCut cut(problem);
  cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
    const cpu::TileCut::Tile tile = cut.tile(item);
    const std::int64_t length = cut.length(tile);
    cpu::TileSlopes<T> room;
    const Sum* slopes = cpu::expand_slopes<T>(alpha, map, tile.first_slope, length, room);
    std::array<Sum, static_cast<std::size_t>(cpu::kTile)> sums;
    std::fill_n(sums.data(), frozen ? 0 : length, Sum{0});
    cut.for_each_block(tile, [&](const cpu::TileCut::Block& block) {
      const cpu::BackwardRows<T> rows = tensors.rows(block, cut.stride());
      if (frozen) {
        kernels.dx_varying(rows, slopes, options);
      } else {
        kernels.backward_varying(rows, slopes, sums.data(), options);
      }
    });
    if (frozen) return;
    add_tile<T>(sums.data(), length, map, tile.first_slope, partial + tile.slice * map.count);
  });
}

/// Partial sums of each slope.
std::int64_t slices_of(const Problem& problem) {
  if (problem.shape.elements() == 0) return 0;
  switch (cpu::pattern_of(problem)) {
    case cpu::Pattern::runs: return cpu::RunCut(problem).slices();
    case cpu::Pattern::groups: return cpu::GroupCut(problem).slices();
    case cpu::Pattern::tiles: break;
  }
  return cpu::TileCut(problem).slices();
}

std::size_t workspace_bytes(const Problem& problem) {
  if (problem.update == AlphaUpdate::frozen) return 0;
  return static_cast<std::size_t>(slices_of(problem) * alpha_map(problem).count) * sizeof(double);
}

void launch(const Problem& problem, const Operands& operands, Stream) {
  visit_dtypes(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const Tensors<T> tensors{.x = static_cast<const T*>(operands.x),
                             .dy = static_cast<const T*>(operands.dy),
                             .dx = static_cast<T*>(operands.dx)};
    auto* partial = static_cast<double*>(operands.workspace);
    if (problem.shape.elements() > 0) {
      backward(problem, tensors, static_cast<const A*>(operands.alpha), partial);
    }
    if (problem.update == AlphaUpdate::frozen) return;
    cpu::finish_slopes<A>(problem, operands, partial, slices_of(problem), alpha_map(problem).count);
  });
}

}  // namespace

KernelVariant cpu_backward_threaded() {
  return {
      .name = "cpu/backward_threaded",
      .summary = "dx and dalpha in one pass, vectorised, all available cores",
      .backend = Backend::cpu,
      .direction = Direction::backward,
      .updates = {.gradient = true, .frozen = true, .sgd = true},
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
