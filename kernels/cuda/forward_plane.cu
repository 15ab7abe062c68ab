// Forward for one slope a channel in NCHW (or one for all): a block stays in one plane.
//
// The grid is (pieces of a plane) x (channels) x (samples), so a block knows its plane without a
// division and reads its slope once; what is left is a copy with a multiplication. A piece is what
// the block's threads hold at once, four 16-byte packs each, all asked for before the first is
// used. Planes need not start on a 16-byte boundary (7x7 in f16 is 98 bytes): the elements before
// the first boundary and after the last whole pack are peeled off, and the first piece's threads
// take one each.
//
// Wins: planes of 8 KiB and more, where each of a block's threads has its four packs (derived; not
// yet measured on a GPU). Loses: smaller planes, right but with part of a block idle;
// forward_packed serves those. Where x and y lie differently to a 16-byte boundary no
// peeling aligns both, and the accesses are of one element.
#include <algorithm>

#include "dtype.hpp"
#include "element.cuh"
#include "forward.cuh"
#include "gpu.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

using cuda::Pack;

constexpr int kBlockSize = 128;
constexpr int kPacksPerThread = 4;
constexpr std::int64_t kPiece = std::int64_t{kBlockSize} * kPacksPerThread;  // packs of a block
constexpr std::int64_t kMostBlocks = 65535;  // of a grid's y and z; beyond, blocks take several

/// y of the block's piece of one plane.
template <class P, class T, class Sum>
__device__ void forward_piece(const T* x, T* y, std::int64_t elements, Sum slope,
                              SlopeAtZero at_zero) {
  const std::int64_t before = cuda::elements_to_boundary<P>(x);
  const std::int64_t head = before < elements ? before : elements;
  const std::int64_t packs = (elements - head) / P::size;
  const auto* x_packs = reinterpret_cast<const P*>(x + head);
  auto* y_packs = reinterpret_cast<P*>(y + head);
  const auto first = std::int64_t{blockIdx.x} * kPiece + threadIdx.x;

  P pack[kPacksPerThread];
#pragma unroll
  for (int k = 0; k < kPacksPerThread; ++k) {
    const std::int64_t i = first + k * kBlockSize;
    if (i < packs) pack[k] = x_packs[i];
  }
#pragma unroll
  for (int k = 0; k < kPacksPerThread; ++k) {
    const std::int64_t i = first + k * kBlockSize;
    if (i < packs) y_packs[i] = cuda::forward_pack(pack[k], slope, at_zero);
  }

  const std::int64_t edge = first < head ? first : first + packs * P::size;
  if (blockIdx.x == 0 && edge < elements) {
    y[edge] = cuda::forward_element(x[edge], slope, at_zero);
  }
}

template <class P, class T, class A>
__global__ void __launch_bounds__(kBlockSize)
    forward_plane(const T* x, const A* __restrict__ alpha, T* y, Shape planes,
                  SlopeAtZero at_zero) {
  for (std::int64_t channel = blockIdx.y; channel < planes.c; channel += gridDim.y) {
    const auto slope = static_cast<accumulate_t<T>>(alpha[channel]);
    for (std::int64_t n = blockIdx.z; n < planes.n; n += gridDim.z) {
      const std::int64_t start = (n * planes.c + channel) * planes.spatial;
      forward_piece<P>(x + start, y + start, planes.spatial, slope, at_zero);
    }
  }
}

Unsupported check(const Problem& problem) {
  const AlphaMap map = alpha_map(problem);
  if (map.count > 1 && problem.alpha_mode == AlphaMode::per_element) {
    return "needs planes that share a slope";
  }
  if (map.count > 1 && problem.layout == Layout::nhwc) return "needs nchw";
  return {};
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const std::int64_t elements = problem.shape.elements();
  if (elements == 0) return;
  const bool one_slope = alpha_map(problem).count == 1;
  const Shape planes = one_slope ? Shape{.n = 1, .c = 1, .spatial = elements} : problem.shape;
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    const bool wide = cuda::same_alignment(sizeof(Pack<T>), typed.x, typed.y);
    cuda::visit_pack<T>(wide, [&]<class P>(std::type_identity<P>) {
      const std::int64_t pieces =
          std::max<std::int64_t>(1, cuda::ceil_div(planes.spatial / P::size, kPiece));
      gpu::launch(forward_plane<P, T, A>,
                  {.grid = {static_cast<unsigned>(pieces),
                            static_cast<unsigned>(std::min(planes.c, kMostBlocks)),
                            static_cast<unsigned>(std::min(planes.n, kMostBlocks))},
                   .block = kBlockSize,
                   .stream = stream},
                  typed.x, typed.alpha, typed.y, planes, problem.at_zero);
    });
  });
}

}  // namespace

KernelVariant cuda_forward_plane() {
  return {
      .name = "cuda/forward_plane",
      .summary = "NCHW: a block stays in one plane, its slope read once",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .promises = {.accesses_per_element = 2,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = check,
      .launch = launch,
  };
}

}  // namespace prelu::variants
