// A stretch of elements that share a slope, walked by a group of threads: the whole tensor where
// alpha is shared, a piece of a plane in NCHW.
//
//   element    0 1 2 3 4 5 6 7 8 9 . . .            (packs of 4, the first boundary at element 3)
//              |head | pack 0| pack 1| pack 2| ... |tail|
//   thread      0 1 2    0       1       2           3
//
// A stretch may begin anywhere: the elements before the first 16-byte boundary and after the last
// are its edges, one for each of the first threads, so that what lies between is read 16 bytes at a
// time. A plane of 55 x 55 begins on a boundary once in four (fp32) or eight.
#pragma once

#include <cstdint>

#include "backward.cuh"
#include "element.cuh"
#include "op.hpp"

namespace prelu::cuda {

/// The fewest threads of a group: one for each edge of the narrowest type's packs.
inline constexpr int kLeastGroup = 16;

/// Writes dx of `elements` elements and returns the thread's share of their dalpha. x, dy and dx
/// are aligned alike. Each of the group's `threads` threads takes every so-manieth pack, two at a
/// time: four loads are under way before the first is needed.
template <class P, class Index, class T, class Sum>
__device__ Sum walk_stretch(const T* x, const T* dy, T* dx, Index elements, Index thread,
                            Index threads, const op::Slope<Sum>& slope) {
  constexpr int kPacksAtOnce = 2;
  using One = Pack<T, 1>;
  Index head = 0;
  if constexpr (P::size > 1) {
    const auto past =
        static_cast<Index>(reinterpret_cast<std::uintptr_t>(x) % sizeof(P) / sizeof(T));
    head = past == 0 ? 0 : P::size - past;
    if (head > elements) head = elements;
  }
  const Index packs = (elements - head) / P::size;
  const Index packed = packs * P::size;

  const bool has_edge = thread < elements - packed;
  const Index edge = thread < head ? thread : thread + packed;
  One x_edge;
  One dy_edge;
  if (has_edge) {
    x_edge = reinterpret_cast<const One*>(x)[edge];
    dy_edge = reinterpret_cast<const One*>(dy)[edge];
  }

  Sum sum{0};
  const P* const x_packs = reinterpret_cast<const P*>(x + head);
  const P* const dy_packs = reinterpret_cast<const P*>(dy + head);
  P* const dx_packs = reinterpret_cast<P*>(dx + head);
#pragma unroll 1
  for (Index i = thread; i < packs; i += threads * kPacksAtOnce) {
    Waiting<P> x_pack[kPacksAtOnce];
    Waiting<P> dy_pack[kPacksAtOnce];
#pragma unroll
    for (int k = 0; k < kPacksAtOnce; ++k) {
      if (i + k * threads < packs) {
        x_pack[k] = load_waiting(x_packs, i + k * threads);
        dy_pack[k] = load_waiting(dy_packs, i + k * threads);
      }
    }
#pragma unroll
    for (int k = 0; k < kPacksAtOnce; ++k) {
      if (i + k * threads < packs) {
        dx_packs[i + k * threads] =
            backward_pack<T>(x_pack[k].pack(), dy_pack[k].pack(), slope, sum);
      }
    }
  }

  if (has_edge) {
    reinterpret_cast<One*>(dx)[edge] = backward_pack<T>(x_edge, dy_edge, slope, sum);
  }
  return sum;
}

}  // namespace prelu::cuda
