"""Shapes and strides of x and alpha become the problem that the library knows.

Memory is what counts: x's axes are taken in the order in which they lie there, and neighbours that
alpha treats alike become one. What is left is a row of groups, along which alpha is constant or
changes:

    constant, changing, constant   one slope a channel, channels outside (NCHW)
    constant, changing             one slope a channel, channels innermost (NHWC), or an element
    constant                       one slope for all
    anything else                  a broadcast of up to five axes

So a channels_last tensor, or a transposed array, needs neither a copy nor a word from the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from prelu import _library

Extents = tuple[int, ...]


class Geometry(NamedTuple):
    """What prelu_problem says about shapes."""

    mode: int
    layout: int
    n: int
    c: int
    spatial: int
    spatial_shape: Extents = (0, 0, 0)
    alpha_shape: Extents = (0, 0, 0, 0, 0)


def memory_order(shape: Extents, strides: Extents) -> list[int] | None:
    """The axes of more than one element, outermost first, or None where they leave gaps or overlap.
    Strides count elements."""
    axes = [axis for axis, extent in enumerate(shape) if extent != 1]
    if 0 in shape:
        return axes
    axes.sort(key=lambda axis: -strides[axis])  # stable
    expected = 1
    for axis in reversed(axes):
        if strides[axis] != expected:
            return None
        expected *= shape[axis]
    return axes


def align(shape: Extents, alpha: Extents, layout: str) -> dict[int, int]:
    """Which of alpha's axes lies along which of x's; those along which alpha is constant are not
    there. One axis means channels, always: to lie along another, alpha is given with all of x's.
    """
    if prod(alpha) == 1:
        return {}
    channel = 1 if layout == "nchw" else len(shape) - 1
    channels = shape[channel] if len(shape) > 1 else 1
    if len(alpha) == 1:
        if alpha[0] == channels:
            return {channel: 0}
        raise ValueError(
            f"alpha has {alpha[0]} slopes; allowed for x of shape {shape} in {layout} are 1 "
            f"(shared), {channels} (one a channel), shape {shape[1:]} (one an element), or any "
            "shape of more axes that broadcasts to x's"
        )
    offset = len(shape) - len(alpha)
    fits = offset >= 0 and all(
        extent in (1, shape[offset + axis]) for axis, extent in enumerate(alpha)
    )
    if not fits:
        raise ValueError(
            f"alpha has shape {alpha}, which does not broadcast to x's {shape}; allowed in {layout} "
            f"are 1 slope (shared), {channels} (one a channel), shape {shape[1:]} (one an element), "
            "or any shape whose axes, from the last one on, are 1 or x's"
        )
    return {offset + axis: axis for axis, extent in enumerate(alpha) if extent != 1}


def groups(shape: Extents, order: Sequence[int], varies: Sequence[int]) -> list[tuple[int, bool]]:
    """The extents of neighbouring axes that alpha treats alike, and whether it changes there."""
    result: list[tuple[int, bool]] = []
    for axis in order:
        if result and result[-1][1] == (axis in varies):
            result[-1] = (result[-1][0] * shape[axis], axis in varies)
        else:
            result.append((shape[axis], axis in varies))
    return result


def _broadcast(rows: list[tuple[int, bool]], shape: Extents, alpha: Extents) -> Geometry:
    if len(rows) > _library.AXES:
        raise ValueError(
            f"alpha of shape {alpha} changes and is constant along x's {shape} in "
            f"{len(rows)} turns; the library knows up to {_library.AXES}"
        )
    rows = [(1, False)] * (_library.AXES - len(rows)) + rows
    n, c, *spatial = (extent for extent, _ in rows)
    return Geometry(
        mode=_library.BROADCAST,
        layout=_library.LAYOUTS["nchw"],
        n=n,
        c=c,
        spatial=prod(spatial),
        spatial_shape=tuple(spatial),
        alpha_shape=tuple(extent if varies else 1 for extent, varies in rows),
    )


def geometry(
    shape: Extents, strides: Extents, alpha: Extents, alpha_strides: Extents, layout: str
) -> Geometry:
    """The problem of an x and an alpha of these shapes. Throws ValueError where there is none."""
    order = memory_order(shape, strides)
    if order is None:
        raise ValueError(
            f"x of shape {shape} has strides {strides} (in elements); its elements must be "
            "contiguous, with the axes in any order"
        )
    along = align(shape, alpha, layout)
    alpha_order = memory_order(alpha, alpha_strides)
    # An empty x has no order, and alpha's is as good as another.
    if alpha_order is None or (
        0 not in shape and alpha_order != [along[axis] for axis in order if axis in along]
    ):
        raise ValueError(
            f"alpha of shape {alpha} has strides {alpha_strides} (in elements); it must be contiguous, "
            f"with its axes in the order that x's have in memory (x of shape {shape} has strides "
            f"{strides})"
        )

    nchw, nhwc = _library.LAYOUTS["nchw"], _library.LAYOUTS["nhwc"]
    varies = [axis for axis in order if axis in along]
    if not varies:
        n, c, *spatial = [*(shape[axis] for axis in order), 1, 1][: max(2, len(order))]
        return Geometry(_library.SHARED, nchw, n, c, prod(spatial))
    rows = groups(shape, order, varies)
    if rows[0][1] and len(rows) < 3:
        rows.insert(0, (1, False))
    if len(rows) == 2:
        n, slopes = rows[0][0], rows[1][0]
        if len(varies) == 1:
            return Geometry(_library.PER_CHANNEL, nhwc, n, slopes, 1)
        c = shape[varies[0]]
        spatial = [shape[axis] for axis in varies[1:]]
        return Geometry(_library.PER_ELEMENT, nchw, n, c, prod(spatial))
    if len(rows) == 3 and not rows[0][1]:
        return Geometry(_library.PER_CHANNEL, nchw, rows[0][0], rows[1][0], rows[2][0])
    return _broadcast(rows, shape, alpha)
