// Backward on all available cores, vectorised and fused: dx and dalpha in one pass.
//
// Each work item leaves one partial sum for each slope it met, in float64; a second stage adds
// them in a fixed order. Items do not depend on the number of threads, and so neither does dalpha.
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

#include "cut.hpp"
#include "dtype.hpp"
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
    partial[slope] += std::accumulate(sums + begin, sums + begin + map.inner, 0.0);
    if (++slope == map.count) slope = 0;
  }
}

/// dx, and the partial sums: partial[slice * count + slope]. Returns the number of slices.
template <class T, class A>
std::int64_t backward(const Problem& problem, const Tensors<T>& tensors, const A* alpha,
                      double* partial) {
  using Sum = accumulate_t<T>;
  const cpu::RowKernels<T>& kernels = cpu::row_kernels<T>();
  const AlphaMap map = alpha_map(problem);
  const std::int64_t bytes = problem.shape.elements() * std::int64_t{sizeof(T)};
  const int threads = cpu::threads_for(bytes);
  const cpu::RunOptions options{.at_zero = problem.at_zero,
                                .stores = cpu::stores_for(problem, bytes, 3)};

  if (!cpu::slopes_vary(map)) {
    const cpu::RunCut cut(problem);
    cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
      const auto [begin, count, slope, slice] = cut.piece(item);
      partial[slice * map.count + slope] =
          kernels.backward_uniform(tensors.run(begin, count), widen(alpha[slope]), options);
    });
    return cut.slices();
  }

  const cpu::TileCut cut(problem);
  cpu::for_each_item(cut.items(), threads, [&](std::int64_t item) {
    const cpu::TileCut::Tile tile = cut.tile(item);
    const std::int64_t length = cut.length(tile);
    cpu::TileSlopes<T> room;
    const Sum* slopes = cpu::expand_slopes<T>(alpha, map, tile.first_slope, length, room);
    std::array<Sum, static_cast<std::size_t>(cpu::kTile)> sums;
    std::fill_n(sums.data(), length, Sum{0});
    for (std::int64_t i = 0; i < tile.repetitions; ++i) {
      kernels.backward_varying(tensors.run(cut.begin(tile, i), cut.count(tile, i)), slopes,
                               sums.data(), options);
    }
    add_tile(sums.data(), length, map, tile.first_slope, partial + tile.slice * map.count);
  });
  return cut.slices();
}

/// dalpha from its partial sums, and from what it held where the problem accumulates.
template <class A>
void finish(const Problem& problem, const double* partial, std::int64_t slices, A* dalpha) {
  constexpr std::int64_t kBlock = 256;  // slopes summed side by side
  const std::int64_t count = alpha_map(problem).count;
  const int threads = cpu::threads_for(slices * count * std::int64_t{sizeof(double)});
  cpu::for_each_item(cpu::ceil_div(count, kBlock), threads, [&](std::int64_t block) {
    const std::int64_t first = block * kBlock;
    const std::int64_t slopes = std::min(kBlock, count - first);
    std::array<double, kBlock> sums{};
    for (std::int64_t slice = 0; slice < slices; ++slice) {
      const double* terms = partial + slice * count + first;
      for (std::int64_t k = 0; k < slopes; ++k) sums[static_cast<std::size_t>(k)] += terms[k];
    }
    for (std::int64_t k = 0; k < slopes; ++k) {
      const double before = problem.accumulate ? double{widen(dalpha[first + k])} : 0.0;
      dalpha[first + k] = narrow<A>(before + sums[static_cast<std::size_t>(k)]);
    }
  });
}

std::size_t workspace_bytes(const Problem& problem) {
  if (problem.shape.elements() == 0) return 0;
  const AlphaMap map = alpha_map(problem);
  const std::int64_t slices =
      cpu::slopes_vary(map) ? cpu::TileCut(problem).slices() : cpu::RunCut(problem).slices();
  return static_cast<std::size_t>(slices * map.count) * sizeof(double);
}

void launch(const Problem& problem, const Operands& operands, Stream) {
  visit_dtypes(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const Tensors<T> tensors{.x = static_cast<const T*>(operands.x),
                             .dy = static_cast<const T*>(operands.dy),
                             .dx = static_cast<T*>(operands.dx)};
    auto* partial = static_cast<double*>(operands.workspace);
    const std::int64_t slices =
        problem.shape.elements() == 0
            ? 0
            : backward(problem, tensors, static_cast<const A*>(operands.alpha), partial);
    finish(problem, partial, slices, static_cast<A*>(operands.dalpha));
  });
}

}  // namespace

KernelVariant cpu_backward_threaded() {
  return {
      .name = "cpu/backward_threaded",
      .summary = "dx and dalpha in one pass, vectorised, all available cores",
      .backend = Backend::cpu,
      .direction = Direction::backward,
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
