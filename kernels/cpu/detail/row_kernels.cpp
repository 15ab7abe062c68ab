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
/// Rows that are walked side by side, and the vectors of each at a time.
constexpr std::int64_t kRowsPerStep = 4;
constexpr std::int64_t kVectorsPerRowStep = 2;

template <class T>
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(AccumulatorTag<T>()));

/// Values side by side from `to` on.
template <bool kStreaming, std::int64_t kVectors, class T>
void store_all(const Vector<T> (&values)[kVectors], T* to) {  // NOLINT(modernize-avoid-c-arrays)
  if constexpr (kVectors == 1) {
    store<kStreaming>(values[0], to);
  } else {
    for (std::int64_t k = 0; k < kVectors; k += 2) {
      store_pair<kStreaming>(values[k], values[k + 1], to + k * kLanes<T>);
    }
  }
}

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

  Vector<T> at(std::int64_t slot, std::int64_t) const { return sums_[slot]; }
  void put(std::int64_t slot, std::int64_t, Vector<T> sum) { sums_[slot] = sum; }
  void add_partial(std::int64_t, std::int64_t, Vector<T> terms) {
    sums_[0] = hn::Add(sums_[0], terms);
  }

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

  Vector<T> at(std::int64_t, std::int64_t i) const { return load(sums_ + i); }
  void put(std::int64_t, std::int64_t i, Vector<T> sum) { store<false>(sum, sums_ + i); }
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
  Vector<T> at(std::int64_t, std::int64_t) const { return hn::Zero(AccumulatorTag<T>()); }
  void put(std::int64_t, std::int64_t, Vector<T>) {}
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

/// What a step of `kVectors` vectors reads some way ahead.
template <std::int64_t kVectors, class T>
void prefetch_step(const T* from) {
  constexpr std::int64_t kStepBytes = kVectors * kLanes<T> * std::int64_t{sizeof(T)};
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

/// Walks rows side by side: `step` for several vectors, `vectors<1>` for one, `partial` for a part
/// of one. Streaming rows start their vectors where a cache line of the output starts.
template <bool kStreaming, class T, class Loop>
void walk(const T* to, std::int64_t count, Loop& loop) {
  constexpr std::int64_t kStep = Loop::kVectors * kLanes<T>;
  std::int64_t i = 0;
  if constexpr (kStreaming) {
    const std::int64_t head = elements_before_line(to, count);
    for (std::int64_t part; i < head; i += part) {
      part = std::min(kLanes<T>, head - i);
      loop.partial(i, part);
    }
  }
  for (; i + kStep <= count; i += kStep) loop.step(i);
  for (; i + kLanes<T> <= count; i += kLanes<T>) loop.template vectors<1>(i);
  if (i < count) loop.partial(i, count - i);
}

template <class T, SlopeAtZero kAtZero, bool kStreaming, std::int64_t kRows, class Slopes>
class ForwardLoop {
 public:
  static constexpr std::int64_t kVectors = kRows == 1 ? kVectorsPerStep : kVectorsPerRowStep;

  ForwardLoop(const ForwardRun<T>& run, std::int64_t stride, const Slopes& slopes)
      : run_(run), stride_(stride), slopes_(slopes) {}

  void step(std::int64_t i) {
    if constexpr (kStreaming) {
      for (std::int64_t row = 0; row < kRows; ++row) {
        prefetch_step<kVectors>(run_.x + row * stride_ + i);
      }
    }
    vectors<kVectors>(i);
  }

  template <std::int64_t kCount>
  void vectors(std::int64_t i) {
    Vector<T> slopes[kCount];  // NOLINT(modernize-avoid-c-arrays): stays in registers
    for (std::int64_t k = 0; k < kCount; ++k) slopes[k] = slopes_.at(i + k * kLanes<T>);
    for (std::int64_t row = 0; row < kRows; ++row) {
      Vector<T> y[kCount];  // NOLINT(modernize-avoid-c-arrays)
      for (std::int64_t k = 0; k < kCount; ++k) {
        const Vector<T> x = load(run_.x + row * stride_ + i + k * kLanes<T>);
        y[k] = hn::Mul(slope_of<T, kAtZero>(x, slopes[k]), x);
      }
      store_all<kStreaming, kCount>(y, run_.y + row * stride_ + i);
    }
  }

  void partial(std::int64_t i, std::int64_t count) {
    const Vector<T> slopes = slopes_.partial_at(i, count);
    for (std::int64_t row = 0; row < kRows; ++row) {
      const std::int64_t at = row * stride_ + i;
      const Vector<T> x = load_partial(run_.x + at, count);
      store_partial(hn::Mul(slope_of<T, kAtZero>(x, slopes), x), run_.y + at, count);
    }
  }

 private:
  ForwardRun<T> run_;
  std::int64_t stride_;
  Slopes slopes_;
};

template <class T, SlopeAtZero kAtZero, bool kStreaming, std::int64_t kRows, class Slopes,
          class Sums>
class BackwardLoop {
 public:
  static constexpr std::int64_t kVectors = kRows == 1 ? kVectorsPerStep : kVectorsPerRowStep;

  BackwardLoop(const BackwardRun<T>& run, std::int64_t stride, const Slopes& slopes,
               const Sums& sums)
      : run_(run), stride_(stride), slopes_(slopes), sums_(sums) {}

  void step(std::int64_t i) {
    if constexpr (kStreaming) {
      for (std::int64_t row = 0; row < kRows; ++row) {
        prefetch_step<kVectors>(run_.x + row * stride_ + i);
        prefetch_step<kVectors>(run_.dy + row * stride_ + i);
      }
    }
    vectors<kVectors>(i);
    sums_.end_step();
  }

  template <std::int64_t kCount>
  void vectors(std::int64_t i) {
    Vector<T> slopes[kCount];  // NOLINT(modernize-avoid-c-arrays): stays in registers
    Vector<T> sums[kCount];    // NOLINT(modernize-avoid-c-arrays)
    for (std::int64_t k = 0; k < kCount; ++k) {
      slopes[k] = slopes_.at(i + k * kLanes<T>);
      sums[k] = sums_.at(k, i + k * kLanes<T>);
    }
    for (std::int64_t row = 0; row < kRows; ++row) {
      Vector<T> dx[kCount];  // NOLINT(modernize-avoid-c-arrays)
      for (std::int64_t k = 0; k < kCount; ++k) {
        const std::int64_t at = row * stride_ + i + k * kLanes<T>;
        const Vector<T> x = load(run_.x + at);
        const Vector<T> dy = load(run_.dy + at);
        dx[k] = hn::Mul(slope_of<T, kAtZero>(x, slopes[k]), dy);
        sums[k] = hn::Add(sums[k], dalpha_terms<T, kAtZero>(x, dy));
      }
      store_all<kStreaming, kCount>(dx, run_.dx + row * stride_ + i);
    }
    for (std::int64_t k = 0; k < kCount; ++k) sums_.put(k, i + k * kLanes<T>, sums[k]);
  }

  void partial(std::int64_t i, std::int64_t count) {
    const Vector<T> slopes = slopes_.partial_at(i, count);
    for (std::int64_t row = 0; row < kRows; ++row) {
      const std::int64_t at = row * stride_ + i;
      const Vector<T> x = load_partial(run_.x + at, count);
      const Vector<T> dy = load_partial(run_.dy + at, count);
      store_partial(hn::Mul(slope_of<T, kAtZero>(x, slopes), dy), run_.dx + at, count);
      sums_.add_partial(i, count, dalpha_terms<T, kAtZero>(x, dy));
    }
  }

  Sums& sums() { return sums_; }

 private:
  BackwardRun<T> run_;
  std::int64_t stride_;
  Slopes slopes_;
  Sums sums_;
};

/// Rows that follow one another are walked one by one: one stream is better than several, and rows
/// a page apart would get into each other's way.
constexpr std::int64_t kFarApart = 4096;

/// Calls walk_rows<n>(first) for n rows at a time: several where their vectors can be aligned
/// alike.
template <bool kStreaming, class T, class WalkRows>
void for_each_rows(std::int64_t rows, std::int64_t stride, const WalkRows& walk_rows) {
  std::int64_t row = 0;
  const bool alike = !kStreaming || stride * std::int64_t{sizeof(T)} % kCacheLine == 0;
  if (alike && stride >= kFarApart) {
    for (; row + kRowsPerStep <= rows; row += kRowsPerStep) {
      walk_rows.template operator()<kRowsPerStep>(row);
    }
  }
  for (; row < rows; ++row) walk_rows.template operator()<1>(row);
}

template <class T, SlopeAtZero kAtZero, bool kStreaming>
struct Kernels {
  using Sum = accumulate_t<T>;

  static void forward_uniform(const ForwardRun<T>& run, Sum slope) {
    ForwardLoop<T, kAtZero, kStreaming, 1, UniformSlope<T>> loop(run, 0, UniformSlope<T>(slope));
    walk<kStreaming>(run.y, run.count, loop);
  }

  static void forward_varying(const ForwardRows<T>& rows, const Sum* slopes) {
    for_each_rows<kStreaming, T>(rows.rows, rows.stride, [&]<std::int64_t kRows>(std::int64_t row) {
      const std::int64_t at = row * rows.stride;
      const ForwardRun<T> run{.x = rows.x + at, .y = rows.y + at, .count = rows.count};
      ForwardLoop<T, kAtZero, kStreaming, kRows, VaryingSlopes<T>> loop(run, rows.stride,
                                                                        VaryingSlopes<T>(slopes));
      walk<kStreaming>(run.y, run.count, loop);
    });
  }

  static double backward_uniform(const BackwardRun<T>& run, Sum slope) {
    BackwardLoop<T, kAtZero, kStreaming, 1, UniformSlope<T>, UniformSum<T>> loop(
        run, 0, UniformSlope<T>(slope), UniformSum<T>());
    walk<kStreaming>(run.dx, run.count, loop);
    return loop.sums().total();
  }

  static void backward_varying(const BackwardRows<T>& rows, const Sum* slopes, Sum* sums) {
    varying_rows(rows, slopes, VaryingSums<T>(sums));
  }

  static void dx_uniform(const BackwardRun<T>& run, Sum slope) {
    BackwardLoop<T, kAtZero, kStreaming, 1, UniformSlope<T>, NoSums<T>> loop(
        run, 0, UniformSlope<T>(slope), NoSums<T>());
    walk<kStreaming>(run.dx, run.count, loop);
  }

  static void dx_varying(const BackwardRows<T>& rows, const Sum* slopes) {
    varying_rows(rows, slopes, NoSums<T>());
  }

 private:
  template <class Sums>
  static void varying_rows(const BackwardRows<T>& rows, const Sum* slopes, const Sums& sums) {
    for_each_rows<kStreaming, T>(rows.rows, rows.stride, [&]<std::int64_t kRows>(std::int64_t row) {
      const std::int64_t at = row * rows.stride;
      const BackwardRun<T> run{
          .x = rows.x + at, .dy = rows.dy + at, .dx = rows.dx + at, .count = rows.count};
      BackwardLoop<T, kAtZero, kStreaming, kRows, VaryingSlopes<T>, Sums> loop(
          run, rows.stride, VaryingSlopes<T>(slopes), sums);
      walk<kStreaming>(run.dx, run.count, loop);
    });
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
void forward_varying(const ForwardRows<T>& rows, const accumulate_t<T>* slopes,
                     const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::forward_varying(rows, slopes); });
}

template <class T>
double backward_uniform(const BackwardRun<T>& run, accumulate_t<T> slope,
                        const RunOptions& options) {
  return visit_kernels<T>(options, [&]<class K>(K) { return K::backward_uniform(run, slope); });
}

template <class T>
void backward_varying(const BackwardRows<T>& rows, const accumulate_t<T>* slopes,
                      accumulate_t<T>* sums, const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::backward_varying(rows, slopes, sums); });
}

template <class T>
void dx_uniform(const BackwardRun<T>& run, accumulate_t<T> slope, const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::dx_uniform(run, slope); });
}

template <class T>
void dx_varying(const BackwardRows<T>& rows, const accumulate_t<T>* slopes,
                const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::dx_varying(rows, slopes); });
}

template <class T>
void fill_runs(const accumulate_t<T>* slopes, std::int64_t runs, std::int64_t inner,
               accumulate_t<T>* to) {
  static_assert(kLanes<T> <= kSlack);
  for (std::int64_t k = 0; k < runs; ++k, to += inner) {
    const Vector<T> slope = hn::Set(AccumulatorTag<T>(), slopes[k]);
    for (std::int64_t i = 0; i < inner; i += kLanes<T>) store<false>(slope, to + i);
  }
}

Vector<double> load_as_double(const double* from) { return load(from); }
Vector<double> load_as_double(const float* from) {
  return hn::PromoteTo(AccumulatorTag<double>(),
                       hn::LoadU(hn::Rebind<float, AccumulatorTag<double>>(), from));
}

template <class T>
void sum_runs(const accumulate_t<T>* terms, std::int64_t runs, std::int64_t inner, double* to) {
  const AccumulatorTag<double> tag;
  constexpr std::int64_t kStep = 2 * kLanes<double>;
  for (std::int64_t k = 0; k < runs; ++k, terms += inner) {
    double total = 0;
    std::int64_t i = 0;
    if (inner >= kStep) {
      Vector<double> even = hn::Zero(tag);
      Vector<double> odd = hn::Zero(tag);
      for (; i + kStep <= inner; i += kStep) {
        even = hn::Add(even, load_as_double(terms + i));
        odd = hn::Add(odd, load_as_double(terms + i + kLanes<double>));
      }
      total = hn::GetLane(hn::SumOfLanes(tag, hn::Add(even, odd)));
    }
    for (; i < inner; ++i) total += double{terms[i]};
    to[k] += total;
  }
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
    .fill_runs = fill_runs<T>,
    .sum_runs = sum_runs<T>,
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
