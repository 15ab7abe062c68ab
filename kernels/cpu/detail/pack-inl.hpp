// What the row kernels load, compute and store at once, for one Highway target: a pack.
//
// Slopes are selected by comparing x, never by max(x, 0) + alpha * min(x, 0), which loses NaN.
// Where x does not take alpha, 1 * x is x: a selection instead of a product.
//
// Included once per target by row_kernels.cpp, hence the guard that Highway's pattern demands.
#if defined(PRELU_PACK_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PRELU_PACK_INL_HPP
#undef PRELU_PACK_INL_HPP
#else
#define PRELU_PACK_INL_HPP
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "dtype.hpp"
#include "hwy/highway.h"
#include "vector_codec-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace prelu::cpu::HWY_NAMESPACE {

/// A vector of bf16 holds two vectors of accumulators: its even and its odd elements, which a shift
/// and a mask separate.
template <class T>
inline constexpr bool kInPairs = std::is_same_v<T, BFloat16> && (kLanes<float>) > 1;

template <class T>
inline constexpr std::int64_t kParts = kInPairs<T> ? 2 : 1;

/// The elements of a pack.
template <class T>
inline constexpr std::int64_t kPack = kParts<T>* kLanes<T>;

/// An accumulator for each element of a pack: its slope, or its sum.
template <class T>
struct Parts {
  Vector<T> part[kParts<T>];  // NOLINT(modernize-avoid-c-arrays): stays in registers
};

template <class T>
inline Parts<T> same_parts(accumulate_t<T> value) {
  Parts<T> parts;
  for (Vector<T>& part : parts.part) part = hn::Set(AccumulatorTag<T>(), value);
  return parts;
}

template <class T>
inline Parts<T> load_parts(const accumulate_t<T>* from) {
  Parts<T> parts;
  if constexpr (kInPairs<T>) {
    LoadInterleaved2(AccumulatorTag<T>(), from, parts.part[0], parts.part[1]);
  } else {
    parts.part[0] = load(from);
  }
  return parts;
}

template <class T>
inline void store_parts(const Parts<T>& parts, accumulate_t<T>* to) {
  if constexpr (kInPairs<T>) {
    StoreInterleaved2(parts.part[0], parts.part[1], AccumulatorTag<T>(), to);
  } else {
    store<false>(parts.part[0], to);
  }
}

/// The first `count` elements, and zeros.
template <class T>
inline Parts<T> load_parts_partial(const accumulate_t<T>* from, std::int64_t count) {
  std::array<accumulate_t<T>, static_cast<std::size_t>(kPack<T>)> buffer{};
  std::copy_n(from, count, buffer.data());
  return load_parts<T>(buffer.data());
}

template <class T>
inline void store_parts_partial(const Parts<T>& parts, accumulate_t<T>* to, std::int64_t count) {
  std::array<accumulate_t<T>, static_cast<std::size_t>(kPack<T>)> buffer;
  store_parts<T>(parts, buffer.data());
  std::copy_n(buffer.data(), count, to);
}

/// A pack of one vector, converted as it is loaded and stored.
template <class T, SlopeAtZero kAtZero>
struct PlainPack {
  using Stored = Vector<T>;

  static Stored load(const T* from) { return HWY_NAMESPACE::load(from); }
  static Stored load_partial(const T* from, std::int64_t count) {
    return HWY_NAMESPACE::load_partial(from, count);
  }
  template <bool kStreaming>
  static void store(Stored value, T* to) {
    HWY_NAMESPACE::store<kStreaming>(value, to);
  }
  static void store_partial(Stored value, T* to, std::int64_t count) {
    HWY_NAMESPACE::store_partial(value, to, count);
  }

  static Stored forward(Stored x, const Parts<T>& slopes) {
    const Vector<T> zero = hn::Zero(AccumulatorTag<T>());
    const Vector<T> product = hn::Mul(slopes.part[0], x);
    // A NaN remains one with any slope; and so does a zero with a slope of 0 or 1.
    if constexpr (kAtZero == SlopeAtZero::alpha) {
      return hn::IfThenElse(hn::Le(x, zero), product, x);
    } else {
      return hn::IfThenElse(hn::Lt(x, zero), product, x);
    }
  }

  /// dx; adds x * dy to the sums where x takes alpha, and nothing elsewhere: infinities stay out.
  static Stored backward(Stored x, Stored dy, const Parts<T>& slopes, Parts<T>& sums) {
    const Vector<T> zero = hn::Zero(AccumulatorTag<T>());
    const auto takes_alpha = [&] {
      if constexpr (kAtZero == SlopeAtZero::alpha) {
        return hn::Not(hn::Gt(x, zero));
      } else {
        return hn::Lt(x, zero);
      }
    }();
    sums.part[0] = hn::IfThenElse(takes_alpha, hn::MulAdd(x, dy, sums.part[0]), sums.part[0]);
    const Vector<T> product = hn::Mul(slopes.part[0], dy);
    if constexpr (kAtZero == SlopeAtZero::zero) {
      const Vector<T> other = hn::IfThenElse(hn::Gt(x, zero), dy, hn::Mul(zero, dy));
      return hn::IfThenElse(takes_alpha, product, other);
    } else {
      return hn::IfThenElse(takes_alpha, product, dy);
    }
  }
};

/// A pack of two vectors of accumulators in one of bf16. Elements are compared and selected as they
/// are stored, all at once; only products and sums take floats.
template <SlopeAtZero kAtZero, class Accumulators = FloatTag>
struct BFloat16Pack {
  using Tag = hn::Repartition<std::uint16_t, Accumulators>;
  using Stored = hn::Vec<Tag>;
  using Slopes = Parts<BFloat16>;

  static Stored load(const BFloat16* from) { return hn::LoadU(Tag(), &from->bits); }
  static Stored load_partial(const BFloat16* from, std::int64_t count) {
    return load_lanes(Tag(), &from->bits, count);
  }
  template <bool kStreaming>
  static void store(Stored value, BFloat16* to) {
    store_all_lanes<kStreaming>(value, Tag(), &to->bits);
  }
  static void store_partial(Stored value, BFloat16* to, std::int64_t count) {
    store_lanes(value, Tag(), &to->bits, count);
  }

  static Stored forward(Stored x, const Slopes& slopes) {
    const Slopes wide = widen(x);
    const Stored product =
        narrow(hn::Mul(slopes.part[0], wide.part[0]), hn::Mul(slopes.part[1], wide.part[1]));
    if constexpr (kAtZero == SlopeAtZero::alpha) {
      return hn::IfThenElse(is_positive(x), x, product);
    } else {
      return hn::IfThenElse(is_negative(x), product, x);
    }
  }

  /// As PlainPack's. What is 0 in both factors adds nothing to a sum.
  static Stored backward(Stored x, Stored dy, const Slopes& slopes, Slopes& sums) {
    if constexpr (kAtZero == SlopeAtZero::alpha) {
      const auto keeps = is_positive(x);
      const Stored product =
          backward_taken(hn::IfThenZeroElse(keeps, x), hn::IfThenZeroElse(keeps, dy), slopes, sums);
      return hn::IfThenElse(keeps, dy, product);
    } else {
      const auto takes = is_negative(x);
      const Stored product =
          backward_taken(hn::IfThenElseZero(takes, x), hn::IfThenElseZero(takes, dy), slopes, sums);
      const Stored other =
          kAtZero == SlopeAtZero::one ? dy : hn::IfThenElse(is_positive(x), dy, zero_times(dy));
      return hn::IfThenElse(takes, product, other);
    }
  }

 private:
  static constexpr std::uint16_t kSign = 0x8000;
  static constexpr std::uint16_t kInfinity = 0x7F80;
  static constexpr std::uint16_t kNan = 0x7FC0;

  /// x > 0: from the smallest number to infinity.
  static auto is_positive(Stored x) {
    const Stored past_zero = hn::Sub(x, hn::Set(Tag(), 1));
    return hn::Lt(past_zero, hn::Set(Tag(), kInfinity));
  }
  /// x < 0
  static auto is_negative(Stored x) {
    const Stored past_zero = hn::Sub(x, hn::Set(Tag(), kSign + 1));
    return hn::Lt(past_zero, hn::Set(Tag(), kInfinity));
  }

  static Stored zero_times(Stored value) {
    const Stored sign = hn::And(value, hn::Set(Tag(), kSign));
    const auto is_finite = hn::Lt(hn::Xor(value, sign), hn::Set(Tag(), kInfinity));
    return hn::IfThenElse(is_finite, sign, hn::Set(Tag(), kNan));
  }

  static Stored backward_taken(Stored x, Stored dy, const Slopes& slopes, Slopes& sums) {
    const Slopes wide_x = widen(x);
    const Slopes wide_dy = widen(dy);
    for (std::size_t k = 0; k < 2; ++k) {
      sums.part[k] = hn::MulAdd(wide_x.part[k], wide_dy.part[k], sums.part[k]);
    }
    return narrow(hn::Mul(slopes.part[0], wide_dy.part[0]),
                  hn::Mul(slopes.part[1], wide_dy.part[1]));
  }

  static Slopes widen(Stored stored) {
    const auto bits = BitCast(BitsTag(), stored);
    return {{hn::BitCast(FloatTag(), hn::ShiftLeft<16>(bits)),
             hn::BitCast(FloatTag(), hn::And(bits, hn::Set(BitsTag(), 0xFFFF'0000)))}};
  }

  /// Rounds to nearest even as BFloat16Codec does, all elements at once: up where the lower half is
  /// more than half a unit, or just that and the upper half is odd.
  static Stored narrow(FloatVector even, FloatVector odd) {
    const Tag tag;
    const BitsVector even_bits = hn::BitCast(BitsTag(), even);
    const BitsVector odd_bits = hn::BitCast(BitsTag(), odd);
    const Stored upper =
        OddEven(BitCast(tag, odd_bits), BitCast(tag, hn::ShiftRight<16>(even_bits)));
    const Stored lower =
        OddEven(BitCast(tag, hn::ShiftLeft<16>(odd_bits)), BitCast(tag, even_bits));
    const auto up = Gt(OrAnd(lower, upper, Set(tag, 1)), Set(tag, kSign));
    return IfThenElse(up, Add(upper, Set(tag, 1)), upper);
  }
};

template <class T, SlopeAtZero kAtZero>
using Pack = std::conditional_t<kInPairs<T>, BFloat16Pack<kAtZero>, PlainPack<T, kAtZero>>;

}  // namespace prelu::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
