// Backward for one slope a channel in NCHW, fused: a block owns a channel and a slice of its
// planes.
//
// All of a block's elements share a slope, so it is read once and summed in registers. A channel
// has n planes of `spatial` elements; they are cut into pieces, and the pieces into slices, so that
// few channels still fill the GPU. Several planes share a block when they are small: a group of
// threads, a power of two so that nothing is divided, walks each. Planes that are not a whole
// number of 16-byte packs (7x7) are read element by element: right, but far from the limit.
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
constexpr std::int64_t kPieceBytes = 65536;  // of a plane: what one group of threads walks at once

/// How a channel is cut. Depends on the problem alone, so that the order of the sums does too.
struct Cut {
  std::int64_t piece;      ///< elements of a piece; the last of a plane may be shorter
  std::int64_t per_plane;  ///< pieces of a plane
  std::int64_t pieces;     ///< pieces of a channel: n * per_plane
  std::int64_t slices;     ///< blocks of a channel
  int group;               ///< threads that walk one piece together
};

Cut cut_for(const Problem& problem) {
  const Shape& shape = problem.shape;
  const std::int64_t pack = cuda::pack_size(problem.dtype);
  const std::int64_t piece = kPieceBytes / static_cast<std::int64_t>(size_of(problem.dtype));
  const std::int64_t per_plane = cuda::ceil_div(shape.spatial, piece);
  const std::int64_t pieces = shape.n * per_plane;
  const auto packs = static_cast<std::uint64_t>(
      std::max<std::int64_t>(1, cuda::ceil_div(std::min(shape.spatial, piece), pack)));
  const auto group = static_cast<int>(std::min<std::uint64_t>(std::bit_ceil(packs), kBlockSize));
  const std::int64_t pieces_per_pass = kBlockSize / group;
  const std::int64_t most = cuda::ceil_div(pieces, pieces_per_pass);
  const std::int64_t wanted =
      cuda::ceil_div(cuda::kReductionBlocks, std::max<std::int64_t>(1, shape.c));
  return {.piece = piece,
          .per_plane = per_plane,
          .pieces = pieces,
          .slices = std::max<std::int64_t>(1, std::min(most, wanted)),
          .group = group};
}

template <class P, class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize)
    backward_slices(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, Sum* partial,
                    Shape shape, Cut cut, SlopeAtZero at_zero) {
  const std::int64_t channel = blockIdx.x / cut.slices;
  const std::int64_t slice = blockIdx.x - channel * cut.slices;
  const std::int64_t end = cut.pieces * (slice + 1) / cut.slices;
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread & (cut.group - 1);
  const int groups = kBlockSize / cut.group;
  const op::Slope<Sum> slope(static_cast<Sum>(alpha[channel]), at_zero);

  Sum sum{0};
  for (std::int64_t piece = cut.pieces * slice / cut.slices + thread / cut.group; piece < end;
       piece += groups) {
    const std::int64_t n = piece / cut.per_plane;
    const std::int64_t within = (piece - n * cut.per_plane) * cut.piece;
    const std::int64_t start = (n * shape.c + channel) * shape.spatial + within;
    const std::int64_t left = shape.spatial - within;
    const std::int64_t packs = (left < cut.piece ? left : cut.piece) / P::size;
    const auto* x_packs = reinterpret_cast<const P*>(x + start);
    const auto* dy_packs = reinterpret_cast<const P*>(dy + start);
    auto* dx_packs = reinterpret_cast<P*>(dx + start);
    for (std::int64_t i = lane; i < packs; i += cut.group) {
      dx_packs[i] = cuda::backward_pack<T>(x_packs[i], dy_packs[i], slope, sum);
    }
  }

  const Sum block = gpu::block_sum<kBlockSize>(sum);
  if (thread == 0) partial[blockIdx.x] = block;
}

Unsupported check(const Problem& problem) {
  if (problem.alpha_mode != AlphaMode::per_channel || problem.layout != Layout::nchw) {
    return "needs one slope a channel in nchw";
  }
  return {};
}

std::size_t workspace_bytes(const Problem& problem) {
  return static_cast<std::size_t>(problem.shape.c * cut_for(problem).slices *
                                  cuda::accumulator_bytes(problem));
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    const Cut cut = cut_for(problem);
    auto* partial = static_cast<Sum*>(operands.workspace);
    const bool wide = problem.shape.spatial % Pack<T>::size == 0 &&
                      cuda::aligned_to(sizeof(Pack<T>), operands.x, operands.dy, operands.dx);
    cuda::visit_pack<T>(wide, [&]<class P>(std::type_identity<P>) {
      gpu::launch(backward_slices<P, T, A, Sum>,
                  {.grid = static_cast<unsigned>(problem.shape.c * cut.slices),
                   .block = kBlockSize,
                   .stream = stream},
                  typed.x, typed.alpha, typed.dy, typed.dx, partial, problem.shape, cut,
                  problem.at_zero);
    });
    cuda::launch_sum_partials<Sum, A>(partial, cut.slices, problem, operands, stream);
  });
}

}  // namespace

KernelVariant cuda_backward_plane() {
  return {
      .name = "cuda/backward_plane",
      .summary = "fused, NCHW: a block a channel and slice of its planes",
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
