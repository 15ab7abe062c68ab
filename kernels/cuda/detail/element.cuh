// The device's types for our dtypes, and a pack of elements that is loaded in one access.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <bit>
#include <cstdint>
#include <type_traits>

#include "dtype.hpp"
#include "prelu/operands.hpp"
#include "prelu/problem.hpp"

namespace prelu::cuda {

template <class S>
struct native {
  using type = S;
};
template <>
struct native<Half> {
  using type = __half;
};
template <>
struct native<BFloat16> {
  using type = __nv_bfloat16;
};

/// __half for Half, __nv_bfloat16 for BFloat16, S otherwise: the same size and bits.
template <class S>
using native_t = typename native<S>::type;

/// N elements in one aligned access; 16 bytes unless asked otherwise.
template <class T, int N = 16 / static_cast<int>(sizeof(T))>
struct alignas(sizeof(T) * N) Pack {
  static constexpr int size = N;
  T lane[N];
};

/// A pack that waits to be used: its words. As lanes of 16 bits, each would take up a register.
template <class P>
struct alignas(alignof(P)) Waiting {
  using Word = std::conditional_t<(sizeof(P) < 4), std::uint16_t, std::uint32_t>;
  Word word[sizeof(P) / sizeof(Word)];

  __device__ P pack() const { return std::bit_cast<P>(*this); }
};

/// Loads packs[i], to be used later.
template <class P>
__device__ Waiting<P> load_waiting(const P* packs, std::int64_t i) {
  return reinterpret_cast<const Waiting<P>*>(packs)[i];
}

/// True when every pointer may be accessed `bytes` at a time. Null pointers count as aligned.
template <class... Pointers>
bool aligned_to(std::uintptr_t bytes, const Pointers*... pointers) {
  return ((reinterpret_cast<std::uintptr_t>(pointers) % bytes == 0) && ...);
}

/// Calls visitor(type_identity<Pack>) with a 16-byte pack of T where `wide`, else a pack of one
/// element: the same kernel, with narrower accesses.
template <class T, class Visitor>
void visit_pack(bool wide, Visitor&& visitor) {
  if (wide) {
    visitor(std::type_identity<Pack<T>>{});
  } else {
    visitor(std::type_identity<Pack<T, 1>>{});
  }
}

/// Calls visitor(type_identity<T>, type_identity<A>) with the device's types of x and of alpha.
template <class Visitor>
void visit_native(const Problem& problem, Visitor&& visitor) {
  visit_dtypes(problem, [&]<class S, class A>(std::type_identity<S>, std::type_identity<A>) {
    visitor(std::type_identity<native_t<S>>{}, std::type_identity<native_t<A>>{});
  });
}

/// Operands as pointers to the device's types of x and of alpha.
template <class T, class A>
struct TypedOperands {
  explicit TypedOperands(const Operands& operands)
      : x(static_cast<const T*>(operands.x)),
        alpha(static_cast<const A*>(operands.alpha)),
        y(static_cast<T*>(operands.y)),
        dy(static_cast<const T*>(operands.dy)),
        dx(static_cast<T*>(operands.dx)),
        dalpha(static_cast<A*>(operands.dalpha)) {}

  const T* x;
  const A* alpha;
  T* y;
  const T* dy;
  T* dx;
  A* dalpha;
};

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace prelu::cuda
