// The loops of the row kernels, for one Highway target: a run, or several rows side by side, in
// steps of some packs.
//
// Included once per target by row_kernels.cpp, hence the guard that Highway's pattern demands.
#if defined(PRELU_ROW_LOOPS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PRELU_ROW_LOOPS_INL_HPP
#undef PRELU_ROW_LOOPS_INL_HPP
#else
#define PRELU_ROW_LOOPS_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "pack-inl.hpp"
#include "row_kernels.hpp"
#include "vector_codec-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace prelu::cpu::HWY_NAMESPACE {

constexpr std::int64_t kPrefetchAhead = 1024;  // bytes; only beside streaming stores
/// A step of one row is four vectors of accumulators; of several rows, eight of each, whose slopes
/// and sums stay in registers on the way down.
template <class T>
constexpr std::int64_t kPacksPerStep = 4 / kParts<T>;
template <class T>
constexpr std::int64_t kPacksPerRowStep = 8 / kParts<T>;

/// The same slope everywhere.
template <class T>
class UniformSlope {
 public:
  explicit UniformSlope(accumulate_t<T> slope) : slope_(same_parts<T>(slope)) {}

  Parts<T> at(std::int64_t) const { return slope_; }
  Parts<T> partial_at(std::int64_t, std::int64_t) const { return slope_; }

 private:
  Parts<T> slope_;
};

/// A slope for each element.
template <class T>
class VaryingSlopes {
 public:
  explicit VaryingSlopes(const accumulate_t<T>* slopes) : slopes_(slopes) {}

  Parts<T> at(std::int64_t i) const { return load_parts<T>(slopes_ + i); }
  Parts<T> partial_at(std::int64_t i, std::int64_t count) const {
    return load_parts_partial<T>(slopes_ + i, count);
  }

 private:
  const accumulate_t<T>* slopes_;
};

/// One sum of all terms: vectors of partial sums, moved to double before they hold many terms.
template <class T>
class UniformSum {
 public:
  // Written out: a constructor that the compiler supplies is not compiled for this target.
  UniformSum() : total_(hn::Zero(kTotalTag)) { clear(); }

  Parts<T> at(std::int64_t slot, std::int64_t) const { return sums_[slot]; }
  void put(std::int64_t slot, std::int64_t, const Parts<T>& sum) { sums_[slot] = sum; }
  Parts<T> partial_at(std::int64_t, std::int64_t) const { return sums_[0]; }
  void put_partial(std::int64_t, std::int64_t, const Parts<T>& sum) { sums_[0] = sum; }

  void end_step() {
    if (++steps_ == kSteps) move_to_total();
  }

  double total() {
    // So few terms that adding the lanes in float, in pairs, still keeps to kMostTermsInSum.
    if (!moved_) return double{hn::GetLane(hn::SumOfLanes(AccumulatorTag<T>(), added()))};
    move_to_total();
    return hn::GetLane(hn::SumOfLanes(kTotalTag, total_));
  }

 private:
  static constexpr AccumulatorTag<double> kTotalTag{};
  static constexpr std::int64_t kSlots = kPacksPerStep<T>;
  // Half of kMostTermsInSum: the ends of a run add a few more, and so does adding the sums.
  static constexpr std::int64_t kSteps = kMostTermsInSum / 2;

  Vector<T> added() const {
    Vector<T> sum[kSlots];  // NOLINT(modernize-avoid-c-arrays)
    for (std::int64_t k = 0; k < kSlots; ++k) {
      sum[k] = sums_[k].part[0];
      if constexpr (kParts<T> == 2) sum[k] = hn::Add(sum[k], sums_[k].part[1]);
    }
    for (std::int64_t half = kSlots / 2; half > 0; half /= 2) {
      for (std::int64_t k = 0; k < half; ++k) sum[k] = hn::Add(sum[k], sum[k + half]);
    }
    return sum[0];
  }

  void move_to_total() {
    alignas(kCacheLine) std::array<accumulate_t<T>, static_cast<std::size_t>(kLanes<T>)> sum{};
    store<false>(added(), sum.data());
    for (std::int64_t i = 0; i < kLanes<T>; i += kLanes<double>) {
      total_ = hn::Add(total_, load_as_double(sum.data() + i));
    }
    clear();
    moved_ = true;
  }

  void clear() {
    for (Parts<T>& sum : sums_) sum = same_parts<T>(0);
    steps_ = 0;
  }

  static Vector<double> load_as_double(const double* from) { return load(from); }
  static Vector<double> load_as_double(const float* from) {
    return hn::PromoteTo(kTotalTag, hn::LoadU(hn::Rebind<float, AccumulatorTag<double>>(), from));
  }

  Parts<T> sums_[kSlots];  // NOLINT(modernize-avoid-c-arrays): stays in registers
  Vector<double> total_;
  std::int64_t steps_ = 0;
  bool moved_ = false;
};

/// A sum for each element.
template <class T>
class VaryingSums {
 public:
  explicit VaryingSums(accumulate_t<T>* sums) : sums_(sums) {}

  Parts<T> at(std::int64_t, std::int64_t i) const { return load_parts<T>(sums_ + i); }
  void put(std::int64_t, std::int64_t i, const Parts<T>& sum) { store_parts<T>(sum, sums_ + i); }
  Parts<T> partial_at(std::int64_t i, std::int64_t count) const {
    return load_parts_partial<T>(sums_ + i, count);
  }
  void put_partial(std::int64_t i, std::int64_t count, const Parts<T>& sum) {
    store_parts_partial<T>(sum, sums_ + i, count);
  }
  void end_step() {}

 private:
  accumulate_t<T>* sums_;
};

/// None: dx alone is asked for.
template <class T>
class NoSums {
 public:
  NoSums() {}  // NOLINT(modernize-use-equals-default): compiled for this target
  Parts<T> at(std::int64_t, std::int64_t) const { return same_parts<T>(0); }
  void put(std::int64_t, std::int64_t, const Parts<T>&) {}
  Parts<T> partial_at(std::int64_t, std::int64_t) const { return same_parts<T>(0); }
  void put_partial(std::int64_t, std::int64_t, const Parts<T>&) {}
  void end_step() {}
};

/// What a step of `kPacks` packs reads some way ahead.
template <std::int64_t kPacks, class T>
void prefetch_step(const T* from) {
  constexpr std::int64_t kStepBytes = kPacks * kPack<T> * std::int64_t{sizeof(T)};
  const auto* ahead = reinterpret_cast<const char*>(from) + kPrefetchAhead;
  for (std::int64_t offset = 0; offset < kStepBytes; offset += kCacheLine) {
    hwy::Prefetch(ahead + offset);
  }
}

/// The elements before the first one that starts a cache line.
template <class T>
std::int64_t elements_before_line(const T* to, std::int64_t count) {
  const auto past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(to) % kCacheLine);
  return std::min(count, (kCacheLine - past) % kCacheLine / std::int64_t{sizeof(T)});
}

/// What is left of a step: at most one part of kCount packs, of half as many, and so on, because
/// each part is a way down all rows.
template <std::int64_t kCount, class T, class Loop>
void walk_fewer(std::int64_t& i, std::int64_t count, Loop& loop) {
  if constexpr (kCount > 0) {
    if (i + kCount * kPack<T> <= count) {
      loop.template packs<kCount>(i);
      i += kCount * kPack<T>;
    }
    walk_fewer<kCount / 2, T>(i, count, loop);
  }
}

/// Walks rows side by side: `step` for several packs, `packs<1>` for one, `partial` for a part of
/// one. Streaming rows start their packs where a cache line of the output starts.
template <bool kStreaming, class T, class Loop>
void walk(const T* to, std::int64_t count, Loop& loop) {
  constexpr std::int64_t kStep = Loop::kPacks * kPack<T>;
  std::int64_t i = 0;
  if constexpr (kStreaming) {
    const std::int64_t head = elements_before_line(to, count);
    for (std::int64_t part; i < head; i += part) {
      part = std::min(kPack<T>, head - i);
      loop.partial(i, part);
    }
  }
  for (; i + kStep <= count; i += kStep) loop.step(i);
  if constexpr (Loop::kGoesDown) {
    walk_fewer<Loop::kPacks / 2, T>(i, count, loop);
  } else {
    for (; i + kPack<T> <= count; i += kPack<T>) loop.template packs<1>(i);
  }
  if (i < count) loop.partial(i, count - i);
}

template <class T, SlopeAtZero kAtZero, bool kStreaming, bool kDown, class Slopes>
class ForwardLoop {
 public:
  static constexpr bool kGoesDown = kDown;
  static constexpr std::int64_t kPacks = kDown ? kPacksPerRowStep<T> : kPacksPerStep<T>;

  ForwardLoop(const ForwardRows<T>& rows, const Slopes& slopes)
      : run_(rows), rows_(kDown ? rows.rows : 1), stride_(rows.stride), slopes_(slopes) {}

  void step(std::int64_t i) { packs<kPacks>(i); }

  template <std::int64_t kCount>
  void packs(std::int64_t i) {
    Parts<T> slopes[kCount];  // NOLINT(modernize-avoid-c-arrays): stays in registers
    for (std::int64_t k = 0; k < kCount; ++k) slopes[k] = slopes_.at(i + k * kPack<T>);
    for (std::int64_t row = 0; row < rows_; ++row) {
      const std::int64_t at = row * stride_ + i;
      if constexpr (kStreaming && kCount == kPacks) prefetch_step<kCount>(run_.x + at);
      Stored y[kCount];  // NOLINT(modernize-avoid-c-arrays)
      for (std::int64_t k = 0; k < kCount; ++k) {
        y[k] = OnePack::forward(OnePack::load(run_.x + at + k * kPack<T>), slopes[k]);
      }
      for (std::int64_t k = 0; k < kCount; ++k) {
        OnePack::template store<kStreaming>(y[k], run_.y + at + k * kPack<T>);
      }
    }
  }

  void partial(std::int64_t i, std::int64_t count) {
    const Parts<T> slopes = slopes_.partial_at(i, count);
    for (std::int64_t row = 0; row < rows_; ++row) {
      const std::int64_t at = row * stride_ + i;
      const Stored x = OnePack::load_partial(run_.x + at, count);
      OnePack::store_partial(OnePack::forward(x, slopes), run_.y + at, count);
    }
  }

 private:
  using OnePack = Pack<T, kAtZero>;
  using Stored = typename OnePack::Stored;

  ForwardRows<T> run_;
  std::int64_t rows_;
  std::int64_t stride_;
  Slopes slopes_;
};

template <class T, SlopeAtZero kAtZero, bool kStreaming, bool kDown, class Slopes, class Sums>
class BackwardLoop {
 public:
  static constexpr bool kGoesDown = kDown;
  static constexpr std::int64_t kPacks = kDown ? kPacksPerRowStep<T> : kPacksPerStep<T>;

  BackwardLoop(const BackwardRows<T>& rows, const Slopes& slopes, const Sums& sums)
      : run_(rows),
        rows_(kDown ? rows.rows : 1),
        stride_(rows.stride),
        slopes_(slopes),
        sums_(sums) {}

  void step(std::int64_t i) {
    packs<kPacks>(i);
    sums_.end_step();
  }

  template <std::int64_t kCount>
  void packs(std::int64_t i) {
    Parts<T> slopes[kCount];  // NOLINT(modernize-avoid-c-arrays): stays in registers
    Parts<T> sums[kCount];    // NOLINT(modernize-avoid-c-arrays)
    for (std::int64_t k = 0; k < kCount; ++k) {
      slopes[k] = slopes_.at(i + k * kPack<T>);
      sums[k] = sums_.at(k, i + k * kPack<T>);
    }
    for (std::int64_t row = 0; row < rows_; ++row) {
      const std::int64_t at = row * stride_ + i;
      if constexpr (kStreaming && kCount == kPacks) {
        prefetch_step<kCount>(run_.x + at);
        prefetch_step<kCount>(run_.dy + at);
      }
      Stored dx[kCount];  // NOLINT(modernize-avoid-c-arrays)
      for (std::int64_t k = 0; k < kCount; ++k) {
        const std::int64_t pack = at + k * kPack<T>;
        dx[k] = OnePack::backward(OnePack::load(run_.x + pack), OnePack::load(run_.dy + pack),
                                  slopes[k], sums[k]);
      }
      for (std::int64_t k = 0; k < kCount; ++k) {
        OnePack::template store<kStreaming>(dx[k], run_.dx + at + k * kPack<T>);
      }
    }
    for (std::int64_t k = 0; k < kCount; ++k) sums_.put(k, i + k * kPack<T>, sums[k]);
  }

  void partial(std::int64_t i, std::int64_t count) {
    const Parts<T> slopes = slopes_.partial_at(i, count);
    Parts<T> sums = sums_.partial_at(i, count);
    for (std::int64_t row = 0; row < rows_; ++row) {
      const std::int64_t at = row * stride_ + i;
      const Stored x = OnePack::load_partial(run_.x + at, count);
      const Stored dy = OnePack::load_partial(run_.dy + at, count);
      OnePack::store_partial(OnePack::backward(x, dy, slopes, sums), run_.dx + at, count);
    }
    sums_.put_partial(i, count, sums);
  }

  Sums& sums() { return sums_; }

 private:
  using OnePack = Pack<T, kAtZero>;
  using Stored = typename OnePack::Stored;

  BackwardRows<T> run_;
  std::int64_t rows_;
  std::int64_t stride_;
  Slopes slopes_;
  Sums sums_;
};

/// Calls walk_rows<down>(first): once, to go step by step down all rows, or for one row after
/// another, as they lie in memory.
///
/// The way down spares instructions, which pays where they are many (`kManyInstructions`) and the
/// tensors in a cache. Where a row is one step it is the order of memory too.
template <bool kStreaming, bool kManyInstructions, class T, class WalkRows>
void for_each_rows(std::int64_t count, std::int64_t rows, std::int64_t stride,
                   const WalkRows& walk_rows) {
  const bool one_stream = stride == count && count <= kPacksPerRowStep<T> * kPack<T>;
  const bool alike = stride * std::int64_t{sizeof(T)} % kCacheLine == 0;
  if (rows > 1 && (kStreaming ? one_stream && alike : one_stream || kManyInstructions)) {
    walk_rows.template operator()<true>(0, rows);
    return;
  }
  std::int64_t row = 0;
  if (kStreaming && kManyInstructions && alike && stride > count) {
    constexpr std::int64_t kTogether = 4;
    for (; row + kTogether <= rows; row += kTogether) {
      walk_rows.template operator()<true>(row, kTogether);
    }
  }
  for (; row < rows; ++row) walk_rows.template operator()<false>(row, 1);
}

}  // namespace prelu::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
