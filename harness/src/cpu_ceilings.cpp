// Copies and additions, compiled for each instruction set with Highway like the row kernels they
// are compared with.
#include "cpu_ceilings.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu_ceilings.cpp"
#include <array>
#include <cstdint>
#include <cstring>

#include "cpu_ranges.hpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"  // compiles this file again for each target
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace prelu::harness::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kLine = 64;
constexpr std::size_t kPrefetchAhead = 1024;

// Integers: the ways may be run on any bytes, and subnormal floats would slow an addition down.
using Tag = hn::ScalableTag<std::uint32_t>;
constexpr std::size_t kWords = hn::MaxLanes(Tag());

template <int kReads>
hn::Vec<Tag> combine(const std::uint32_t* a, const std::uint32_t* b) {
  if constexpr (kReads == 1) {
    return hn::LoadU(Tag(), a);
  } else {
    return hn::Add(hn::LoadU(Tag(), a), hn::LoadU(Tag(), b));
  }
}

/// One thread's range; `bytes` are a multiple of 64.
template <int kReads, bool kStreaming, bool kPrefetch>
void move_range(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes) {
  for (std::size_t line = 0; line < bytes; line += kLine) {
    if constexpr (kPrefetch) {
      hwy::Prefetch(a + line + kPrefetchAhead);
      if constexpr (kReads == 2) hwy::Prefetch(b + line + kPrefetchAhead);
    }
    const auto* a_words = reinterpret_cast<const std::uint32_t*>(a + line);
    const auto* b_words = kReads == 2 ? reinterpret_cast<const std::uint32_t*>(b + line) : nullptr;
    auto* out_words = reinterpret_cast<std::uint32_t*>(out + line);
    for (std::size_t k = 0; k < kLine / sizeof(std::uint32_t); k += kWords) {
      const auto value = combine<kReads>(a_words + k, kReads == 2 ? b_words + k : nullptr);
      if constexpr (kStreaming) {
        hn::Stream(value, Tag(), out_words + k);
      } else {
        hn::StoreU(value, Tag(), out_words + k);
      }
    }
  }
  if constexpr (kStreaming) hwy::FlushStream();
}

using MoveRange = void (*)(const std::byte* a, const std::byte* b, std::byte* out,
                           std::size_t bytes);

/// move_range for each way, in the order of `Way`.
constexpr std::array<MoveRange, 6> kMoveRange{
    move_range<1, false, false>, move_range<1, true, false>, move_range<1, true, true>,
    move_range<2, false, false>, move_range<2, true, false>, move_range<2, true, true>,
};

MoveRange find_way(std::size_t way) { return kMoveRange[way]; }

}  // namespace prelu::harness::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace prelu::harness {
namespace {

HWY_EXPORT(find_way);

enum class Way : std::size_t {
  copy_plain,
  copy_streaming,
  copy_prefetched,
  add_plain,
  add_streaming,
  add_prefetched,
};

template <Way kWay>
void move(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes, Stream) {
  const auto move_range = HWY_DYNAMIC_DISPATCH(find_way)(static_cast<std::size_t>(kWay));
  for_each_range(bytes, [&](std::size_t begin, std::size_t count) {
    move_range(a + begin, b == nullptr ? nullptr : b + begin, out + begin, count);
  });
}

/// Waking threads costs more than small moves.
template <Way kWay>
void move_alone(const std::byte* a, const std::byte* b, std::byte* out, std::size_t bytes, Stream) {
  HWY_DYNAMIC_DISPATCH(find_way)(static_cast<std::size_t>(kWay))(a, b, out, bytes);
}

void copy_memcpy(const std::byte* a, const std::byte*, std::byte* out, std::size_t bytes, Stream) {
  for_each_range(bytes, [&](std::size_t begin, std::size_t count) {
    std::memcpy(out + begin, a + begin, count);
  });
}

constexpr std::array<CeilingKernel, 9> kCeilings{{
    {.name = "cpu/copy", .reads = 1, .launch = move<Way::copy_plain>},
    {.name = "cpu/copy_streaming", .reads = 1, .launch = move<Way::copy_streaming>},
    {.name = "cpu/copy_prefetched", .reads = 1, .launch = move<Way::copy_prefetched>},
    {.name = "cpu/copy_memcpy", .reads = 1, .launch = copy_memcpy},
    {.name = "cpu/copy_one_thread", .reads = 1, .launch = move_alone<Way::copy_plain>},
    {.name = "cpu/add_one_thread", .reads = 2, .launch = move_alone<Way::add_plain>},
    {.name = "cpu/add", .reads = 2, .launch = move<Way::add_plain>},
    {.name = "cpu/add_streaming", .reads = 2, .launch = move<Way::add_streaming>},
    {.name = "cpu/add_prefetched", .reads = 2, .launch = move<Way::add_prefetched>},
}};

}  // namespace

std::span<const CeilingKernel> cpu_ceilings() { return kCeilings; }

}  // namespace prelu::harness
#endif  // HWY_ONCE
