// Backward for one slope a channel in NCHW, fused: a block owns a channel and a slice of its
// planes.
//
// All of a block's elements share a slope, so it is read once and summed in registers. A channel
// has n planes of `spatial` elements, each cut into pieces; the pieces are dealt to as many blocks
// as make a full wave, so that 64 channels fill 132 SMs too. Several planes share a block when they
// are small: a group of threads, a power of two so that nothing is divided, walks each. A plane may
// begin anywhere: only its edges are read element by element. The last block of a channel to finish
// adds the channel's partial sums, so one launch is enough.
//
// It wins on planes of 28 x 28 and more, where a group's threads all have packs to read. On smaller
// ones most of a group idles, and a plane of 7 x 7 in fp16, 98 bytes, is mostly edges: that is
// backward_period's. (Derived; not yet measured on a GPU.)
#include <algorithm>
#include <bit>

#include "backward.cuh"
#include "block_sum.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "last_block.cuh"
#include "op.hpp"
#include "stretch.cuh"
#include "sum_partials.cuh"
#include "variant.hpp"
#include "wave.cuh"

namespace prelu::variants {
namespace {

using cuda::Pack;

constexpr int kBlockSize = 256;
constexpr int kPieceBytes = 65536;  // of a plane: what one group of threads walks at once

/// How a channel is cut. Depends on the problem alone, so that the order of the sums does too.
struct Cut {
  int piece;  ///< elements of a piece; the last of a plane may be shorter
  std::int64_t
      per_plane;        ///< pieces of a plane; a block has a single group where there are several
  std::int64_t pieces;  ///< pieces of a channel: n * per_plane
  std::int64_t slices;  ///< blocks of a channel
  std::int64_t pieces_per_slice;
  int group;  ///< threads that walk one piece together
};

Cut cut_for(const Problem& problem) {
  const Shape& shape = problem.shape;
  const std::int64_t pack = cuda::pack_size(problem.dtype);
  const int piece = kPieceBytes / static_cast<int>(size_of(problem.dtype));
  const std::int64_t per_plane = std::max<std::int64_t>(1, cuda::ceil_div(shape.spatial, piece));
  const std::int64_t pieces = shape.n * per_plane;
  const auto packs = static_cast<std::uint64_t>(
      cuda::ceil_div(std::min<std::int64_t>(shape.spatial, piece), pack));
  const auto group = static_cast<int>(
      std::clamp<std::uint64_t>(std::bit_ceil(packs), cuda::kLeastGroup, kBlockSize));
  const std::int64_t most = cuda::ceil_div(pieces, kBlockSize / group);
  const std::int64_t wanted = cuda::slices_for(std::max<std::int64_t>(1, shape.c));
  const std::int64_t pieces_per_slice =
      cuda::ceil_div(pieces, std::clamp<std::int64_t>(most, 1, wanted));
  return {.piece = piece,
          .per_plane = per_plane,
          .pieces = pieces,
          .slices = pieces == 0 ? 1 : cuda::ceil_div(pieces, pieces_per_slice),
          .pieces_per_slice = pieces_per_slice,
          .group = group};
}

template <class P, class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize, cuda::kBlocksPerSm)
    backward_plane(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, Sum* partial,
                   unsigned* tickets, A* dalpha, Shape shape, Cut cut, SlopeAtZero at_zero,
                   bool accumulate) {
  const std::int64_t channel = blockIdx.x / cut.slices;
  const std::int64_t slice = blockIdx.x - channel * cut.slices;
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread & (cut.group - 1);
  const int groups = kBlockSize / cut.group;
  const op::Slope<Sum> slope(static_cast<Sum>(alpha[channel]), at_zero);

  const std::int64_t first = slice * cut.pieces_per_slice + thread / cut.group;
  const std::int64_t end = (slice + 1) * cut.pieces_per_slice;
  const std::int64_t pieces = (end < cut.pieces ? end : cut.pieces) - first;
  int left = static_cast<int>(pieces + groups - 1) / groups;
  const std::int64_t n = first / cut.per_plane;
  int part = static_cast<int>(first - n * cut.per_plane);
  std::int64_t plane = (n * shape.c + channel) * shape.spatial;
  Sum sum{0};
#pragma unroll 1
  for (; left > 0; --left) {
    const std::int64_t start = plane + std::int64_t{part} * cut.piece;
    const std::int64_t rest = plane + shape.spatial - start;
    const int elements = rest < cut.piece ? static_cast<int>(rest) : cut.piece;
    sum +=
        cuda::walk_stretch<P>(x + start, dy + start, dx + start, elements, lane, cut.group, slope);
    // Either a plane is one piece, or a block is one group.
    if (++part < cut.per_plane) continue;
    part = 0;
    plane += groups * shape.c * shape.spatial;
  }

  Sum total = gpu::block_sum<kBlockSize>(sum);
  if (cut.slices > 1) {
    Sum* const of_channel = partial + channel * cut.slices;
    if (thread == 0) of_channel[slice] = total;
    if (!cuda::finishes_last(tickets + channel, cut.slices)) return;
    total = cuda::sum_partials<kBlockSize>(of_channel, cut.slices);
  }
  if (thread == 0) cuda::write_dalpha(dalpha, channel, total, accumulate);
}

Unsupported check(const Problem& problem) {
  if (problem.alpha_mode != AlphaMode::per_channel || problem.layout != Layout::nchw) {
    return "needs one slope a channel in nchw";
  }
  return {};
}

std::size_t workspace_bytes(const Problem& problem) {
  const std::int64_t slices = cut_for(problem).slices;
  if (slices == 1) return 0;
  return cuda::kTicketBytes +
         static_cast<std::size_t>(problem.shape.c * slices * cuda::accumulator_bytes(problem));
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    const Cut cut = cut_for(problem);
    cuda::visit_pack<T>(cuda::aligned_alike(operands), [&]<class P>(std::type_identity<P>) {
      gpu::launch(backward_plane<P, T, A, Sum>,
                  {.grid = static_cast<unsigned>(problem.shape.c * cut.slices),
                   .block = kBlockSize,
                   .stream = stream},
                  typed.x, typed.alpha, typed.dy, typed.dx, cuda::after_tickets<Sum>(operands),
                  cuda::tickets(operands), typed.dalpha, problem.shape, cut, problem.at_zero,
                  problem.accumulate);
    });
  });
}

}  // namespace

KernelVariant cuda_backward_plane() {
  return {
      .name = "cuda/backward_plane",
      .summary = "fused, NCHW: a block a channel and slice of its planes",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .promises = {.accesses_per_element = 3,
                   .overhead = 0.05,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = check,
      .workspace_bytes = workspace_bytes,
      .zeroed_workspace_bytes = cuda::kTicketBytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
