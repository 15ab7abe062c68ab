"""The problems on which the library and a framework are compared."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from definition import DTYPES, ULP

# A fully connected layer's, and a convolution's with planes that are no whole number of vectors.
SHAPES = {"nchw": [(4, 6), (2, 5, 7, 9)], "nhwc": [(4, 6), (2, 7, 9, 5)]}
MODES = ["shared", "per_channel", "per_element", "broadcast"]

# What the documentation of PyTorch and of TensorFlow shows, with an alpha of 0.5.
DOCUMENTED_X = np.array([[-0.8802, 0.2288], [-2.5138278, -0.34734365]], np.float32)
DOCUMENTED_Y = np.array([[-0.4401, 0.2288], [-1.2569139, -0.17367183]], np.float32)


@dataclass(frozen=True)
class Case:
    dtype: str
    layout: str
    mode: str
    shape: tuple

    def __str__(self):
        return "-".join([self.dtype, self.layout, self.mode, "x".join(map(str, self.shape))])

    @property
    def channel_axis(self):
        return 1 if self.layout == "nchw" else len(self.shape) - 1

    @property
    def alpha_shape(self):
        """As the library takes it."""
        return {
            "shared": (),
            "per_channel": (self.shape[self.channel_axis],),
            "per_element": self.shape[1:],
            "broadcast": (self.shape[1], 1, *self.shape[3:]),  # skips an axis in the middle
        }[self.mode]

    def broadcast(self, alpha):
        """alpha in a shape that has x's dimensions and broadcasts to x's."""
        if self.mode in ("per_element", "broadcast"):
            return alpha[np.newaxis]
        shape = [1] * len(self.shape)
        if self.mode == "per_channel":
            shape[self.channel_axis] = alpha.size
        return alpha.reshape(shape)


def cases(dtypes, modes=MODES, layouts=("nchw", "nhwc")):
    return [
        Case(dtype, layout, mode, shape)
        for dtype, layout, mode in product(dtypes, layouts, modes)
        for shape in SHAPES[layout]
        if mode != "broadcast" or len(shape) == 4
    ]


def special_values(dtype):
    """±0, the smallest subnormal, the smallest normal, ±1, the largest, ±inf and NaN."""
    info = np.finfo(DTYPES[dtype]) if dtype != "bf16" else _bfloat16_info()
    finite = [info.smallest_subnormal, info.smallest_normal, 1, 2.5, info.max, np.inf]
    both = [0.0, -0.0] + [sign * np.float64(value) for value in finite for sign in (1, -1)]
    return np.array(both + [np.nan]).astype(DTYPES[dtype])


def _bfloat16_info():
    import ml_dtypes

    return ml_dtypes.finfo(ml_dtypes.bfloat16)


@dataclass
class Data:
    """One case's inputs: x, dy, alpha as the library takes it, and alpha broadcast."""

    x: np.ndarray
    dy: np.ndarray
    alpha: np.ndarray
    wide_alpha: np.ndarray


def random_data(case, seed=1):
    """About half of x is negative; there is no zero."""
    random = np.random.default_rng(seed)
    dtype = DTYPES[case.dtype]
    x, dy = (random.standard_normal(case.shape).astype(dtype) for _ in range(2))
    x[x == 0] = 1
    alpha = random.uniform(0.05, 0.5, case.alpha_shape)
    alpha = np.asarray(alpha).astype(dtype)
    return Data(x, dy, alpha, case.broadcast(alpha))


def special_data(case, values=None):
    """x takes every special value, or those given; alpha and dy are powers of two, so that no
    product is rounded but below the subnormals. Where x is large dy is small: a sum that overflows
    on its way to -inf depends on its order."""
    values = special_values(case.dtype) if values is None else values
    dtype = DTYPES[case.dtype]
    x = np.resize(values, case.shape)
    dy = np.resize(np.array([1, -2, 0.5, -1, 4]), case.shape).astype(dtype)
    dy[np.isfinite(x) & (np.abs(x) > 1e4)] = 2.0**-10
    alpha = np.resize(np.array([0.25, -0.5, 2]), case.alpha_shape).astype(dtype)
    return Data(x, dy, alpha, case.broadcast(alpha))


def cancelling_terms(dtype, pairs=64):
    """A case whose products x * dy are -(1 + e)**2 and 1 + 2e in turn, with e the dtype's ulp; and
    their sum, -pairs * e**2, of which nothing is left where each product is rounded."""
    case = Case(dtype, "nchw", "shared", (1, 1, 2 * pairs))
    e = ULP[dtype]
    x = np.tile([-(1 + e), -1], pairs).astype(DTYPES[dtype]).reshape(case.shape)
    dy = np.tile([1 + e, -(1 + 2 * e)], pairs).astype(DTYPES[dtype]).reshape(case.shape)
    alpha = np.asarray(0.25, DTYPES[dtype])
    return case, Data(x, dy, alpha, case.broadcast(alpha)), -pairs * e**2
