// Backward where the slope changes from element to element (NHWC, [N, C]), fused: column sums.
//
// The tensor is a matrix of rows with one column a slope. A thread owns a pack of columns, keeps
// their slopes and sums in registers and walks down the rows, so nothing is divided and neighbours
// read neighbouring packs. The block's rows are then added in shared memory, and one partial sum a
// column and slice of rows is left for the second stage; with a single slice there is none. Column
// counts that are not a whole number of packs fall back to one column a thread.
#include <bit>

#include "backward.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "op.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::Pack;

constexpr int kBlockSize = 256;
constexpr int kMostThreadsAcross = 32;      // a warp reads 32 neighbouring packs: 512 bytes
constexpr std::int64_t kRowsPerThread = 4;  // at least, before the rows are cut into more slices

/// How the matrix is cut. Depends on the problem and on the width of a pack.
struct Cut {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t slices;  ///< of the rows
  int across;           ///< threads across the columns, a power of two; the rest go down the rows
};

Cut cut_for(const Problem& problem, std::int64_t pack) {
  const std::int64_t columns = alpha_map(problem).count;
  const std::int64_t rows = columns == 0 ? 0 : problem.shape.elements() / columns;
  const std::int64_t packs = std::max<std::int64_t>(1, columns / pack);
  const auto across = static_cast<int>(std::min<std::uint64_t>(
      std::bit_ceil(static_cast<std::uint64_t>(packs)), kMostThreadsAcross));
  const std::int64_t rows_per_pass = kBlockSize / across * kRowsPerThread;
  const std::int64_t most = cuda::ceil_div(rows, rows_per_pass);
  const std::int64_t wanted = cuda::ceil_div(cuda::kReductionBlocks, cuda::ceil_div(packs, across));
  return {.rows = rows,
          .columns = columns,
          .slices = std::max<std::int64_t>(1, std::min(most, wanted)),
          .across = across};
}

template <class P, class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize)
    backward_columns(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, Sum* partial,
                     A* dalpha, Cut cut, SlopeAtZero at_zero, bool accumulate) {
  __shared__ Sum sums[P::size][kBlockSize];
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread & (cut.across - 1);
  const int row_lane = thread / cut.across;
  const int down = kBlockSize / cut.across;
  const std::int64_t packs = cut.columns / P::size;
  const std::int64_t tile = blockIdx.x / cut.slices;
  const std::int64_t slice = blockIdx.x - tile * cut.slices;
  const std::int64_t pack = tile * cut.across + lane;

  Sum sum[P::size] = {};
  if (pack < packs) {
    Sum slopes[P::size];
    for (int k = 0; k < P::size; ++k) slopes[k] = static_cast<Sum>(alpha[pack * P::size + k]);
    const std::int64_t end = cut.rows * (slice + 1) / cut.slices;
    for (std::int64_t row = cut.rows * slice / cut.slices + row_lane; row < end; row += down) {
      const P x_pack = reinterpret_cast<const P*>(x)[row * packs + pack];
      const P dy_pack = reinterpret_cast<const P*>(dy)[row * packs + pack];
      P dx_pack;
      for (int k = 0; k < P::size; ++k) {
        const op::Slope<Sum> slope(slopes[k], at_zero);
        const auto x_k = static_cast<Sum>(x_pack.lane[k]);
        const auto dy_k = static_cast<Sum>(dy_pack.lane[k]);
        dx_pack.lane[k] = static_cast<T>(op::backward_dx(x_k, dy_k, slope));
        sum[k] += op::backward_dalpha(x_k, dy_k, slope);
      }
      reinterpret_cast<P*>(dx)[row * packs + pack] = dx_pack;
    }
  }

  for (int k = 0; k < P::size; ++k) sums[k][thread] = sum[k];
  __syncthreads();
  for (int half = down / 2; half > 0; half /= 2) {
    if (row_lane < half) {
      for (int k = 0; k < P::size; ++k) sums[k][thread] += sums[k][thread + half * cut.across];
    }
    __syncthreads();
  }
  if (row_lane == 0 && pack < packs) {
    for (int k = 0; k < P::size; ++k) {
      const std::int64_t column = pack * P::size + k;
      if (cut.slices == 1) {
        cuda::write_dalpha(dalpha, column, sums[k][thread], accumulate);
      } else {
        partial[column * cut.slices + slice] = sums[k][thread];
      }
    }
  }
}

Unsupported check(const Problem& problem) {
  const AlphaMap map = alpha_map(problem);
  if (problem.alpha_mode == AlphaMode::shared) return "needs more than one slope";
  if (map.inner > 1) return "needs a slope that changes with every element";
  return {};
}

std::size_t workspace_bytes(const Problem& problem) {
  // Narrow accesses cut otherwise than wide ones, and only the launch knows the alignment.
  const std::int64_t slices =
      std::max(cut_for(problem, 1).slices, cut_for(problem, cuda::pack_size(problem.dtype)).slices);
  return static_cast<std::size_t>(alpha_map(problem).count * slices *
                                  cuda::accumulator_bytes(problem));
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    auto* partial = static_cast<Sum*>(operands.workspace);
    const bool wide = alpha_map(problem).count % Pack<T>::size == 0 &&
                      cuda::aligned_to(sizeof(Pack<T>), operands.x, operands.dy, operands.dx);
    cuda::visit_pack<T>(wide, [&]<class P>(std::type_identity<P>) {
      const Cut cut = cut_for(problem, P::size);
      const std::int64_t tiles = cuda::ceil_div(cut.columns / P::size, cut.across);
      gpu::launch(backward_columns<P, T, A, Sum>,
                  {.grid = static_cast<unsigned>(tiles * cut.slices),
                   .block = kBlockSize,
                   .stream = stream},
                  typed.x, typed.alpha, typed.dy, typed.dx, partial, typed.dalpha, cut,
                  problem.at_zero, problem.accumulate);
      if (cut.slices > 1) {
        cuda::launch_sum_partials<Sum, A>(partial, cut.slices, problem, operands, stream);
      }
    });
  });
}

}  // namespace

KernelVariant cuda_backward_nhwc() {
  return {
      .name = "cuda/backward_nhwc",
      .summary = "fused, slopes along the innermost axis: column sums",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .promises = {.access_bits = 128,
                   .bytes_in_flight = 32,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = check,
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
