// The vectorised inner loops of the threaded variants: functions on rows of contiguous elements,
// compiled for several instruction sets and chosen for this CPU at run time.
#pragma once

#include <cstdint>

#include "dtype.hpp"

namespace prelu::cpu {

/// How results are written. `streaming` bypasses the caches, which pays when they would be evicted
/// anyway; each thread must call finish_streaming() after its last run.
enum class Stores { cached, streaming };

struct RunOptions {
  SlopeAtZero at_zero = SlopeAtZero::one;
  Stores stores = Stores::cached;
};

/// `count` elements in each of `rows` rows, which begin `stride` elements apart; y may be x.
template <class T>
struct ForwardRows {
  const T* x;
  T* y;
  std::int64_t count;
  std::int64_t rows;
  std::int64_t stride;
};
/// The same for backward; dx may be dy.
template <class T>
struct BackwardRows {
  const T* x;
  const T* dy;
  T* dx;
  std::int64_t count;
  std::int64_t rows;
  std::int64_t stride;
};

/// A row adds to each of its float sums once, so a sum holds as many terms as there were rows.
/// After this many the worst rounding error of a plain float sum is still within what
/// reference::allowed_error grants (64 * 2^-24 = 4 * sqrt(64) * 2^-23 / 2^0): move them to double.
inline constexpr std::int64_t kMostTermsInSum = 64;

/// What fill_runs may write too far: a vector, at most.
inline constexpr std::int64_t kSlack = 16;

/// Pointers need only be aligned to their element. Where T is BFloat16, the lower 16 bits of a
/// slope that is a NaN are 0.
template <class T>
struct RowKernels {
  using Sum = accumulate_t<T>;

  /// y[i] = slopes[row] * x[i]: one slope for a row.
  void (*forward_uniform)(const ForwardRows<T>& rows, const Sum* slopes, const RunOptions& options);
  /// y[i] = slopes[i] * x[i] in every row.
  void (*forward_varying)(const ForwardRows<T>& rows, const Sum* slopes, const RunOptions& options);
  /// dx with slopes[row]; writes the row's share of dalpha to sums[row].
  void (*backward_uniform)(const BackwardRows<T>& rows, const Sum* slopes, double* sums,
                           const RunOptions& options);
  /// dx[i] with slopes[i] in every row; adds the element's share of dalpha to sums[i].
  void (*backward_varying)(const BackwardRows<T>& rows, const Sum* slopes, Sum* sums,
                           const RunOptions& options);
  /// dx alone, for slopes that are not learnt.
  void (*dx_uniform)(const BackwardRows<T>& rows, const Sum* slopes, const RunOptions& options);
  void (*dx_varying)(const BackwardRows<T>& rows, const Sum* slopes, const RunOptions& options);
  /// to[k * inner + i] = slopes[k] for i below inner: whole vectors are written, the last one up to
  /// kSlack elements too far.
  void (*fill_runs)(const Sum* slopes, std::int64_t runs, std::int64_t inner, Sum* to);
  /// to[k] += the sum of terms[k * inner + i] over i below inner, in double.
  void (*sum_runs)(const Sum* terms, std::int64_t runs, std::int64_t inner, double* to);
  /// to[i] = from[i], exactly.
  void (*widen)(const T* from, Sum* to, std::int64_t count);
};

/// The kernels for the best instruction set of this CPU (or the one a test asked Highway for). T is
/// Half, BFloat16, float or double.
template <class T>
const RowKernels<T>& row_kernels();

template <>
const RowKernels<Half>& row_kernels();
template <>
const RowKernels<BFloat16>& row_kernels();
template <>
const RowKernels<float>& row_kernels();
template <>
const RowKernels<double>& row_kernels();

/// Makes this thread's streaming stores visible to whoever synchronises with it afterwards.
void finish_streaming();

}  // namespace prelu::cpu
