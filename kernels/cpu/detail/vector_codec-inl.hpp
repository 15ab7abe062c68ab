// Loading and storing blocks of two vectors of accumulators, for one Highway target: how each
// storage type widens, and how it is rounded once to nearest even.
//
// Included once per target by row_kernels.cpp, hence the guard that Highway's pattern demands.
#if defined(PRELU_VECTOR_CODEC_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PRELU_VECTOR_CODEC_INL_HPP
#undef PRELU_VECTOR_CODEC_INL_HPP
#else
#define PRELU_VECTOR_CODEC_INL_HPP
#endif

#include <cstdint>
#include <type_traits>

#include "dtype.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace prelu::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
using AccumulatorTag = hn::ScalableTag<accumulate_t<T>>;

/// A vector of accumulators.
template <class T>
using Vector = hn::Vec<AccumulatorTag<T>>;

using FloatTag = AccumulatorTag<float>;
using FloatVector = Vector<float>;
/// As many lanes as a vector of floats: one bit pattern a lane, and its 16-bit storage.
using BitsTag = hn::RebindToUnsigned<FloatTag>;
using BitsVector = hn::Vec<BitsTag>;
using StorageTag = hn::Rebind<std::uint16_t, FloatTag>;
using StorageVector = hn::Vec<StorageTag>;

template <class T>
inline Vector<T> load(const T* from) {
  return hn::LoadU(AccumulatorTag<T>(), from);
}

template <bool kStreaming, class T>
inline void store(Vector<T> value, T* to) {
  if constexpr (kStreaming) {
    hn::Stream(value, AccumulatorTag<T>(), to);
  } else {
    hn::StoreU(value, AccumulatorTag<T>(), to);
  }
}

inline BitsVector load_bits(const std::uint16_t* from) {
  return hn::PromoteTo(BitsTag(), hn::LoadU(StorageTag(), from));
}

template <bool kStreaming>
inline void store_storage(StorageVector value, std::uint16_t* to) {
  // Highway may stream a whole multiple of 16 bytes where a vector is narrower.
  if constexpr (kStreaming && hn::MaxLanes(StorageTag()) * sizeof(std::uint16_t) >= 16) {
    hn::Stream(value, StorageTag(), to);
  } else {
    hn::StoreU(value, StorageTag(), to);
  }
}

/// `bits` are at most 0xFFFF.
template <bool kStreaming>
inline void store_bits(BitsVector bits, std::uint16_t* to) {
  const hn::RebindToSigned<BitsTag> signed_tag;
  store_storage<kStreaming>(hn::DemoteTo(StorageTag(), hn::BitCast(signed_tag, bits)), to);
}

inline FloatVector load(const BFloat16* from) {
  return hn::BitCast(FloatTag(), hn::ShiftLeft<16>(load_bits(&from->bits)));
}

/// The nearest number with 16 significant bits, in the upper half; what remains in the lower half
/// is of no use. Highway 1.0 truncates; and hardware conversions flush subnormals.
///
/// A NaN stays one because the lower half of its bits is 0: it comes from a BFloat16, from the
/// hardware, or from a slope, for which row_kernels.hpp asks it.
inline BitsVector round_to_bfloat16(FloatVector value) {
  const BitsTag tag;
  const BitsVector bits = hn::BitCast(tag, value);
  const BitsVector odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(tag, 1));
  return hn::Add(hn::Add(bits, hn::Set(tag, 0x7FFF)), odd);
}

template <bool kStreaming>
inline void store(FloatVector value, BFloat16* to) {
  store_bits<kStreaming>(hn::ShiftRight<16>(round_to_bfloat16(value)), &to->bits);
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

/// The two ways to convert, as templates so that only the one in use is instantiated.
template <bool kNative>
struct HalfCodec {
  static FloatVector load(const std::uint16_t* from) { return half_bits_to_float(load_bits(from)); }
  template <bool kStreaming>
  static void store(FloatVector value, std::uint16_t* to) {
    store_bits<kStreaming>(float_to_half_bits(value), to);
  }
};

template <>
struct HalfCodec<true> {
  template <class Tag = FloatTag>
  static FloatVector load(const std::uint16_t* from) {
    const hn::Rebind<hwy::float16_t, Tag> half_tag;
    return hn::PromoteTo(Tag(), hn::BitCast(half_tag, hn::LoadU(StorageTag(), from)));
  }
  template <bool kStreaming, class Tag = FloatTag>
  static void store(FloatVector value, std::uint16_t* to) {
    const hn::Rebind<hwy::float16_t, Tag> half_tag;
    store_storage<kStreaming>(hn::BitCast(StorageTag(), hn::DemoteTo(half_tag, value)), to);
  }
};

inline FloatVector load(const Half* from) { return HalfCodec<kConvertsHalf>::load(&from->bits); }

template <bool kStreaming>
inline void store(FloatVector value, Half* to) {
  HalfCodec<kConvertsHalf>::template store<kStreaming>(value, &to->bits);
}

/// Two vectors side by side: as one store where that is better than two.
template <bool kStreaming, class T>
inline void store_pair(Vector<T> first, Vector<T> second, T* to) {
  store<kStreaming>(first, to);
  store<kStreaming>(second, to + hn::MaxLanes(AccumulatorTag<T>()));
}

/// `Tag` is a whole vector of 16-bit numbers: a parameter, because targets without vectors lack
/// ConcatOdd, and must not look for it.
template <bool kStreaming, class Tag = hn::Repartition<std::uint16_t, FloatTag>>
inline void store_pair(FloatVector first, FloatVector second, BFloat16* to) {
  if constexpr (hn::MaxLanes(FloatTag()) == 1) {
    store<kStreaming>(first, to);
    store<kStreaming>(second, to + 1);
  } else {
    const Tag tag;
    const auto upper = ConcatOdd(tag, BitCast(tag, round_to_bfloat16(second)),
                                 BitCast(tag, round_to_bfloat16(first)));
    if constexpr (kStreaming) {
      hn::Stream(upper, tag, &to->bits);
    } else {
      hn::StoreU(upper, tag, &to->bits);
    }
  }
}

}  // namespace prelu::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
