// Backward, one element a thread and an atomic addition for each: what people write first.
//
// Every thread that takes alpha adds x * dy to its slope's sum in global memory. With few slopes
// the additions queue up behind each other, and their order, so the last bits of dalpha, differs
// from run to run. The sums are in f64: one after another in f32, 12 544 equal terms already lose
// more than the verifier allows. It serves every problem and is the baseline for the fused
// variants.
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "op.hpp"
#include "variant.hpp"

namespace prelu::variants {
namespace {

constexpr int kBlockSize = 256;

__global__ void __launch_bounds__(kBlockSize) clear(double* sums, std::int64_t count) {
  const auto k = std::int64_t{blockIdx.x} * kBlockSize + threadIdx.x;
  if (k < count) sums[k] = 0;
}

template <class T, class A>
__global__ void __launch_bounds__(kBlockSize)
    backward_naive(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, double* sums,
                   std::int64_t elements, AlphaMap alpha_of, SlopeAtZero at_zero) {
  using Sum = accumulate_t<T>;
  const auto i = std::int64_t{blockIdx.x} * kBlockSize + threadIdx.x;
  if (i >= elements) return;
  const std::int64_t k = alpha_of(i);
  const op::Slope<Sum> slope(static_cast<Sum>(alpha[k]), at_zero);
  const auto x_i = static_cast<Sum>(x[i]);
  const auto dy_i = static_cast<Sum>(dy[i]);
  dx[i] = static_cast<T>(op::backward_dx(x_i, dy_i, slope));
  const Sum term = op::backward_dalpha(x_i, dy_i, slope);
  if (term != Sum{0}) atomicAdd(sums + k, static_cast<double>(term));
}

template <class A>
__global__ void __launch_bounds__(kBlockSize)
    round_sums(const double* __restrict__ sums, A* dalpha, std::int64_t count, bool accumulate) {
  using Sum = accumulate_t<A>;
  const auto k = std::int64_t{blockIdx.x} * kBlockSize + threadIdx.x;
  if (k >= count) return;
  const double before = accumulate ? static_cast<double>(static_cast<Sum>(dalpha[k])) : 0.0;
  dalpha[k] = static_cast<A>(static_cast<Sum>(before + sums[k]));
}

// What the sums may move, for each element: an addition of 16 bytes, and as many again to clear and
// to round a sum that a single element has. Against that stand x, dy and dx, of half types at
// least.
constexpr double kSumBytes = 16 + 16;
constexpr double kLeastBytes = 3 * 2;

std::size_t workspace_bytes(const Problem& problem) {
  return static_cast<std::size_t>(alpha_map(problem).count) * sizeof(double);
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    const AlphaMap map = alpha_map(problem);
    const std::int64_t elements = problem.shape.elements();
    const auto blocks = static_cast<unsigned>(cuda::ceil_div(elements, kBlockSize));
    const auto slope_blocks = static_cast<unsigned>(cuda::ceil_div(map.count, kBlockSize));
    auto* sums = static_cast<double*>(operands.workspace);
    gpu::launch(clear, {.grid = slope_blocks, .block = kBlockSize, .stream = stream}, sums,
                map.count);
    gpu::launch(backward_naive<T, A>, {.grid = blocks, .block = kBlockSize, .stream = stream},
                typed.x, typed.alpha, typed.dy, typed.dx, sums, elements, map, problem.at_zero);
    gpu::launch(round_sums<A>, {.grid = slope_blocks, .block = kBlockSize, .stream = stream}, sums,
                typed.dalpha, map.count, problem.accumulate);
  });
}

}  // namespace

KernelVariant cuda_backward_naive() {
  return {
      .name = "cuda/backward_naive",
      .summary = "one element a thread, an atomic addition each, in f64; dalpha's last bits vary",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .deterministic = false,
      .promises = {.accesses_per_element = 3,
                   .overhead = kSumBytes / kLeastBytes,
                   .coalesced = true,
                   .access_bits = 16,
                   .bytes_in_flight = 4,
                   .registers = 32,
                   .fills_memory = false,
                   .divides_in_loop = true},
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
