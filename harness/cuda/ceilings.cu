// Copies (one read stream) and additions (two): the fastest of them is the ceiling that kernels are
// judged against.
#include <array>

#include "cuda_check.hpp"
#include "measuring.hpp"

namespace prelu::harness::measuring {
namespace {

constexpr unsigned kBlockSize = 256;

enum class Hint { none, streaming };

template <Hint kHint>
__device__ uint4 load(const uint4* from) {
  if constexpr (kHint == Hint::streaming) {
    return __ldcs(from);
  } else {
    return *from;
  }
}

template <Hint kHint>
__device__ void store(uint4* to, const uint4& value) {
  if constexpr (kHint == Hint::streaming) {
    __stcs(to, value);
  } else {
    *to = value;
  }
}

/// `kPacks` independent packs a thread, neighbouring threads on neighbouring packs. Additions are
/// of integers: they cost nothing, and no data slows them down.
template <int kReads, int kPacks, Hint kHint>
__global__ void __launch_bounds__(kBlockSize)
    move_packs(const uint4* __restrict__ a, const uint4* __restrict__ b, uint4* __restrict__ out,
               std::size_t packs) {
  const std::size_t first = std::size_t{blockIdx.x} * (kBlockSize * kPacks) + threadIdx.x;
  uint4 value[kPacks];
  [[maybe_unused]] uint4 other[kPacks];
#pragma unroll
  for (int k = 0; k < kPacks; ++k) {
    const std::size_t i = first + static_cast<std::size_t>(k) * kBlockSize;
    if (i < packs) {
      value[k] = load<kHint>(a + i);
      if constexpr (kReads == 2) other[k] = load<kHint>(b + i);
    }
  }
#pragma unroll
  for (int k = 0; k < kPacks; ++k) {
    const std::size_t i = first + static_cast<std::size_t>(k) * kBlockSize;
    if constexpr (kReads == 2) {
      value[k].x += other[k].x;
      value[k].y += other[k].y;
      value[k].z += other[k].z;
      value[k].w += other[k].w;
    }
    if (i < packs) store<kHint>(out + i, value[k]);
  }
}

template <int kReads, int kPacks, Hint kHint>
void launch(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
            Stream stream) {
  const std::size_t packs = bytes / sizeof(uint4);
  constexpr std::size_t kPerBlock = std::size_t{kBlockSize} * kPacks;
  const auto blocks = static_cast<unsigned>((packs + kPerBlock - 1) / kPerBlock);
  if (blocks == 0) return;
  move_packs<kReads, kPacks, kHint><<<blocks, kBlockSize, 0, stream>>>(
      reinterpret_cast<const uint4*>(a), reinterpret_cast<const uint4*>(b),
      reinterpret_cast<uint4*>(out), packs);
  cuda::check_launch();
}

void copy_memcpy(const std::byte* a, const std::byte*, std::byte* out, std::size_t bytes,
                 Stream stream) {
  cuda::check(cudaMemcpyAsync(out, a, bytes, cudaMemcpyDeviceToDevice, stream));
}

constexpr int kUnrolled = 4;

constexpr std::array<CeilingKernel, 7> kCeilings{{
    {.name = "cuda/copy", .reads = 1, .launch = launch<1, 1, Hint::none>},
    {.name = "cuda/copy_unrolled", .reads = 1, .launch = launch<1, kUnrolled, Hint::none>},
    {.name = "cuda/copy_streaming", .reads = 1, .launch = launch<1, kUnrolled, Hint::streaming>},
    {.name = "cuda/copy_memcpy", .reads = 1, .launch = copy_memcpy},
    {.name = "cuda/add", .reads = 2, .launch = launch<2, 1, Hint::none>},
    {.name = "cuda/add_unrolled", .reads = 2, .launch = launch<2, kUnrolled, Hint::none>},
    {.name = "cuda/add_streaming", .reads = 2, .launch = launch<2, kUnrolled, Hint::streaming>},
}};

}  // namespace

std::span<const CeilingKernel> cuda_ceilings() { return kCeilings; }

}  // namespace prelu::harness::measuring
