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
  /// Zeros and NaN come out of forward as they are with either slope.
  using Forward = Kernels<T, kAtZero == SlopeAtZero::zero ? SlopeAtZero::one : kAtZero, kStreaming>;

  [[gnu::flatten]] static void forward_uniform(const ForwardRows<T>& rows, const Sum* slopes) {
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      ForwardLoop<T, kAtZero, kStreaming, false, UniformSlope<T>> loop(
          from_row(rows, row), UniformSlope<T>(slopes[row]));
      walk<kStreaming>(rows.y + row * rows.stride, rows.count, loop);
    }
  }

  [[gnu::flatten]] static void forward_varying(const ForwardRows<T>& rows, const Sum* slopes) {
    for_each_rows<kStreaming, sizeof(T) == 2, T>(
        rows.count, rows.rows, rows.stride,
        [&]<bool kDown>(std::int64_t row, std::int64_t together) {
          ForwardRows<T> rest = from_row(rows, row);
          rest.rows = together;
          ForwardLoop<T, kAtZero, kStreaming, kDown, VaryingSlopes<T>> loop(
              rest, VaryingSlopes<T>(slopes));
          walk<kStreaming>(rest.y, rest.count, loop);
        });
  }

  [[gnu::flatten]] static void backward_uniform(const BackwardRows<T>& rows, const Sum* slopes,
                                                double* sums) {
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      BackwardLoop<T, kAtZero, kStreaming, false, UniformSlope<T>, UniformSum<T>> loop(
          from_row(rows, row), UniformSlope<T>(slopes[row]), UniformSum<T>());
      walk<kStreaming>(rows.dx + row * rows.stride, rows.count, loop);
      sums[row] = loop.sums().total();
    }
  }

  [[gnu::flatten]] static void backward_varying(const BackwardRows<T>& rows, const Sum* slopes,
                                                Sum* sums) {
    varying_rows(rows, slopes, VaryingSums<T>(sums));
  }

  [[gnu::flatten]] static void dx_uniform(const BackwardRows<T>& rows, const Sum* slopes) {
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      BackwardLoop<T, kAtZero, kStreaming, false, UniformSlope<T>, NoSums<T>> loop(
          from_row(rows, row), UniformSlope<T>(slopes[row]), NoSums<T>());
      walk<kStreaming>(rows.dx + row * rows.stride, rows.count, loop);
    }
  }

  [[gnu::flatten]] static void dx_varying(const BackwardRows<T>& rows, const Sum* slopes) {
    varying_rows(rows, slopes, NoSums<T>());
  }

 private:
  static ForwardRows<T> from_row(ForwardRows<T> rows, std::int64_t row) {
    rows.x += row * rows.stride;
    rows.y += row * rows.stride;
    return rows;
  }
  static BackwardRows<T> from_row(BackwardRows<T> rows, std::int64_t row) {
    rows.x += row * rows.stride;
    rows.dy += row * rows.stride;
    rows.dx += row * rows.stride;
    return rows;
  }

  template <class Sums>
  static void varying_rows(const BackwardRows<T>& rows, const Sum* slopes, const Sums& sums) {
    for_each_rows<kStreaming, true, T>(
        rows.count, rows.rows, rows.stride,
        [&]<bool kDown>(std::int64_t row, std::int64_t together) {
          BackwardRows<T> rest = from_row(rows, row);
          rest.rows = together;
          BackwardLoop<T, kAtZero, kStreaming, kDown, VaryingSlopes<T>, Sums> loop(
              rest, VaryingSlopes<T>(slopes), sums);
          walk<kStreaming>(rest.dx, rest.count, loop);
        });
  }
};

/// Calls visitor(Kernels<...>{}) with the options as template arguments.
template <class T, class Visitor>
void visit_kernels(const RunOptions& options, const Visitor& visitor) {
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
void forward_uniform(const ForwardRows<T>& rows, const accumulate_t<T>* slopes,
                     const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::Forward::forward_uniform(rows, slopes); });
}

template <class T>
void forward_varying(const ForwardRows<T>& rows, const accumulate_t<T>* slopes,
                     const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::Forward::forward_varying(rows, slopes); });
}

template <class T>
void backward_uniform(const BackwardRows<T>& rows, const accumulate_t<T>* slopes, double* sums,
                      const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::backward_uniform(rows, slopes, sums); });
}

template <class T>
void backward_varying(const BackwardRows<T>& rows, const accumulate_t<T>* slopes,
                      accumulate_t<T>* sums, const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::backward_varying(rows, slopes, sums); });
}

template <class T>
void dx_uniform(const BackwardRows<T>& rows, const accumulate_t<T>* slopes,
                const RunOptions& options) {
  visit_kernels<T>(options, [&]<class K>(K) { K::dx_uniform(rows, slopes); });
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
  if (inner == 1) {
    std::int64_t k = 0;
    for (; k + kLanes<double> <= runs; k += kLanes<double>) {
      store<false>(hn::Add(load(to + k), load_as_double(terms + k)), to + k);
    }
    for (; k < runs; ++k) to[k] += double{terms[k]};
    return;
  }
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
