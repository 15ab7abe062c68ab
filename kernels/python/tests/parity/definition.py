"""PReLU straight from its definition, in float64, and what "equal" means: the truth of these tests.

y and dx are one rounding of a product that is exact in float64 (for f64: the product itself), so
they are compared bit for bit. dalpha is a sum; it must lie within a bound computed for that sum:
ulp(dtype)*|sum| + 4*sqrt(terms)*ulp(accumulator)*sum|x*dy|.
"""

from typing import NamedTuple

import ml_dtypes
import numpy as np

DTYPES = {"f16": np.float16, "bf16": ml_dtypes.bfloat16, "f32": np.float32, "f64": np.float64}
ULP = {"f16": 2.0**-10, "bf16": 2.0**-7, "f32": 2.0**-23, "f64": 2.0**-52}


def rounded(values, dtype):
    """To f32 and then to the dtype, as the library defines it; f64 at once."""
    with np.errstate(over="ignore"):
        if dtype == "f64":
            return np.asarray(values).astype(np.float64)
        return np.asarray(values).astype(np.float32).astype(DTYPES[dtype])


def _scaled(x, value, alpha, at_zero):
    x, value, alpha = (np.asarray(a).astype(np.float64) for a in (x, value, alpha))
    zero = {"one": 1.0, "alpha": alpha, "zero": 0.0}[at_zero]
    slope = np.where(x > 0, 1.0, np.where(x < 0, alpha, zero))
    with np.errstate(invalid="ignore", over="ignore"):
        return slope * value


def forward(x, alpha, dtype, at_zero="one"):
    """alpha has a shape that broadcasts to x's."""
    return rounded(_scaled(x, x, alpha, at_zero), dtype)


def backward_dx(dy, x, alpha, dtype, at_zero="one"):
    return rounded(_scaled(x, dy, alpha, at_zero), dtype)


class Sum(NamedTuple):
    """What dalpha must be, and by how much it may differ, slope by slope."""

    value: np.ndarray
    allowed: np.ndarray


def backward_dalpha(dy, x, alpha, dtype, at_zero="one", rounded_terms=False, accumulator=None):
    """Sums over the axes along which alpha is broadcast. The library adds exact products in f32 (of
    f64: in f64). Some frameworks round each product to the dtype before they add it, and some add
    in the dtype itself: rounded_terms and accumulator say so."""
    wide = np.longdouble
    with np.errstate(invalid="ignore", over="ignore"):
        takes_alpha = ~(x > 0) if at_zero == "alpha" else x < 0
        terms = np.where(takes_alpha, x.astype(wide) * dy.astype(wide), wide(0))
        if rounded_terms:
            terms = rounded(terms, dtype).astype(wide)
        axes = tuple(axis for axis in range(x.ndim) if alpha.shape[axis] == 1)
        total = terms.sum(axis=axes, keepdims=True)
        magnitude = np.abs(terms).sum(axis=axes, keepdims=True)
        count = x.size / alpha.size
        step = ULP[accumulator or ("f64" if dtype == "f64" else "f32")]
        value = rounded(total, dtype).astype(wide)
        allowed = ULP[dtype] * np.abs(value) + 4 * np.sqrt(count) * step * magnitude
    return Sum(value, allowed)


def same_bits(expected, actual):
    """Element by element: the same bits, so that -0 is not 0; any NaN serves for a NaN."""
    expected, actual = np.asarray(expected), np.asarray(actual)
    assert expected.dtype == actual.dtype, f"{actual.dtype}, expected {expected.dtype}"
    assert expected.shape == actual.shape, f"{actual.shape}, expected {expected.shape}"
    bits = f"u{expected.dtype.itemsize}"
    equal = np.ascontiguousarray(expected).view(bits) == np.ascontiguousarray(actual).view(bits)
    return equal | (np.isnan(expected) & np.isnan(actual))


def assert_same_bits(expected, actual, what):
    equal = same_bits(expected, actual)
    if equal.all():
        return
    first = tuple(np.argwhere(~equal)[0])
    raise AssertionError(
        f"{what}{[int(i) for i in first]} is {actual[first]!r}, expected exactly "
        f"{expected[first]!r}; {int((~equal).sum())} of {equal.size} differ"
    )


def assert_within(expected: Sum, actual, what):
    """A NaN is matched by a NaN alone, an infinity by itself."""
    value, allowed = (np.asarray(a).reshape(-1) for a in expected)
    actual = np.asarray(actual).astype(np.longdouble).reshape(-1)
    assert actual.shape == value.shape, f"{what}: {actual.size} slopes, expected {value.size}"
    with np.errstate(invalid="ignore"):
        close = np.abs(actual - value) <= allowed
    good = np.where(np.isnan(value), np.isnan(actual), close & np.isfinite(value))
    good |= np.isinf(value) & (actual == value)
    if good.all():
        return
    k = int(np.argmin(good))
    raise AssertionError(
        f"{what}[{k}] is {actual[k]}, expected {value[k]} within {allowed[k]}; "
        f"{int((~good).sum())} of {good.size} slopes differ"
    )
