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

  cpu::BackwardRun<T> run(std::int64_t begin, std::int64_t count) const {
    return {.x = x + begin, .dy = dy + begin, .dx = dx + begin, .count = count};
  }
};

/// Adds the sums of a tile's elements to the partial sums of their slopes: whole runs of `inner`.
template <class Sum>
void add_tile(const Sum* sums, std::int64_t length, const AlphaMap& map, std::int64_t first_slope,
              double* partial) {
  std::fill_n(partial + first_slope, std::min(map.count - first_slope, length / map.inner), 0.0);
  std::int64_t slope = first_slope;
  for (std::int64_t begin = 0; begin < length; begin += map.inner) {
    partial[slope] += cpu::sum_of(sums + begin, map.inner);
    if (++slope == map.count) slope = 0;
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

  if (!cpu::slopes_vary(map)) {
    const cpu::RunCut cut(problem);
    cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
      const auto [begin, count, slope, slice] = cut.piece(item);
      const cpu::BackwardRun<T> run = tensors.run(begin, count);
      if (frozen) {
        kernels.dx_uniform(run, widen(alpha[slope]), options);
      } else {
        partial[slice * map.count + slope] =
            kernels.backward_uniform(run, widen(alpha[slope]), options);
      }
    });
    return;
  }

  const cpu::TileCut cut(problem);
  cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
    const cpu::TileCut::Tile tile = cut.tile(item);
    const std::int64_t length = cut.length(tile);
    cpu::TileSlopes<T> room;
    const Sum* slopes = cpu::expand_slopes<T>(alpha, map, tile.first_slope, length, room);
    std::array<Sum, static_cast<std::size_t>(cpu::kTile)> sums;
    std::fill_n(sums.data(), frozen ? 0 : length, Sum{0});
    for (std::int64_t i = 0; i < tile.repetitions; ++i) {
      const cpu::BackwardRun<T> run = tensors.run(cut.begin(tile, i), cut.count(tile, i));
      if (frozen) {
        kernels.dx_varying(run, slopes, options);
      } else {
        kernels.backward_varying(run, slopes, sums.data(), options);
      }
    }
    if (frozen) return;
    add_tile(sums.data(), length, map, tile.first_slope, partial + tile.slice * map.count);
  });
}

/// Partial sums of each slope.
std::int64_t slices_of(const Problem& problem) {
  if (problem.shape.elements() == 0) return 0;
  return cpu::slopes_vary(alpha_map(problem)) ? cpu::TileCut(problem).slices()
                                              : cpu::RunCut(problem).slices();
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
