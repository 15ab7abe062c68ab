// Bulk copies, and what people forget about them: each mistake is one line of the same kernel.
#include <bulk.cuh>
#include <cstddef>
#include <gpu.cuh>
#include <numeric>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

enum class Mistake {
  none,
  barrier_not_initialised,
  load_missing,
  load_not_awaited,
  wrong_phase,
  tile_reused,
  store_not_published,
  store_not_awaited,
  misaligned,
};

constexpr int kBlockSize = 64;
constexpr int kCopyingThreads = 32;
constexpr unsigned kTiles = 3;
constexpr std::size_t kTileBytes = kBlockSize * sizeof(float);

template <Mistake kMistake>
__global__ void double_tiles(const float* from, float* to) {
  __shared__ gpu::Barrier loaded;
  auto* tile = gpu::dynamic_shared<float>();
  const bool copies = threadIdx.x < kCopyingThreads;
  if (threadIdx.x == 0 && kMistake != Mistake::barrier_not_initialised) {
    loaded.init(kMistake == Mistake::load_missing ? 2 : 1);
  }
  __syncthreads();
  for (unsigned step = 0; step < kTiles; ++step) {
    if (copies) {
      if (kMistake != Mistake::tile_reused) gpu::bulk_wait<0>();
      const int shift = kMistake == Mistake::misaligned ? 1 : 0;
      gpu::bulk_load(tile, from + step * kBlockSize + shift, kTileBytes, loaded);
    }
    const unsigned parity = (kMistake == Mistake::wrong_phase ? step + 1 : step) % 2;
    if (kMistake != Mistake::load_not_awaited) loaded.wait(parity);
    tile[threadIdx.x] *= 2;
    if (kMistake == Mistake::store_not_published) {
      __syncthreads();
    } else {
      gpu::bulk_publish();
    }
    if (copies) gpu::bulk_store(to + step * kBlockSize, tile, kTileBytes);
  }
  if (copies && kMistake != Mistake::store_not_awaited) gpu::bulk_wait<0>();
}

template <Mistake kMistake>
bool run(bool mistake) {
  std::vector<float> values(kTiles * kBlockSize + kBlockSize);
  std::iota(values.begin(), values.end(), 1.0F);
  std::vector<float> expected(kTiles * kBlockSize);
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = 2 * values[i];
  std::vector<float> result(expected.size());
  gpu::launch(mistake ? double_tiles<kMistake> : double_tiles<Mistake::none>,
              {.block = kBlockSize, .shared_bytes = kTileBytes}, values.data(), result.data());
  return result == expected;
}

}  // namespace

bool bulk_barrier_not_initialised(bool mistake) {
  return run<Mistake::barrier_not_initialised>(mistake);
}
bool bulk_load_missing(bool mistake) { return run<Mistake::load_missing>(mistake); }
bool bulk_load_not_awaited(bool mistake) { return run<Mistake::load_not_awaited>(mistake); }
bool bulk_misaligned(bool mistake) { return run<Mistake::misaligned>(mistake); }
bool bulk_store_not_awaited(bool mistake) { return run<Mistake::store_not_awaited>(mistake); }
bool bulk_store_not_published(bool mistake) { return run<Mistake::store_not_published>(mistake); }
bool bulk_tile_reused(bool mistake) { return run<Mistake::tile_reused>(mistake); }
bool bulk_wrong_phase(bool mistake) { return run<Mistake::wrong_phase>(mistake); }

}  // namespace prelu::wrong
