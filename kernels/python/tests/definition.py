"""PReLU straight from its definition, in float64, for any broadcast: what the tests compare with."""

import numpy as np


def _slope(x, alpha, slope_at_zero):
    at_zero = {"one": np.ones_like(alpha), "alpha": alpha, "zero": np.zeros_like(alpha)}
    return np.where(x > 0, 1.0, np.where(x < 0, alpha, at_zero[slope_at_zero]))


def forward(x, alpha, slope_at_zero):
    """y in float64; alpha has as many axes as x."""
    x, alpha = x.astype(np.float64), alpha.astype(np.float64)
    return _slope(x, alpha, slope_at_zero) * x


def backward(dy, x, alpha, slope_at_zero):
    """dx and dalpha in float64, and the sums of |x * dy|, which bound what rounding may do."""
    dy, x, alpha = (array.astype(np.float64) for array in (dy, x, alpha))
    takes_alpha = ~(x > 0) if slope_at_zero == "alpha" else x < 0
    terms = np.where(takes_alpha, x * dy, 0.0)
    axes = tuple(axis for axis, extent in enumerate(alpha.shape) if extent == 1)
    dalpha = terms.sum(axis=axes, keepdims=True)
    return _slope(x, alpha, slope_at_zero) * dy, dalpha, np.abs(terms).sum(axis=axes, keepdims=True)
