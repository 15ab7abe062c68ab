// Storage types of the four dtypes, conversions that round once, and the one place where a dtype
// becomes a type.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "prelu/problem.hpp"

namespace prelu {

/// IEEE binary16 and bfloat16 as plain storage, so that host code needs no CUDA header.
struct Half {
  std::uint16_t bits = 0;
};
struct BFloat16 {
  std::uint16_t bits = 0;
};

/// The type sums and products are rounded to: f64 for f64, f32 for everything else.
template <class T>
struct accumulate {
  using type = float;
};
template <>
struct accumulate<double> {
  using type = double;
};
template <class T>
using accumulate_t = typename accumulate<T>::type;

namespace detail {

/// Rounds to nearest even into a 16-bit format of `kMantissa` stored bits and `kExponent` bits.
template <int kExponent, int kMantissa>
constexpr std::uint16_t round_to_bits(double value) {
  constexpr int kBias = (1 << (kExponent - 1)) - 1;
  constexpr int kDrop = 52 - kMantissa;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 63) << 15);
  const std::uint64_t magnitude = bits & 0x7FFF'FFFF'FFFF'FFFFULL;
  constexpr auto kInfinity = static_cast<std::uint16_t>(((1 << kExponent) - 1) << kMantissa);
  if (magnitude > 0x7FF0'0000'0000'0000ULL) {
    return static_cast<std::uint16_t>(sign | kInfinity | (1U << (kMantissa - 1)));
  }
  const int exponent = static_cast<int>(magnitude >> 52) - 1023 + kBias;
  if (exponent >= (1 << kExponent) - 1) return static_cast<std::uint16_t>(sign | kInfinity);

  // Below the normal range the value is a multiple of a fixed step: shift further.
  const int shift = exponent > 0 ? kDrop : kDrop + 1 - exponent;
  if (shift > 54) return sign;
  const std::uint64_t significand = (magnitude & 0xF'FFFF'FFFF'FFFFULL) | (1ULL << 52);
  const std::uint64_t kept = significand >> shift;
  const std::uint64_t rest = significand & ((1ULL << shift) - 1);
  const std::uint64_t half = 1ULL << (shift - 1);
  const std::uint64_t rounded = kept + (rest > half || (rest == half && (kept & 1) != 0) ? 1 : 0);
  // A carry out of the significand lands in the exponent, where it belongs.
  const std::uint64_t base =
      exponent > 0 ? static_cast<std::uint64_t>(exponent - 1) << kMantissa : 0;
  return static_cast<std::uint16_t>(sign | (base + rounded));
}

constexpr float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits >> 15) << 31;
  const std::uint32_t exponent = (bits >> 10) & 31;
  const std::uint32_t mantissa = bits & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F80'0000U | (mantissa << 13));
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

}  // namespace detail

/// Exact, except that a NaN may lose its payload.
constexpr float widen(float value) { return value; }
constexpr double widen(double value) { return value; }
constexpr float widen(Half value) { return detail::half_to_float(value.bits); }
constexpr float widen(BFloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

/// `value` rounded once, to nearest even, to storage type S.
template <class S>
constexpr S narrow(double value) {
  if constexpr (std::is_same_v<S, Half>) {
    return {detail::round_to_bits<5, 10>(value)};
  } else if constexpr (std::is_same_v<S, BFloat16>) {
    return {detail::round_to_bits<8, 7>(value)};
  } else {
    return static_cast<S>(value);
  }
}

/// The distance from 1 to the next number, as a factor on a result's magnitude.
template <class S>
constexpr double ulp_of() {
  if constexpr (std::is_same_v<S, Half>) {
    return 0x1p-10;
  } else if constexpr (std::is_same_v<S, BFloat16>) {
    return 0x1p-7;
  } else {
    return std::numeric_limits<S>::epsilon();
  }
}

/// Calls visitor(std::type_identity<S>{}) with the storage type of `dtype`.
template <class Visitor>
decltype(auto) visit_dtype(DType dtype, Visitor&& visitor) {
  switch (dtype) {  // NOLINT(bugprone-branch-clone): the types differ
    case DType::f16: return visitor(std::type_identity<Half>{});
    case DType::bf16: return visitor(std::type_identity<BFloat16>{});
    case DType::f32: return visitor(std::type_identity<float>{});
    case DType::f64: return visitor(std::type_identity<double>{});
  }
  throw std::invalid_argument("prelu: unknown DType");
}

/// Calls visitor(type_identity<S>, type_identity<A>) with the storage types of x and of alpha.
/// Alpha has x's dtype or f32; anything else throws std::invalid_argument.
template <class Visitor>
decltype(auto) visit_dtypes(const Problem& problem, Visitor&& visitor) {
  return visit_dtype(problem.dtype, [&]<class S>(std::type_identity<S> x) -> decltype(auto) {
    if (problem.alpha_dtype == problem.dtype) return visitor(x, x);
    if (problem.alpha_dtype == DType::f32) return visitor(x, std::type_identity<float>{});
    throw std::invalid_argument("prelu: alpha has neither x's dtype nor f32");
  });
}

inline std::size_t size_of(DType dtype) {
  return visit_dtype(dtype, []<class S>(std::type_identity<S>) { return sizeof(S); });
}

}  // namespace prelu
