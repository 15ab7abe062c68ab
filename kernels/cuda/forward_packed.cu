// Forward, 16 bytes at a time: several independent packs per thread in flight.
//
// PReLU moves two elements per flop, so the only thing to optimise is the memory traffic: wide
// accesses, and enough of them outstanding to cover the latency (an H200 SM wants some 48 KiB in
// flight; 2048 threads with two 16-byte loads each have 64). Where the slope is the same across a
// pack it is looked up once; elsewhere each lane steps to the next slope, which costs no division.
// Pointers that are not 16-byte aligned get the same kernel with packs of one element.
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

/// The offset of a slope that steps along with the element: one division to start, none to step.
class SlopeCursor {
 public:
  __device__ SlopeCursor(const AlphaMap& map, std::int64_t element) : map_(map) {
    const std::int64_t run = element / map.inner;
    within_ = element - run * map.inner;
    slope_ = run % map.count;
  }

  __device__ std::int64_t offset() const { return slope_; }

  __device__ void step() {
    if (++within_ < map_.inner) return;
    within_ = 0;
    if (++slope_ == map_.count) slope_ = 0;
  }

 private:
  AlphaMap map_;
  std::int64_t within_;
  std::int64_t slope_;
};

template <bool kSlopePerPack, class T, class P, class A>
__device__ P apply(P pack, const A* __restrict__ alpha, std::int64_t first,
                   const AlphaMap& alpha_of, SlopeAtZero at_zero) {
  using Sum = accumulate_t<T>;
  if constexpr (kSlopePerPack) {
    const std::int64_t offset = alpha_of.count == 1 ? 0 : alpha_of(first);
    const op::Slope<Sum> slope(static_cast<Sum>(alpha[offset]), at_zero);
    for (T& lane : pack.lane) lane = static_cast<T>(op::forward(static_cast<Sum>(lane), slope));
  } else {
    SlopeCursor cursor(alpha_of, first);
    for (T& lane : pack.lane) {
      const op::Slope<Sum> slope(static_cast<Sum>(alpha[cursor.offset()]), at_zero);
      lane = static_cast<T>(op::forward(static_cast<Sum>(lane), slope));
      cursor.step();
    }
  }
  return pack;
}

template <bool kSlopePerPack, class P, class T, class A>
__global__ void __launch_bounds__(kBlockSize)
    forward_packed(const T* x, const A* __restrict__ alpha, T* y, std::int64_t elements,
                   AlphaMap alpha_of, SlopeAtZero at_zero) {
  const std::int64_t packs = elements / P::size;
  const auto first = std::int64_t{blockIdx.x} * (kBlockSize * kPacksPerThread) + threadIdx.x;

  P pack[kPacksPerThread];
  for (int k = 0; k < kPacksPerThread; ++k) {
    const std::int64_t i = first + std::int64_t{k} * kBlockSize;
    if (i < packs) pack[k] = reinterpret_cast<const P*>(x)[i];
  }
  for (int k = 0; k < kPacksPerThread; ++k) {
    const std::int64_t i = first + std::int64_t{k} * kBlockSize;
    if (i < packs) {
      reinterpret_cast<P*>(y)[i] =
          apply<kSlopePerPack, T>(pack[k], alpha, i * P::size, alpha_of, at_zero);
    }
  }

  // The ragged tail, less than a pack: one element for each of the grid's first threads.
  const std::int64_t tail = packs * P::size + first;
  if (blockIdx.x == 0 && tail < elements) {
    using One = Pack<T, 1>;
    reinterpret_cast<One*>(y)[tail] =
        apply<true, T>(reinterpret_cast<const One*>(x)[tail], alpha, tail, alpha_of, at_zero);
  }
}

template <bool kSlopePerPack, class P, class T, class A>
void launch_packs(const Problem& problem, const cuda::TypedOperands<T, A>& operands,
                  Stream stream) {
  constexpr std::int64_t kElementsPerBlock = std::int64_t{kBlockSize} * kPacksPerThread * P::size;
  const std::int64_t elements = problem.shape.elements();
  const auto blocks = static_cast<unsigned>(cuda::ceil_div(elements, kElementsPerBlock));
  gpu::launch(forward_packed<kSlopePerPack, P, T, A>,
              {.grid = blocks, .block = kBlockSize, .stream = stream}, operands.x, operands.alpha,
              operands.y, elements, alpha_map(problem), problem.at_zero);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    const bool wide = cuda::aligned_to(sizeof(Pack<T>), operands.x, operands.y);
    cuda::visit_pack<T>(wide, [&]<class P>(std::type_identity<P>) {
      const AlphaMap map = alpha_map(problem);
      if (map.count == 1 || map.inner % P::size == 0) {
        launch_packs<true, P>(problem, typed, stream);
      } else {
        launch_packs<false, P>(problem, typed, stream);
      }
    });
  });
}

}  // namespace

KernelVariant cuda_forward_packed() {
  return {
      .name = "cuda/forward_packed",
      .summary = "16-byte packs, two in flight per thread",
      .backend = Backend::cuda,
      .direction = Direction::forward,
      .promises = {.access_bits = 128,
                   .bytes_in_flight = 32,
                   .registers = 40,
                   .divides_in_loop = true},
      .launch = launch,
  };
}

}  // namespace prelu::variants
