// Copies (one read stream) and additions (two): the fastest of them is the ceiling that kernels are
// judged against.
#include <array>

#include "cuda_check.hpp"
#include "measuring.hpp"
#include "move.cuh"

namespace prelu::harness::measuring {
namespace {

void copy_memcpy(const std::byte* a, const std::byte*, std::byte* out, std::size_t bytes,
                 Stream stream) {
  cuda::check(cudaMemcpyAsync(out, a, bytes, cudaMemcpyDeviceToDevice, stream));
}

constexpr int kUnrolled = 4;
constexpr int kUnrolledWide = 2;
constexpr Hint kNone = Hint::none;
constexpr Hint kStreaming = Hint::streaming;

constexpr std::array<CeilingKernel, 11> kCeilings{{
    {.name = "cuda/copy", .reads = 1, .launch = launch_packs<uint4, 1, 1, kNone>},
    {.name = "cuda/copy_unrolled", .reads = 1, .launch = launch_packs<uint4, 1, kUnrolled, kNone>},
    {.name = "cuda/copy_streaming",
     .reads = 1,
     .launch = launch_packs<uint4, 1, kUnrolled, kStreaming>},
    {.name = "cuda/copy_wide", .reads = 1, .launch = launch_packs<Wide, 1, kUnrolledWide, kNone>},
    {.name = "cuda/copy_bulk", .reads = 1, .launch = launch_bulk<1>},
    {.name = "cuda/copy_memcpy", .reads = 1, .launch = copy_memcpy},
    {.name = "cuda/add", .reads = 2, .launch = launch_packs<uint4, 2, 1, kNone>},
    {.name = "cuda/add_unrolled", .reads = 2, .launch = launch_packs<uint4, 2, kUnrolled, kNone>},
    {.name = "cuda/add_streaming",
     .reads = 2,
     .launch = launch_packs<uint4, 2, kUnrolled, kStreaming>},
    {.name = "cuda/add_wide", .reads = 2, .launch = launch_packs<Wide, 2, kUnrolledWide, kNone>},
    {.name = "cuda/add_bulk", .reads = 2, .launch = launch_bulk<2>},
}};

}  // namespace

std::span<const CeilingKernel> cuda_ceilings() { return kCeilings; }

}  // namespace prelu::harness::measuring
