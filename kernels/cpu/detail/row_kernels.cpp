// The row kernels, written once with Highway's vectors and compiled for each instruction set.
//
// Slopes are selected by comparing x, then multiplied: never max(x, 0) + alpha * min(x, 0), which
// loses NaN. Ragged ends go through a small buffer, so that nothing outside a run is touched and
// an element is read before its place is written, as in-place runs need.
#include "row_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "row_kernels.cpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"  // compiles this file again for each target
#include "hwy/highway.h"
#include "vector_codec-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace prelu::cpu::HWY_NAMESPACE {

constexpr std::int64_t kCacheLine = 64;
constexpr std::int64_t kPrefetchAhead = 1024;  // bytes; only beside streaming stores
constexpr std::int64_t kVectorsPerStep = 4;

template <class T>
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(AccumulatorTag<T>()));

/// A vector's worth of elements, for the ends of a run.
template <class T>
struct Buffer {
  alignas(kCacheLine) std::array<T, kLanes<T>> lane{};
};

/// The first `count` elements, and zeros.
template <class T>
Vector<T> load_partial(const T* from, std::int64_t count) {
  Buffer<T> buffer;
  std::copy_n(from, count, buffer.lane.data());
  return load(buffer.lane.data());
}

template <class T>
void store_partial(Vector<T> value, T* to, std::int64_t count) {
  Buffer<T> buffer;
  store<false>(value, buffer.lane.data());
  std::copy_n(buffer.lane.data(), count, to);
}

/// The same slope everywhere.
template <class T>
class UniformSlope {
 public:
  explicit UniformSlope(accumulate_t<T> slope) : slope_(hn::Set(AccumulatorTag<T>(), slope)) {}

  Vector<T> at(std::int64_t) const { return slope_; }
  Vector<T> partial_at(std::int64_t, std::int64_t) const { return slope_; }

 private:
  Vector<T> slope_;
};

/// A slope for each element.
template <class T>
class VaryingSlopes {
 public:
  explicit VaryingSlopes(const accumulate_t<T>* slopes) : slopes_(slopes) {}

  Vector<T> at(std::int64_t i) const { return load(slopes_ + i); }
  Vector<T> partial_at(std::int64_t i, std::int64_t count) const {
    return load_partial(slopes_ + i, count);
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

  void add(std::int64_t slot, std::int64_t, Vector<T> terms) {
    sums_[slot] = hn::Add(sums_[slot], terms);
  }
  void add_partial(std::int64_t i, std::int64_t, Vector<T> terms) { add(0, i, terms); }

  void end_step() {
    if (++steps_ == kSteps) move_to_total();
  }

  double total() {
    move_to_total();
    return hn::GetLane(hn::SumOfLanes(kTotalTag, total_));
  }

 private:
  static constexpr AccumulatorTag<double> kTotalTag{};
  // Half of kMostTermsInSum: the ends of a run add a few more, and so does adding the sums.
  static constexpr std::int64_t kSteps = kMostTermsInSum / 2;

  void move_to_total() {
    alignas(kCacheLine) std::array<accumulate_t<T>, kLanes<T>> sum{};
    store<false>(hn::Add(hn::Add(sums_[0], sums_[1]), hn::Add(sums_[2], sums_[3])), sum.data());
    for (std::int64_t i = 0; i < kLanes<T>; i += kLanes<double>) {
      total_ = hn::Add(total_, load_as_double(sum.data() + i));
    }
    clear();
  }

  void clear() {
    for (Vector<T>& sum : sums_) sum = hn::Zero(AccumulatorTag<T>());
    steps_ = 0;
  }

  static Vector<double> load_as_double(const double* from) { return load(from); }
  static Vector<double> load_as_double(const float* from) {
    return hn::PromoteTo(kTotalTag, hn::LoadU(hn::Rebind<float, AccumulatorTag<double>>(), from));
  }

  Vector<T> sums_[kVectorsPerStep];  // NOLINT(modernize-avoid-c-arrays): stays in registers
  Vector<double> total_;
  std::int64_t steps_ = 0;
};

/// A sum for each element.
template <class T>
class VaryingSums {
 public:
  explicit VaryingSums(accumulate_t<T>* sums) : sums_(sums) {}

  void add(std::int64_t, std::int64_t i, Vector<T> terms) {
    store<false>(hn::Add(load(sums_ + i), terms), sums_ + i);
  }
  void add_partial(std::int64_t i, std::int64_t count, Vector<T> terms) {
    store_partial(hn::Add(load_partial(sums_ + i, count), terms), sums_ + i, count);
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
  void add(std::int64_t, std::int64_t, Vector<T>) {}
  void add_partial(std::int64_t, std::int64_t, Vector<T>) {}
  void end_step() {}
};

/// The slope of each element: 1, alpha, or what zeros and NaN take.
template <class T, SlopeAtZero kAtZero>
Vector<T> slope_of(Vector<T> x, Vector<T> alpha) {
  const AccumulatorTag<T> tag;
  const Vector<T> zero = hn::Zero(tag);
  const Vector<T> one = hn::Set(tag, 1);
  if constexpr (kAtZero == SlopeAtZero::one) {
    return hn::IfThenElse(hn::Lt(x, zero), alpha, one);
  } else if constexpr (kAtZero == SlopeAtZero::alpha) {
    return hn::IfThenElse(hn::Gt(x, zero), one, alpha);
  } else {
    return hn::IfThenElse(hn::Lt(x, zero), alpha, hn::IfThenElseZero(hn::Gt(x, zero), one));
  }
}

/// x * dy where x takes alpha, else 0: masked, so that infinities elsewhere do not reach the sum.
template <class T, SlopeAtZero kAtZero>
Vector<T> dalpha_terms(Vector<T> x, Vector<T> dy) {
  const Vector<T> zero = hn::Zero(AccumulatorTag<T>());
  if constexpr (kAtZero == SlopeAtZero::alpha) {
    return hn::IfThenZeroElse(hn::Gt(x, zero), hn::Mul(x, dy));
  } else {
    return hn::IfThenElseZero(hn::Lt(x, zero), hn::Mul(x, dy));
  }
}

/// What a step of a run reads from `ahead` elements on.
template <class T>
void prefetch_step(const T* from) {
  constexpr std::int64_t kStepBytes = kVectorsPerStep * kLanes<T> * std::int64_t{sizeof(T)};
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

/// Walks a run: `step` for kVectorsPerStep vectors, `vector` for one, `partial` for a part of one.
/// Streaming runs start their vectors where a cache line of the output starts.
template <bool kStreaming, class T, class Loop>
void walk(const T* to, std::int64_t count, Loop& loop) {
  constexpr std::int64_t kStep = kVectorsPerStep * kLanes<T>;
  std::int64_t i = 0;
  if constexpr (kStreaming) {
    const std::int64_t head = elements_before_line(to, count);
    for (std::int64_t part; i < head; i += part) {
      part = std::min(kLanes<T>, head - i);
      loop.partial(i, part);
    }
  }
  for (; i + kStep <= count; i += kStep) loop.step(i);
  for (; i + kLanes<T> <= count; i += kLanes<T>) loop.vector(i);
  if (i < count) loop.partial(i, count - i);
}

template <class T, SlopeAtZero kAtZero, bool kStreaming, class Slopes>
class ForwardLoop {
 public:
  ForwardLoop(const ForwardRun<T>& run, const Slopes& slopes) : run_(run), slopes_(slopes) {}

  void step(std::int64_t i) {
    if constexpr (kStreaming) prefetch_step(run_.x + i);
    for (std::int64_t k = 0; k < kVectorsPerStep; ++k) vector(i + k * kLanes<T>);
  }

  void vector(std::int64_t i) {
    const Vector<T> x = load(run_.x + i);
    store<kStreaming>(hn::Mul(slope_of<T, kAtZero>(x, slopes_.at(i)), x), run_.y + i);
  }

  void partial(std::int64_t i, std::int64_t count) {
    const Vector<T> x = load_partial(run_.x + i, count);
    store_partial(hn::Mul(slope_of<T, kAtZero>(x, slopes_.partial_at(i, count)), x), run_.y + i,
                  count);
  }

 private:
  ForwardRun<T> run_;
  Slopes slopes_;
};

template <class T, SlopeAtZero kAtZero, bool kStreaming, class Slopes, class Sums>
class BackwardLoop {
 public:
  BackwardLoop(const BackwardRun<T>& run, const Slopes& slopes, const Sums& sums)
      : run_(run), slopes_(slopes), sums_(sums) {}

  void step(std::int64_t i) {
    if constexpr (kStreaming) {
      prefetch_step(run_.x + i);
      prefetch_step(run_.dy + i);
    }
    for (std::int64_t k = 0; k < kVectorsPerStep; ++k) vector(i + k * kLanes<T>, k);
    sums_.end_step();
  }

  void vector(std::int64_t i, std::int64_t slot = 0) {
    const Vector<T> x = load(run_.x + i);
    const Vector<T> dy = load(run_.dy + i);
    store<kStreaming>(hn::Mul(slope_of<T, kAtZero>(x, slopes_.at(i)), dy), run_.dx + i);
    sums_.add(slot, i, dalpha_terms<T, kAtZero>(x, dy));
  }

  void partial(std::int64_t i, std::int64_t count) {
    const Vector<T> x = load_partial(run_.x + i, count);
    const Vector<T> dy = load_partial(run_.dy + i, count);
    store_partial(hn::Mul(slope_of<T, kAtZero>(x, slopes_.partial_at(i, count)), dy), run_.dx + i,
                  count);
    sums_.add_partial(i, count, dalpha_terms<T, kAtZero>(x, dy));
  }

  Sums& sums() { return sums_; }

 private:
  BackwardRun<T> run_;
  Slopes slopes_;
  Sums sums_;
};

template <class T, SlopeAtZero kAtZero, bool kStreaming>
struct Kernels {
  using Sum = accumulate_t<T>;

  static void forward_uniform(const ForwardRun<T>& run, Sum slope) {
    ForwardLoop<T, kAtZero, kStreaming, UniformSlope<T>> loop(run, UniformSlope<T>(slope));
    walk<kStreaming>(run.y, run.count, loop);
  }

  static void forward_varying(const ForwardRun<T>& run, const Sum* slopes) {
    ForwardLoop<T, kAtZero, kStreaming, VaryingSlopes<T>> loop(run, VaryingSlopes<T>(slopes));
    walk<kStreaming>(run.y, run.count, loop);
  }

  static double backward_uniform(const BackwardRun<T>& run, Sum slope) {
    BackwardLoop<T, kAtZero, kStreaming, UniformSlope<T>, UniformSum<T>> loop(
        run, UniformSlope<T>(slope), UniformSum<T>());
    walk<kStreaming>(run.dx, run.count, loop);
    return loop.sums().total();
  }

  static void backward_varying(const BackwardRun<T>& run, const Sum* slopes, Sum* sums) {
    BackwardLoop<T, kAtZero, kStreaming, VaryingSlopes<T>, VaryingSums<T>> loop(
        run, VaryingSlopes<T>(slopes), VaryingSums<T>(sums));
    walk<kStreaming>(run.dx, run.count, loop);
  }

  static void dx_uniform(const BackwardRun<T>& run, Sum slope) {
    BackwardLoop<T, kAtZero, kStreaming, UniformSlope<T>, NoSums<T>> loop(
        run, UniformSlope<T>(slope), NoSums<T>());
    walk<kStreaming>(run.dx, run.count, loop);
  }

  static void dx_varying(const BackwardRun<T>& run, const Sum* slopes) {
    BackwardLoop<T, kAtZero, kStreaming, VaryingSlopes<T>, NoSums<T>> loop(
        run, VaryingSlopes<T>(slopes), NoSums<T>());
    walk<kStreaming>(run.dx, run.count, loop);
  }
};

/// Calls visitor(Kernels<...>{}) with the options as template arguments.
template <class T, class Visitor>
auto visit_kernels(const RunOptions& options, const Visitor& visitor) {
  const bool streaming = options.stores == Stores::streaming;
  switch (options.at_zero) {
    case SlopeAtZero::one:
      return streaming ? visitor(Kernels<T, SlopeAtZero::one, true>())
                       : visitor(Kernels<T, SlopeAtZero::one, false>());
    case SlopeAtZero::alpha:
      return streaming ? visitor(Kernels<T, SlopeAtZero::alpha, true>())
                       : visitor(Kernels<T, SlopeAtZero::alpha, false>());
    case SlopeAtZero::zero: break;
  }
  return streaming ? visitor(Kernels<T, SlopeAtZero::zero, true>())
                   : visitor(Kernels<T, SlopeAtZero::zero, false>());
}

template <class T>
void forward_uniform(const ForwardRun<T>& run, accumulate_t<T> slope, const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::forward_uniform(run, slope); });
}

template <class T>
void forward_varying(const ForwardRun<T>& run, const accumulate_t<T>* slopes,
                     const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::forward_varying(run, slopes); });
}

template <class T>
double backward_uniform(const BackwardRun<T>& run, accumulate_t<T> slope,
                        const RunOptions& options) {
  return visit_kernels<T>(options, [&]<class K>(K) { return K::backward_uniform(run, slope); });
}

template <class T>
void backward_varying(const BackwardRun<T>& run, const accumulate_t<T>* slopes,
                      accumulate_t<T>* sums, const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::backward_varying(run, slopes, sums); });
}

template <class T>
void dx_uniform(const BackwardRun<T>& run, accumulate_t<T> slope, const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::dx_uniform(run, slope); });
}

template <class T>
void dx_varying(const BackwardRun<T>& run, const accumulate_t<T>* slopes,
                const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::dx_varying(run, slopes); });
}

template <class T>
void widen_run(const T* from, accumulate_t<T>* to, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) store<false>(load(from + i), to + i);
  if (i < count) store_partial(load_partial(from + i, count - i), to + i, count - i);
}

template <class T>
constexpr RowKernels<T> kRowKernels{
    .forward_uniform = forward_uniform<T>,
    .forward_varying = forward_varying<T>,
    .backward_uniform = backward_uniform<T>,
    .backward_varying = backward_varying<T>,
    .dx_uniform = dx_uniform<T>,
    .dx_varying = dx_varying<T>,
    .widen = widen_run<T>,
};

const RowKernels<Half>& half_kernels() { return kRowKernels<Half>; }
const RowKernels<BFloat16>& bfloat16_kernels() { return kRowKernels<BFloat16>; }
const RowKernels<float>& float_kernels() { return kRowKernels<float>; }
const RowKernels<double>& double_kernels() { return kRowKernels<double>; }

}  // namespace prelu::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace prelu::cpu {

HWY_EXPORT(half_kernels);
HWY_EXPORT(bfloat16_kernels);
HWY_EXPORT(float_kernels);
HWY_EXPORT(double_kernels);

template <>
const RowKernels<Half>& row_kernels() {
  return HWY_DYNAMIC_DISPATCH(half_kernels)();
}
template <>
const RowKernels<BFloat16>& row_kernels() {
  return HWY_DYNAMIC_DISPATCH(bfloat16_kernels)();
}
template <>
const RowKernels<float>& row_kernels() {
  return HWY_DYNAMIC_DISPATCH(float_kernels)();
}
template <>
const RowKernels<double>& row_kernels() {
  return HWY_DYNAMIC_DISPATCH(double_kernels)();
}

void finish_streaming() { hwy::FlushStream(); }

}  // namespace prelu::cpu
#endif  // HWY_ONCE
