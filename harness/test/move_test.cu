// The kernels behind the ceilings move what they claim to: run by the SIMT executor.
#include <gtest/gtest.h>

#include <cstdint>
#include <move.cuh>
#include <vector>

namespace prelu::harness::measuring {
namespace {

using Launch = void (*)(const std::byte*, const std::byte*, std::byte*, std::size_t, Stream);

/// Integers, aligned to 64 bytes.
struct alignas(64) Line {
  std::uint32_t word[16];
};

std::vector<Line> lines(std::size_t count, std::uint32_t factor) {
  std::vector<Line> list(count);
  std::uint32_t value = 1;
  for (Line& line : list) {
    for (std::uint32_t& word : line.word) word = value++ * factor;
  }
  return list;
}

/// Sizes around a tile and a block's packs, and enough that every ring goes round twice.
void expect_right(Launch launch, int reads) {
  for (const std::size_t count : {0, 1, 63, 64, 65, 127, 128, 129, 8193}) {
    const auto a = lines(count, 3);
    const auto b = lines(count, 5);
    std::vector<Line> out(count);
    const auto bytes_of = [](const auto& list) {
      return reinterpret_cast<const std::byte*>(list.data());
    };
    launch(bytes_of(a), bytes_of(b), reinterpret_cast<std::byte*>(out.data()), count * sizeof(Line),
           nullptr);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < 16; ++k) {
        const std::uint32_t expected = a[i].word[k] + (reads == 2 ? b[i].word[k] : 0);
        ASSERT_EQ(out[i].word[k], expected) << "word " << k << " of line " << i << " of " << count;
      }
    }
  }
}

TEST(Move, PacksAreCopied) {
  expect_right(launch_packs<uint4, 1, 1, Hint::none>, 1);
  expect_right(launch_packs<uint4, 1, 4, Hint::streaming>, 1);
  expect_right(launch_packs<Wide, 1, 2, Hint::none>, 1);
}

TEST(Move, PacksAreAdded) {
  expect_right(launch_packs<uint4, 2, 1, Hint::none>, 2);
  expect_right(launch_packs<uint4, 2, 4, Hint::streaming>, 2);
  expect_right(launch_packs<Wide, 2, 2, Hint::none>, 2);
}

TEST(Move, TilesAreCopied) { expect_right(launch_bulk<1>, 1); }

TEST(Move, TilesAreAdded) { expect_right(launch_bulk<2>, 2); }

}  // namespace
}  // namespace prelu::harness::measuring
