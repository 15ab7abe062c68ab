// What the forward kernels share: how the elements of a pack find their slopes.
#pragma once

#include <cstdint>
#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file

#include "divisor.hpp"
#include "element.cuh"
#include "op.hpp"
#include "prelu/problem.hpp"

namespace prelu::cuda {

/// The threads that the device can hold at once. What has fewer packs than that is spread thinly.
inline std::int64_t full_wave() {
  constexpr std::int64_t kThreadsPerMultiprocessor = 2048;
  return gpu::multiprocessors() * kThreadsPerMultiprocessor;
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
__device__ Pack<T, N> forward_pack(Pack<T, N> pack, Sum alpha, SlopeAtZero at_zero) {
#pragma unroll
  for (int k = 0; k < N; ++k) pack.lane[k] = forward_element(pack.lane[k], alpha, at_zero);
  return pack;
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
  __device__ Pack<T, N> forward(const Pack<T, N>& pack, SlopeAtZero at_zero) const {
    return forward_pack(pack, static_cast<accumulate_t<T>>(slope_), at_zero);
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
  __device__ Pack<T, N> forward(Pack<T, N> pack, SlopeAtZero at_zero) const {
    const auto here = static_cast<accumulate_t<T>>(here_);
    const auto there = static_cast<accumulate_t<T>>(there_);
#pragma unroll
    for (int k = 0; k < N; ++k) {
      pack.lane[k] = forward_element(pack.lane[k], k < left_ ? here : there, at_zero);
    }
    return pack;
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
  __device__ Pack<T, N> forward(Pack<T, N> pack, SlopeAtZero at_zero) const {
    std::int64_t slope = slope_;
    std::int64_t left = left_;
#pragma unroll
    for (int k = 0; k < N; ++k) {
      const auto alpha = static_cast<accumulate_t<T>>(alpha_[slope]);
      pack.lane[k] = forward_element(pack.lane[k], alpha, at_zero);
      if (--left > 0) continue;
      left = inner_;
      if (++slope == count_) slope = 0;
    }
    return pack;
  }

 private:
  const A* alpha_;
  std::int64_t inner_;
  std::int64_t count_;
  std::int64_t left_;  ///< elements until the slope changes
  std::int64_t slope_;
};

}  // namespace prelu::cuda
