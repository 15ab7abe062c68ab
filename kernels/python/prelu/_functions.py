"""forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, TypeVar

from prelu import _plans
from prelu._kind import Key, Kind, as_it_is
from prelu._kinds import kind_of_type
from prelu._plans import Opened

Layout = Literal["nchw", "nhwc"]
SlopeAtZero = Literal["one", "alpha", "zero"]
ArrayT = TypeVar("ArrayT")
Lift = Callable[[Any], Any]


def _open(array: Any, name: str, stream: int | None) -> tuple[Kind, Any, Lift]:
    """The array's kind, the array as it is computed with, and what turns results into the caller's
    kind."""
    cls: type = type(array)
    kind = kind_of_type(cls)
    if kind.native:
        kind.check_detached(array, name)
        return kind, array, as_it_is
    return kind.lower(array, name, stream)


def _open_x(x: Any, stream: int | None) -> tuple[Kind, Any, Lift, int | None]:
    """Also the stream: x's own, if it has one."""
    kind, array, lift = _open(x, "x", stream)
    current = kind.stream(array)
    if stream is not None and stream != current:
        raise ValueError(
            f"stream is {stream}, and x's {current}: stream= is only for GPU arrays of a library that "
            "has no current stream; PyTorch's and CuPy's are set with their own means"
        )
    return kind, array, lift, current


def _open_made(kind: Kind, like: Any, stream: int | None) -> tuple[Any, Opened]:
    """A new array, and the same opened."""
    array = kind.empty_like(like)
    return array, (kind, array) if kind.native else _open(array, "out", stream)[:2]


def _open_out(array: Any, name: str, stream: int | None) -> Opened:
    kind, opened, _ = _open(array, name, stream)
    kind.check_writable(opened, name)
    return kind, opened


@lru_cache(maxsize=256)
def _dtype_of_number(x: Key) -> str:
    """Float32 holds a slope best, unless x is float64."""
    return "float64" if x[0].memory(x, "x").dtype == "float64" else "float32"


def _open_alpha(
    alpha: Any, x_kind: Kind, x: Any, lift: Lift, stream: int | None
) -> tuple[Kind, Any, Lift]:
    """A number becomes an array beside x."""
    if not isinstance(alpha, (int, float)):
        return _open(alpha, "alpha", stream)
    number = x_kind.scalar(float(alpha), _dtype_of_number(x_kind.describe(x, "x")[1]), x)
    return *_open(number, "alpha", stream)[:2], lift


def _pair(out: Any) -> tuple[Any, Any]:
    if out is None:
        return None, None
    if not isinstance(out, tuple) or len(out) != 2:
        raise TypeError(f"out is of type {type(out).__name__}; it must be a pair, (dx, dalpha)")
    return out


def forward(
    x: ArrayT,
    alpha: Any,
    *,
    layout: Layout = "nchw",
    slope_at_zero: SlopeAtZero = "one",
    out: Any = None,
    stream: int | None = None,
) -> ArrayT:
    """PReLU: x where x > 0, alpha * x where x < 0.

    Args:
        x: (N, C, ...), or (N, ..., C) in nhwc; also of one axis, or none. Dense, with its axes in
            any order in memory. float16, bfloat16, float32 or float64; of NumPy, PyTorch, CuPy, JAX,
            or anything that speaks DLPack, __cuda_array_interface__ or the buffer protocol.
        alpha: the slopes, of x's dtype or float32, on x's device:
            a number, or one element: shared by all of x;
            shape (C,): one a channel. An alpha with one axis never means anything else;
            x's shape without the batch: one an element;
            any shape whose axes, from the last one on, are 1 or x's (ONNX's rule): a broadcast.
        layout: which axis of x is the channels': 1 in "nchw", the last in "nhwc".
        slope_at_zero: the slope where x is 0 or NaN: "one" (NumPy's where(x < 0, ...), ONNX),
            "alpha" (PyTorch) or "zero" (Keras). A NaN stays one.
        out: where to write: like x, or x itself. Made if it is not given.
        stream: the CUDA stream, as an integer, for GPU arrays of a library that has no current one;
            by default their owner's, or else the legacy default stream.

    Returns:
        y, of x's kind, shape, dtype and order in memory; or out.
    """
    x_kind, x_array, lift, stream = _open_x(x, stream)
    a_kind, a_array, _ = _open_alpha(alpha, x_kind, x_array, lift, stream)
    if out is None:
        y, opened = _open_made(x_kind, x_array, stream)
    else:
        y, opened, lift = out, _open_out(out, "out", stream), as_it_is
    _plans.run_forward((x_kind, x_array), (a_kind, a_array), opened, layout, slope_at_zero, stream)
    result: ArrayT = lift(y)
    return result


def backward(
    dy: Any,
    x: ArrayT,
    alpha: Any,
    *,
    layout: Layout = "nchw",
    slope_at_zero: SlopeAtZero = "one",
    out: tuple[Any, Any] | None = None,
    deterministic: bool = False,
    stream: int | None = None,
) -> tuple[ArrayT, Any]:
    """The gradients of forward: dx = slope * dy; dalpha, the sum of x * dy over the x that take alpha
    (in float32 for half types).

    Args:
        dy: the gradient of y, of x's shape, dtype, device and order in memory.
        x, alpha, layout, slope_at_zero, stream: as in forward. With slope_at_zero="alpha", x * dy
            enters dalpha where x is NaN, too.
        out: (dx, dalpha), where to write: like x, or dy itself; and like alpha. Either may be None,
            and is made then.
        deterministic: the same bits in every run, on a GPU too.

    Returns:
        (dx, dalpha), of the kinds, shapes and dtypes of x and alpha. Where alpha is a number, dalpha
        is an array of x's kind, without axes, in float32 (float64 if x is).
    """
    x_kind, x_array, lift, stream = _open_x(x, stream)
    a_kind, a_array, a_lift = _open_alpha(alpha, x_kind, x_array, lift, stream)
    dy_kind, dy_array, _ = _open(dy, "dy", stream)
    dx, dalpha = _pair(out)
    if dx is None:
        dx, opened_dx = _open_made(x_kind, x_array, stream)
    else:
        opened_dx, lift = _open_out(dx, "out[0]", stream), as_it_is
    if dalpha is None:
        dalpha, opened_dalpha = _open_made(a_kind, a_array, stream)
    else:
        opened_dalpha, a_lift = _open_out(dalpha, "out[1]", stream), as_it_is
    _plans.run_backward(
        (x_kind, x_array),
        (a_kind, a_array),
        (dy_kind, dy_array),
        opened_dx,
        opened_dalpha,
        layout,
        slope_at_zero,
        deterministic,
        stream,
    )
    return lift(dx), a_lift(dalpha)
