// Backward for a shared alpha, fused: one read of x and dy gives dx and a partial sum per block; a
// second, tiny kernel sums the partials.
//
// 3 accesses an element instead of the 5 of frameworks, which write a full-size gradient of alpha
// and read it again. The grid has a fixed largest size, so dalpha has the same bits on every GPU.
// The second launch costs a few microseconds: for small tensors a single launch would win.
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
constexpr int kPacksPerThread = 2;

template <class P, class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize)
    backward_blocks(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, Sum* partial,
                    std::int64_t elements, SlopeAtZero at_zero) {
  const op::Slope<Sum> slope(static_cast<Sum>(alpha[0]), at_zero);
  const std::int64_t packs = elements / P::size;
  const std::int64_t stride = std::int64_t{gridDim.x} * kBlockSize;
  const auto thread = std::int64_t{blockIdx.x} * kBlockSize + threadIdx.x;

  Sum sum{0};
  for (std::int64_t i = thread; i < packs; i += stride * kPacksPerThread) {
    P x_pack[kPacksPerThread];
    P dy_pack[kPacksPerThread];
    for (int k = 0; k < kPacksPerThread; ++k) {
      if (i + k * stride < packs) {
        x_pack[k] = reinterpret_cast<const P*>(x)[i + k * stride];
        dy_pack[k] = reinterpret_cast<const P*>(dy)[i + k * stride];
      }
    }
    for (int k = 0; k < kPacksPerThread; ++k) {
      if (i + k * stride < packs) {
        reinterpret_cast<P*>(dx)[i + k * stride] =
            cuda::backward_pack<T>(x_pack[k], dy_pack[k], slope, sum);
      }
    }
  }

  const std::int64_t tail = packs * P::size + thread;
  if (tail < elements) {
    using One = Pack<T, 1>;
    reinterpret_cast<One*>(dx)[tail] = cuda::backward_pack<T>(
        reinterpret_cast<const One*>(x)[tail], reinterpret_cast<const One*>(dy)[tail], slope, sum);
  }

  const Sum block = gpu::block_sum<kBlockSize>(sum);
  if (threadIdx.x == 0) partial[blockIdx.x] = block;
}

template <class A, class Sum>
__global__ void __launch_bounds__(kBlockSize)
    sum_blocks(const Sum* __restrict__ partial, std::int64_t blocks, A* dalpha, bool accumulate) {
  Sum sum{0};
  for (std::int64_t i = threadIdx.x; i < blocks; i += kBlockSize) sum += partial[i];
  sum = gpu::block_sum<kBlockSize>(sum);
  if (threadIdx.x == 0) cuda::write_dalpha(dalpha, 0, sum, accumulate);
}

std::int64_t blocks_for(const Problem& problem) {
  const std::int64_t elements_per_block =
      kBlockSize * kPacksPerThread * cuda::pack_size(problem.dtype);
  return std::min(cuda::ceil_div(problem.shape.elements(), elements_per_block),
                  cuda::kReductionBlocks);
}

Unsupported check(const Problem& problem) {
  if (alpha_map(problem).count != 1) return "needs a single slope";
  return {};
}

std::size_t workspace_bytes(const Problem& problem) {
  return static_cast<std::size_t>(blocks_for(problem) * cuda::accumulator_bytes(problem));
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    const std::int64_t blocks = blocks_for(problem);
    auto* partial = static_cast<Sum*>(operands.workspace);
    const bool wide = cuda::aligned_to(sizeof(Pack<T>), operands.x, operands.dy, operands.dx);
    cuda::visit_pack<T>(wide, [&]<class P>(std::type_identity<P>) {
      gpu::launch(backward_blocks<P, T, A, Sum>,
                  {.grid = static_cast<unsigned>(blocks), .block = kBlockSize, .stream = stream},
                  typed.x, typed.alpha, typed.dy, typed.dx, partial, problem.shape.elements(),
                  problem.at_zero);
    });
    gpu::launch(sum_blocks<A, Sum>, {.block = kBlockSize, .stream = stream}, partial, blocks,
                typed.dalpha, problem.accumulate);
  });
}

}  // namespace

KernelVariant cuda_backward_two_pass() {
  return {
      .name = "cuda/backward_two_pass",
      .summary = "fused, shared alpha: partial sums a block, then a second kernel",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .promises = {.access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = check,
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
