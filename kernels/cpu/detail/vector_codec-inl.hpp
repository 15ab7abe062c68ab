// Loading and storing a vector of accumulators, whole or in part, for one Highway target: how each
// storage type widens, and how it is rounded once to nearest even.
//
// Included once per target by row_kernels.cpp, hence the guard that Highway's pattern demands.
#if defined(PRELU_VECTOR_CODEC_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PRELU_VECTOR_CODEC_INL_HPP
#undef PRELU_VECTOR_CODEC_INL_HPP
#else
#define PRELU_VECTOR_CODEC_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "dtype.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace prelu::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::int64_t kCacheLine = 64;

template <class T>
using AccumulatorTag = hn::ScalableTag<accumulate_t<T>>;

/// A vector of accumulators.
template <class T>
using Vector = hn::Vec<AccumulatorTag<T>>;

template <class T>
inline constexpr auto kLanes = static_cast<std::int64_t>(hn::MaxLanes(AccumulatorTag<T>()));

using FloatTag = AccumulatorTag<float>;
using FloatVector = Vector<float>;
/// As many lanes as a vector of floats: one bit pattern a lane, and its 16-bit storage.
using BitsTag = hn::RebindToUnsigned<FloatTag>;
using BitsVector = hn::Vec<BitsTag>;
using StorageTag = hn::Rebind<std::uint16_t, FloatTag>;
using StorageVector = hn::Vec<StorageTag>;

/// AVX-512 masks accesses to memory, whatever the element; elsewhere the end of a run goes through
/// a buffer, so that nothing outside it is touched.
inline constexpr bool kMasksMemory = HWY_TARGET <= HWY_AVX3;

/// The first `count` lanes, and zeros.
template <class Tag>
inline hn::Vec<Tag> load_lanes(Tag tag, const hn::TFromD<Tag>* from, std::int64_t count) {
  if constexpr (kMasksMemory) {
    return hn::MaskedLoad(hn::FirstN(tag, static_cast<std::size_t>(count)), tag, from);
  } else {
    alignas(kCacheLine) std::array<hn::TFromD<Tag>, hn::MaxLanes(Tag())> buffer{};
    std::copy_n(from, count, buffer.data());
    return hn::Load(tag, buffer.data());
  }
}

template <class Tag>
inline void store_lanes(hn::Vec<Tag> value, Tag tag, hn::TFromD<Tag>* to, std::int64_t count) {
  if constexpr (kMasksMemory) {
    hn::BlendedStore(value, hn::FirstN(tag, static_cast<std::size_t>(count)), tag, to);
  } else {
    alignas(kCacheLine) std::array<hn::TFromD<Tag>, hn::MaxLanes(Tag())> buffer;
    hn::Store(value, tag, buffer.data());
    std::copy_n(buffer.data(), count, to);
  }
}

template <bool kStreaming, class Tag>
inline void store_all_lanes(hn::Vec<Tag> value, Tag tag, hn::TFromD<Tag>* to) {
  // Highway may stream a whole multiple of 16 bytes where a vector is narrower.
  if constexpr (kStreaming && hn::MaxLanes(Tag()) * sizeof(hn::TFromD<Tag>) >= 16) {
    hn::Stream(value, tag, to);
  } else {
    hn::StoreU(value, tag, to);
  }
}

/// Highway's own conversion is the CPU's from AVX2 on. Below, it is emulated in some targets and
/// missing in others: done here, from float operations and integers.
inline constexpr bool kConvertsHalf = HWY_TARGET <= HWY_AVX2;

inline FloatVector half_bits_to_float(BitsVector bits) {
  const BitsTag tag;
  const FloatTag float_tag;
  const BitsVector sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(tag, 0x8000)));
  const BitsVector magnitude = hn::ShiftLeft<13>(hn::And(bits, hn::Set(tag, 0x7FFF)));
  // The exponent's bias changes by a multiplication, which is exact for subnormal numbers too.
  const FloatVector scaled =
      hn::Mul(hn::BitCast(float_tag, magnitude), hn::Set(float_tag, 0x1p112F));
  const auto not_finite = hn::Ge(scaled, hn::Set(float_tag, 0x1p16F));
  const BitsVector exponent =
      hn::IfThenElseZero(hn::RebindMask(tag, not_finite), hn::Set(tag, 0x7F80'0000));
  return hn::BitCast(float_tag, hn::Or(sign, hn::Or(exponent, hn::BitCast(tag, scaled))));
}

inline BitsVector float_to_half_bits(FloatVector value) {
  const BitsTag tag;
  const FloatTag float_tag;
  const BitsVector bits = hn::BitCast(tag, value);
  const BitsVector sign = hn::And(bits, hn::Set(tag, 0x8000'0000));
  const BitsVector magnitude = hn::Xor(bits, sign);
  const FloatVector absolute = hn::BitCast(float_tag, magnitude);

  // Normal: rebias the exponent, and round the 13 bits that go.
  const BitsVector odd = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(tag, 1));
  const BitsVector rebias = hn::Set(tag, 0xC800'0FFF);  // (15 - 127) << 23, and half a unit less 1
  const BitsVector normal = hn::ShiftRight<13>(hn::Add(hn::Add(magnitude, rebias), odd));
  // Subnormal: the addition of 0.5 shifts the significand into place, and rounds it.
  const BitsVector half = hn::BitCast(tag, hn::Set(float_tag, 0.5F));
  const BitsVector subnormal =
      hn::Sub(hn::BitCast(tag, hn::Add(absolute, hn::Set(float_tag, 0.5F))), half);
  const BitsVector too_large = hn::IfThenElse(hn::RebindMask(tag, hn::IsNaN(value)),
                                              hn::Set(tag, 0x7E00), hn::Set(tag, 0x7C00));

  const auto is_subnormal = hn::RebindMask(tag, hn::Lt(absolute, hn::Set(float_tag, 0x1p-14F)));
  const auto is_in_range = hn::RebindMask(tag, hn::Lt(absolute, hn::Set(float_tag, 0x1p16F)));
  const BitsVector rounded =
      hn::IfThenElse(is_in_range, hn::IfThenElse(is_subnormal, subnormal, normal), too_large);
  return hn::Or(hn::ShiftRight<16>(sign), rounded);
}

/// `bits` are at most 0xFFFF.
inline StorageVector to_storage(BitsVector bits) {
  return hn::DemoteTo(StorageTag(), hn::BitCast(hn::RebindToSigned<BitsTag>(), bits));
}

/// The two ways to convert, as templates so that only the one in use is instantiated.
template <bool kNative>
struct HalfCodec {
  static FloatVector widen(StorageVector stored) {
    return half_bits_to_float(hn::PromoteTo(BitsTag(), stored));
  }
  static StorageVector narrow(FloatVector value) { return to_storage(float_to_half_bits(value)); }
};

template <>
struct HalfCodec<true> {
  template <class Tag = FloatTag>
  static FloatVector widen(StorageVector stored) {
    return hn::PromoteTo(Tag(), hn::BitCast(hn::Rebind<hwy::float16_t, Tag>(), stored));
  }
  template <class Tag = FloatTag>
  static StorageVector narrow(FloatVector value) {
    return hn::BitCast(StorageTag(), hn::DemoteTo(hn::Rebind<hwy::float16_t, Tag>(), value));
  }
};

/// Highway 1.0 truncates, and the conversions of hardware flush subnormals: done with integers.
struct BFloat16Codec {
  static FloatVector widen(StorageVector stored) {
    return hn::BitCast(FloatTag(), hn::ShiftLeft<16>(hn::PromoteTo(BitsTag(), stored)));
  }
  /// A NaN stays one because the lower half of its bits is 0: it comes from a BFloat16, from the
  /// hardware, or from a slope, for which row_kernels.hpp asks it.
  static StorageVector narrow(FloatVector value) {
    const BitsTag tag;
    const BitsVector bits = hn::BitCast(tag, value);
    const BitsVector odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(tag, 1));
    const BitsVector rounded = hn::Add(hn::Add(bits, hn::Set(tag, 0x7FFF)), odd);
    return to_storage(hn::ShiftRight<16>(rounded));
  }
};

template <class T>
using Codec = std::conditional_t<std::is_same_v<T, Half>, HalfCodec<kConvertsHalf>, BFloat16Codec>;

template <class T>
inline Vector<T> load(const T* from) {
  if constexpr (std::is_floating_point_v<T>) {
    return hn::LoadU(AccumulatorTag<T>(), from);
  } else {
    return Codec<T>::widen(hn::LoadU(StorageTag(), &from->bits));
  }
}

template <class T>
inline Vector<T> load_partial(const T* from, std::int64_t count) {
  if constexpr (std::is_floating_point_v<T>) {
    return load_lanes(AccumulatorTag<T>(), from, count);
  } else {
    return Codec<T>::widen(load_lanes(StorageTag(), &from->bits, count));
  }
}

template <bool kStreaming, class T>
inline void store(Vector<T> value, T* to) {
  if constexpr (std::is_floating_point_v<T>) {
    store_all_lanes<kStreaming>(value, AccumulatorTag<T>(), to);
  } else {
    store_all_lanes<kStreaming>(Codec<T>::narrow(value), StorageTag(), &to->bits);
  }
}

template <class T>
inline void store_partial(Vector<T> value, T* to, std::int64_t count) {
  if constexpr (std::is_floating_point_v<T>) {
    store_lanes(value, AccumulatorTag<T>(), to, count);
  } else {
    store_lanes(Codec<T>::narrow(value), StorageTag(), &to->bits, count);
  }
}

}  // namespace prelu::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
