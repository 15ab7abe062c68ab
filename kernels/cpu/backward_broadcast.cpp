// Backward where alpha broadcasts along axes of its own (ONNX; Keras' shared_axes), vectorised, on
// all available cores: dx and dalpha in one pass.
//
// A tile's slopes are expanded, and its sums kept, an element each; then they are added up slope by
// slope, in float64. backward_threaded knows more of how slopes repeat.
#include <algorithm>
#include <array>
#include <cstdint>

#include "broadcast_cut.hpp"
#include "broadcast_slopes.hpp"
#include "dtype.hpp"
#include "finish_slopes.hpp"
#include "folded_map.hpp"
#include "parallel.hpp"
#include "row_kernels.hpp"
#include "tile_slopes.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

/// One item of the cut: tile by tile, and each tile in all of the item's repetitions.
template <class T, class A>
class Worker {
 public:
  Worker(const Problem& problem, const Operands& operands, const cpu::RunOptions& options)
      : x_(static_cast<const T*>(operands.x)),
        dy_(static_cast<const T*>(operands.dy)),
        dx_(static_cast<T*>(operands.dx)),
        alpha_(static_cast<const A*>(operands.alpha)),
        options_(options),
        sums_(problem.update != AlphaUpdate::frozen),
        map_(broadcast_map(problem)) {}

  void run(const cpu::BroadcastCut& cut, const cpu::BroadcastCut::Item& item, double* row) const {
    for (std::int64_t begin = item.begin; begin < item.end; begin += cpu::kTile) {
      const std::int64_t count = std::min(cpu::kTile, item.end - begin);
      cpu::TileSlopes<T> slopes;
      cpu::expand_broadcast<T>(alpha_, map_, begin, count, slopes);
      for (std::int64_t first = item.first; first < item.last; first += cpu::kMostTermsInSum) {
        const std::int64_t last = std::min(item.last, first + cpu::kMostTermsInSum);
        tile(cut.period(), {.first = first, .last = last, .begin = begin, .end = begin + count},
             slopes.data(), row);
      }
    }
  }

 private:
  using Sum = accumulate_t<T>;

  void tile(std::int64_t period, const cpu::BroadcastCut::Item& item, const Sum* slopes,
            double* row) const {
    const std::int64_t count = item.end - item.begin;
    std::array<Sum, static_cast<std::size_t>(cpu::kTile)> sums;
    std::fill_n(sums.data(), sums_ ? count : 0, Sum{0});
    const std::int64_t at = item.first * period + item.begin;
    const cpu::BackwardRows<T> rows{.x = x_ + at,
                                    .dy = dy_ + at,
                                    .dx = dx_ + at,
                                    .count = count,
                                    .rows = item.last - item.first,
                                    .stride = period};
    if (sums_) {
      kernels_.backward_varying(rows, slopes, sums.data(), options_);
    } else {
      kernels_.dx_varying(rows, slopes, options_);
    }
    if (sums_) cpu::add_broadcast(sums.data(), map_, item.begin, count, row);
  }

  const T* x_;
  const T* dy_;
  T* dx_;
  const A* alpha_;
  cpu::RunOptions options_;
  bool sums_;
  FoldedMap map_;
  const cpu::RowKernels<T>& kernels_ = cpu::row_kernels<T>();
};

std::size_t workspace_bytes(const Problem& problem) {
  if (problem.update == AlphaUpdate::frozen) return 0;
  return static_cast<std::size_t>(cpu::BroadcastCut(problem).rows() * slope_count(problem)) *
         sizeof(double);
}

void launch(const Problem& problem, const Operands& operands, Stream) {
  const cpu::BroadcastCut cut(problem);
  const std::int64_t slopes = slope_count(problem);
  const bool frozen = problem.update == AlphaUpdate::frozen;
  auto* partial = static_cast<double*>(operands.workspace);
  const std::int64_t bytes =
      problem.shape.elements() * static_cast<std::int64_t>(size_of(problem.dtype));
  const int threads = cpu::threads_for(bytes);
  const cpu::RunOptions options{.at_zero = problem.at_zero,
                                .stores = cpu::stores_for(problem, bytes, 3)};
  if (!frozen) std::fill_n(partial, cut.rows() * slopes, 0.0);
  visit_dtypes(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const Worker<T, A> worker(problem, operands, options);
    cpu::for_each_item(cut.items(), threads, [&](std::int64_t i) {
      const cpu::BroadcastCut::Item item = cut.item(i);
      worker.run(cut, item, frozen ? nullptr : partial + item.row * slopes);
    });
    if (!frozen) cpu::finish_slopes<A>(problem, operands, partial, cut.rows(), slopes);
  });
}

}  // namespace

KernelVariant cpu_backward_broadcast() {
  return {
      .name = "cpu/backward_broadcast",
      .summary =
          "any broadcast of alpha, dx and dalpha in one pass, vectorised, all available cores",
      .backend = Backend::cpu,
      .direction = Direction::backward,
      .updates = {.gradient = true, .frozen = true, .sgd = true},
      .broadcasts = true,
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
