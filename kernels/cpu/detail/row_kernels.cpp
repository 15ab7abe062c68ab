// The row kernels, written once with Highway's vectors and compiled for each instruction set.
//
// pack-inl.hpp computes, row_loops-inl.hpp walks, and this file makes of them what row_kernels.hpp
// promises. An element is read before its place is written, as in-place runs need.
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
#include "row_loops-inl.hpp"
#include "vector_codec-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace prelu::cpu::HWY_NAMESPACE {

template <class T, SlopeAtZero kAtZero, bool kStreaming>
struct Kernels {
  using Sum = accumulate_t<T>;

  [[gnu::flatten]] static void forward_uniform(const ForwardRun<T>& run, Sum slope) {
    ForwardLoop<T, kAtZero, kStreaming, 1, UniformSlope<T>> loop(run, 0, UniformSlope<T>(slope));
    walk<kStreaming>(run.y, run.count, loop);
  }

  [[gnu::flatten]] static void forward_varying(const ForwardRows<T>& rows, const Sum* slopes) {
    for_each_rows<kStreaming, T>(rows.rows, rows.stride, [&]<std::int64_t kRows>(std::int64_t row) {
      const std::int64_t at = row * rows.stride;
      const ForwardRun<T> run{.x = rows.x + at, .y = rows.y + at, .count = rows.count};
      ForwardLoop<T, kAtZero, kStreaming, kRows, VaryingSlopes<T>> loop(run, rows.stride,
                                                                        VaryingSlopes<T>(slopes));
      walk<kStreaming>(run.y, run.count, loop);
    });
  }

  [[gnu::flatten]] static double backward_uniform(const BackwardRun<T>& run, Sum slope) {
    BackwardLoop<T, kAtZero, kStreaming, 1, UniformSlope<T>, UniformSum<T>> loop(
        run, 0, UniformSlope<T>(slope), UniformSum<T>());
    walk<kStreaming>(run.dx, run.count, loop);
    return loop.sums().total();
  }

  [[gnu::flatten]] static void backward_varying(const BackwardRows<T>& rows, const Sum* slopes, Sum* sums) {
    varying_rows(rows, slopes, VaryingSums<T>(sums));
  }

  [[gnu::flatten]] static void dx_uniform(const BackwardRun<T>& run, Sum slope) {
    BackwardLoop<T, kAtZero, kStreaming, 1, UniformSlope<T>, NoSums<T>> loop(
        run, 0, UniformSlope<T>(slope), NoSums<T>());
    walk<kStreaming>(run.dx, run.count, loop);
  }

  [[gnu::flatten]] static void dx_varying(const BackwardRows<T>& rows, const Sum* slopes) {
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
