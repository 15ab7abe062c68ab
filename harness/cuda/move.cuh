// Kernels that copy (one read stream) or add (two): what a GPU can move, in several ways.
//
// Additions are of integers: they cost nothing, and no data slows them down.
#pragma once

#include <bulk.cuh>
#include <cstddef>
#include <gpu.cuh>

#include "prelu/operands.hpp"

namespace prelu::harness::measuring {

inline constexpr unsigned kBlockSize = 256;

enum class Hint { none, streaming };

/// 32 bytes: one access from sm_100 on, two before.
struct alignas(32) Wide {
  unsigned word[8];
};

template <Hint kHint, class Pack>
__device__ Pack load(const Pack* from) {
  if constexpr (kHint == Hint::streaming) {
    return __ldcs(from);
  } else {
    return *from;
  }
}

template <Hint kHint, class Pack>
__device__ void store(Pack* to, const Pack& value) {
  if constexpr (kHint == Hint::streaming) {
    __stcs(to, value);
  } else {
    *to = value;
  }
}

inline __device__ uint4 sum(const uint4& a, const uint4& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w};
}

inline __device__ Wide sum(const Wide& a, const Wide& b) {
  Wide result;
#pragma unroll
  for (int k = 0; k < 8; ++k) result.word[k] = a.word[k] + b.word[k];
  return result;
}

/// `kPacks` independent packs a thread, neighbouring threads on neighbouring packs.
template <class Pack, int kReads, int kPacks, Hint kHint>
__global__ void __launch_bounds__(kBlockSize)
    move_packs(const Pack* __restrict__ a, const Pack* __restrict__ b, Pack* __restrict__ out,
               std::size_t packs) {
  const std::size_t first = std::size_t{blockIdx.x} * (kBlockSize * kPacks) + threadIdx.x;
  Pack value[kPacks];
  [[maybe_unused]] Pack other[kPacks];
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
    if constexpr (kReads == 2) value[k] = sum(value[k], other[k]);
    if (i < packs) store<kHint>(out + i, value[k]);
  }
}

template <class Pack, int kReads, int kPacks, Hint kHint>
void launch_packs(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
                  Stream stream) {
  const std::size_t packs = bytes / sizeof(Pack);
  constexpr std::size_t kPerBlock = std::size_t{kBlockSize} * kPacks;
  const auto blocks = static_cast<unsigned>((packs + kPerBlock - 1) / kPerBlock);
  gpu::launch(move_packs<Pack, kReads, kPacks, kHint>,
              {.grid = blocks, .block = kBlockSize, .stream = stream},
              reinterpret_cast<const Pack*>(a), reinterpret_cast<const Pack*>(b),
              reinterpret_cast<Pack*>(out), packs);
}

inline constexpr std::size_t kTileBytes = 8192;  // of all read streams together
inline constexpr unsigned kStages = 4;
inline constexpr unsigned kLoadsAhead = 2;
inline constexpr unsigned kBlocksPerSm = 6;  // 192 of an H100's 227 KiB of shared memory

/// Tiles through a ring in shared memory, moved by bulk copies: two on their way in, one on its way
/// out. A copy takes a warp a block, which computes nothing.
template <int kReads>
inline constexpr unsigned kTileThreads = kReads == 1 ? 32 : kBlockSize;

template <int kReads>
__global__ void __launch_bounds__(kTileThreads<kReads>)
    move_tiles(const uint4* a, const uint4* b, uint4* out, std::size_t packs) {
  constexpr std::size_t kTile = kTileBytes / kReads / sizeof(uint4);
  __shared__ uint4 ring[kStages][kReads][kTile];
  __shared__ gpu::Barrier loaded[kStages];
  const bool copies = threadIdx.x < 32;

  const auto start_of = [&](std::size_t step) { return (blockIdx.x + step * gridDim.x) * kTile; };
  const auto bytes_from = [&](std::size_t start) {
    return (packs - start < kTile ? packs - start : kTile) * sizeof(uint4);
  };
  const auto load_tiles = [&](std::size_t step) {
    const std::size_t start = start_of(step);
    if (start >= packs) return;
    const std::size_t stage = step % kStages;
    gpu::bulk_load(ring[stage][0], a + start, bytes_from(start), loaded[stage]);
    if constexpr (kReads == 2) {
      gpu::bulk_load(ring[stage][1], b + start, bytes_from(start), loaded[stage]);
    }
  };

  if (threadIdx.x == 0) {
    for (gpu::Barrier& barrier : loaded) barrier.init(kReads);
  }
  __syncthreads();
  if (copies) {
    for (unsigned step = 0; step < kLoadsAhead; ++step) load_tiles(step);
  }
  for (std::size_t step = 0; start_of(step) < packs; ++step) {
    if (copies) {
      gpu::bulk_wait<kStages - kLoadsAhead - 1>();
      load_tiles(step + kLoadsAhead);
    }
    const std::size_t start = start_of(step);
    const std::size_t stage = step % kStages;
    loaded[stage].wait(static_cast<unsigned>(step / kStages % 2));
    if constexpr (kReads == 2) {
      for (std::size_t i = threadIdx.x; i < bytes_from(start) / sizeof(uint4); i += kBlockSize) {
        ring[stage][0][i] = sum(ring[stage][0][i], ring[stage][1][i]);
      }
    }
    gpu::bulk_publish();
    if (copies) gpu::bulk_store(out + start, ring[stage][0], bytes_from(start));
  }
  if (copies) gpu::bulk_wait<0>();
}

template <int kReads>
void launch_bulk(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes,
                 Stream stream) {
  const std::size_t tiles = (bytes * kReads + kTileBytes - 1) / kTileBytes;
  const auto most = static_cast<std::size_t>(gpu::multiprocessors()) * kBlocksPerSm;
  const auto blocks = static_cast<unsigned>(tiles < most ? tiles : most);
  gpu::launch(move_tiles<kReads>, {.grid = blocks, .block = kTileThreads<kReads>, .stream = stream},
              reinterpret_cast<const uint4*>(a), reinterpret_cast<const uint4*>(b),
              reinterpret_cast<uint4*>(out), bytes / sizeof(uint4));
}

}  // namespace prelu::harness::measuring
