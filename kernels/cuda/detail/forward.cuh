// What the forward kernels share: how the elements of a pack find their slopes.
#pragma once

#include <cstdint>
#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file

#include "divisor.hpp"
#include "element.cuh"
#include "op.hpp"
#include "prelu/problem.hpp"

namespace prelu::cuda {

/// The threads of 64 registers that the device can hold at once. Work is spread thinly until each
/// of them has some.
inline std::int64_t full_wave() {
  constexpr std::int64_t kThreadsPerMultiprocessor = 1024;
  return gpu::multiprocessors() * kThreadsPerMultiprocessor;
}

/// True when both pointers lie alike to a boundary of `bytes`.
inline bool same_alignment(std::uintptr_t bytes, const void* a, const void* b) {
  return reinterpret_cast<std::uintptr_t>(a) % bytes == reinterpret_cast<std::uintptr_t>(b) % bytes;
}

/// How many elements from `x` on lie before the first one that a pack P may start at.
template <class P, class T>
__device__ std::int64_t elements_to_boundary(const T* x) {
  const std::uintptr_t past = reinterpret_cast<std::uintptr_t>(x) % sizeof(P);
  return static_cast<std::int64_t>((sizeof(P) - past) % sizeof(P) / sizeof(T));
}

/// AlphaMap with its divisions made cheap.
struct FastAlphaMap {
  explicit FastAlphaMap(const AlphaMap& map) : inner(map.inner), count(map.count) {}

  constexpr std::int64_t operator()(std::int64_t i) const {
    return count.remainder(inner.quotient(i));
  }

  Divisor inner;
  Divisor count;
};

/// How many slopes the elements of a pack may take.
enum class Slopes { one, two, many };

/// Calls visitor(integral_constant<Slopes>): what packs of `kSize` elements that start at a
/// multiple of it meet.
template <int kSize, class Visitor>
void visit_slopes(const AlphaMap& map, Visitor&& visitor) {
  if constexpr (kSize > 1) {
    if (map.count > 1 && map.inner % kSize != 0) {
      if (map.inner < kSize) return visitor(std::integral_constant<Slopes, Slopes::many>{});
      return visitor(std::integral_constant<Slopes, Slopes::two>{});
    }
  }
  visitor(std::integral_constant<Slopes, Slopes::one>{});
}

template <class T, class Sum>
__device__ T forward_element(T x, Sum alpha, SlopeAtZero at_zero) {
  return static_cast<T>(op::forward(static_cast<Sum>(x), op::Slope<Sum>(alpha, at_zero)));
}

/// y of a pack whose lanes share a slope.
template <class T, int N, class Sum>
__device__ Pack<T, N> forward_pack(const Pack<T, N>& x, Sum alpha, SlopeAtZero at_zero) {
  Pack<T, N> y;
#pragma unroll
  for (int k = 0; k < N; ++k) y.lane[k] = forward_element(x.lane[k], alpha, at_zero);
  return y;
}

/// The ragged tail after the last whole pack: one element for each of the grid's first threads.
template <class T, class A, class Map>
__device__ void forward_tail(const T* x, const A* __restrict__ alpha, T* y, std::int64_t first,
                             std::int64_t elements, const Map& alpha_of, SlopeAtZero at_zero) {
  const std::int64_t i = first + threadIdx.x;
  if (blockIdx.x != 0 || i >= elements) return;
  y[i] = forward_element(x[i], static_cast<accumulate_t<T>>(alpha[alpha_of(i)]), at_zero);
}

/// Launches a kernel(x, alpha, y, elements, alpha_of, at_zero) with so many elements a thread.
template <class T, class A, class Map>
void launch_forward(void (*kernel)(const T*, const A*, T*, std::int64_t, Map, SlopeAtZero),
                    int block_size, std::int64_t elements_per_thread, const Problem& problem,
                    const Operands& operands, const Map& alpha_of, Stream stream) {
  const TypedOperands<T, A> typed(operands);
  const std::int64_t elements = problem.shape.elements();
  const auto blocks = static_cast<unsigned>(ceil_div(elements, block_size * elements_per_thread));
  gpu::launch(kernel,
              {.grid = blocks, .block = static_cast<unsigned>(block_size), .stream = stream},
              typed.x, typed.alpha, typed.y, elements, alpha_of, problem.at_zero);
}

/// The slopes of the N elements from `first` on, looked up once and then applied to them. Apart, so
/// that the lookups of several packs are under way together.
template <Slopes kSlopes, int N, class A>
class PackSlopes;

template <int N, class A>
class PackSlopes<Slopes::one, N, A> {
 public:
  PackSlopes() = default;
  __device__ PackSlopes(const A* __restrict__ alpha, std::int64_t first, const FastAlphaMap& map)
      : slope_(alpha[map.count.value() == 1 ? 0 : map(first)]) {}

  template <class T>
  __device__ Pack<T, N> forward(const Pack<T, N>& x, SlopeAtZero at_zero) const {
    return forward_pack(x, static_cast<accumulate_t<T>>(slope_), at_zero);
  }

 private:
  A slope_;
};

template <int N, class A>
class PackSlopes<Slopes::two, N, A> {
 public:
  PackSlopes() = default;
  __device__ PackSlopes(const A* __restrict__ alpha, std::int64_t first, const FastAlphaMap& map) {
    const std::int64_t run = map.inner.quotient(first);
    const std::int64_t slope = map.count.remainder(run);
    const std::int64_t left = (run + 1) * map.inner.value() - first;
    left_ = left < N ? static_cast<int>(left) : N;
    here_ = alpha[slope];
    there_ = alpha[slope + 1 == map.count.value() ? 0 : slope + 1];
  }

  template <class T>
  __device__ Pack<T, N> forward(const Pack<T, N>& x, SlopeAtZero at_zero) const {
    Pack<T, N> y;
    const auto here = static_cast<accumulate_t<T>>(here_);
    const auto there = static_cast<accumulate_t<T>>(there_);
#pragma unroll
    for (int k = 0; k < N; ++k) {
      y.lane[k] = forward_element(x.lane[k], k < left_ ? here : there, at_zero);
    }
    return y;
  }

 private:
  int left_;  ///< lanes until the slope changes
  A here_;
  A there_;
};

/// Steps along with the elements: one division to start, none to step, and a load for each.
template <int N, class A>
class PackSlopes<Slopes::many, N, A> {
 public:
  PackSlopes() = default;
  __device__ PackSlopes(const A* __restrict__ alpha, std::int64_t first, const FastAlphaMap& map)
      : alpha_(alpha), inner_(map.inner.value()), count_(map.count.value()) {
    const std::int64_t run = map.inner.quotient(first);
    left_ = (run + 1) * inner_ - first;
    slope_ = map.count.remainder(run);
  }

  template <class T>
  __device__ Pack<T, N> forward(const Pack<T, N>& x, SlopeAtZero at_zero) const {
    Pack<T, N> y;
    std::int64_t slope = slope_;
    std::int64_t left = left_;
#pragma unroll
    for (int k = 0; k < N; ++k) {
      const auto alpha = static_cast<accumulate_t<T>>(alpha_[slope]);
      y.lane[k] = forward_element(x.lane[k], alpha, at_zero);
      if (--left > 0) continue;
      left = inner_;
      if (++slope == count_) slope = 0;
    }
    return y;
  }

 private:
  const A* alpha_;
  std::int64_t inner_;
  std::int64_t count_;
  std::int64_t left_;  ///< elements until the slope changes
  std::int64_t slope_;
};

}  // namespace prelu::cuda
