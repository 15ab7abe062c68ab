"""Plans for arrays, kept for the next call, and the workspaces that they run in."""

from __future__ import annotations

import ctypes
import threading
from functools import lru_cache
from typing import Any, Final

import numpy as np

from prelu import _library
from prelu._geometry import geometry
from prelu._kind import Key, Kind, Memory

Opened = tuple[Kind, Any]  # an array that can be computed with, after its kind

_WORKSPACE_ALIGNMENT: Final = 256


def _check_choice(argument: str, value: object, allowed: dict[str, int]) -> None:
    if value not in allowed:
        choices = ", ".join(repr(choice) for choice in allowed)
        raise ValueError(f"{argument} is {value!r}; allowed are {choices}")


def _check_device(name: str, given: Memory, model_name: str, model: Memory) -> None:
    if (given.backend, given.device) != (model.backend, model.device):
        places = [f"cuda:{m.device}" if m.backend == _library.CUDA else "cpu" for m in (given, model)]
        raise ValueError(f"{name} is on {places[0]}; it must be where {model_name} is, on {places[1]}")


def _check_like(name: str, given: Memory, model_name: str, model: Memory) -> None:
    if given.shape != model.shape:
        raise ValueError(f"{name} has shape {given.shape}; it must be {model_name}'s, {model.shape}")
    if given.dtype != model.dtype:
        raise TypeError(f"{name} has dtype {given.dtype}; it must be {model_name}'s, {model.dtype}")
    _check_device(name, given, model_name, model)
    long = [axis for axis, extent in enumerate(model.shape) if extent > 1]
    if 0 not in model.shape and any(given.strides[axis] != model.strides[axis] for axis in long):
        raise ValueError(
            f"{name} has strides {given.strides} (in elements); they must be {model_name}'s, "
            f"{model.strides}"
        )


@lru_cache(maxsize=256)
def plan(
    direction: int,
    layout: str,
    slope_at_zero: str,
    update: int,
    flags: int,
    alignment: int,
    x: Key,
    alpha: Key,
    *others: Key,
) -> _library.Plan:
    """The plan for arrays with these keys: all that is asked of them but their addresses. The others
    are y; or dy, dx and, unless alpha is frozen, dalpha."""
    _check_choice("layout", layout, _library.LAYOUTS)
    _check_choice("slope_at_zero", slope_at_zero, _library.SLOPES_AT_ZERO)
    x_memory = x[0].memory(x, "x")
    alpha_memory = alpha[0].memory(alpha, "alpha")
    _check_device("alpha", alpha_memory, "x", x_memory)
    if alpha_memory.dtype not in (x_memory.dtype, "float32"):
        raise TypeError(
            f"alpha has dtype {alpha_memory.dtype}; allowed are x's, {x_memory.dtype}, and float32"
        )
    shapes = geometry(
        x_memory.shape, x_memory.strides, alpha_memory.shape, alpha_memory.strides, layout
    )
    if direction == _library.FORWARD:
        models = [("out", "x", x_memory)]
    else:
        models = [("dy", "x", x_memory), ("out[0]", "x", x_memory), ("out[1]", "alpha", alpha_memory)]
    for key, (name, model_name, model) in zip(others, models):
        _check_like(name, key[0].memory(key, name), model_name, model)
    return _library.Plan(
        _library.Problem(
            backend=x_memory.backend,
            device=x_memory.device,
            direction=direction,
            dtype=_library.DTYPES[x_memory.dtype],
            alpha_dtype=_library.DTYPES[alpha_memory.dtype],
            layout=shapes.layout,
            alpha_mode=shapes.mode,
            slope_at_zero=_library.SLOPES_AT_ZERO[slope_at_zero],
            alpha_update=update,
            alignment=alignment,
            flags=flags,
            n=shapes.n,
            c=shapes.c,
            spatial=shapes.spatial,
            spatial_shape=shapes.spatial_shape,
            alpha_shape=shapes.alpha_shape,
        )
    )


def _alignment(stream: int | None, *addresses: int) -> int:
    """The power of two, up to 256, that divides all addresses. The CPU does not ask for it."""
    if stream is None:
        return 0
    bits = _WORKSPACE_ALIGNMENT
    for address in addresses:
        bits |= address
    return bits & -bits


class _OnThisThread(threading.local):
    room: Any = None
    bytes = 0
    address = 0


_this_thread: Final = _OnThisThread()
_captured: Final[list[Any]] = []


def _aligned(address: int) -> int:
    return address + -address % _WORKSPACE_ALIGNMENT


def _on_cpu(count: int, zeroed: int) -> int:
    """This thread's, for any plan: a run has ended when the next one begins."""
    here = _this_thread
    if count > here.bytes:
        here.room = np.empty(count + _WORKSPACE_ALIGNMENT, np.uint8)
        here.address = _aligned(here.room.__array_interface__["data"][0])
        here.bytes = count
    if zeroed > 0:
        ctypes.memset(here.address, 0, zeroed)
    return here.address


def _workspace(plan: _library.Plan, kind: Kind, x: Any, stream: int | None) -> int:
    """The address of what a run of this plan on this thread and stream may use.

    On a GPU each plan has its own, so that it is zeroed but once. A graph may be replayed beside
    anything, so what is captured gets one for ever.
    """
    count = plan.workspace_bytes
    if count == 0:
        return 0
    if stream is None:
        return _on_cpu(count, plan.zeroed_bytes)
    if kind.is_capturing():
        room, address = kind.zeroed_bytes(count + _WORKSPACE_ALIGNMENT, x)
        _captured.append(room)
        return _aligned(address)
    place = (threading.get_ident(), stream)
    if place not in plan.workspaces:
        plan.workspaces[place] = kind.zeroed_bytes(count + _WORKSPACE_ALIGNMENT, x)
    return _aligned(plan.workspaces[place][1])


def run_forward(
    x: Opened, alpha: Opened, y: Opened, layout: str, slope_at_zero: str, stream: int | None
) -> None:
    """Computes y. In place where y is x."""
    x_address, x_key = x[0].describe(x[1], "x")
    alpha_address, alpha_key = alpha[0].describe(alpha[1], "alpha")
    y_address, y_key = y[0].describe(y[1], "out")
    flags = _library.FLAG_IN_PLACE if y_address == x_address else 0
    alignment = _alignment(stream, x_address, y_address)
    plan(
        _library.FORWARD, layout, slope_at_zero, 0, flags, alignment, x_key, alpha_key, y_key
    ).forward(x_address, alpha_address, y_address, stream)


def run_backward(
    x: Opened,
    alpha: Opened,
    dy: Opened,
    dx: Opened,
    dalpha: Opened | None,
    layout: str,
    slope_at_zero: str,
    deterministic: bool,
    stream: int | None,
) -> None:
    """Computes dx, and dalpha unless it is None. In place where dx is dy."""
    x_address, x_key = x[0].describe(x[1], "x")
    alpha_address, alpha_key = alpha[0].describe(alpha[1], "alpha")
    dy_address, dy_key = dy[0].describe(dy[1], "dy")
    dx_address, dx_key = dx[0].describe(dx[1], "out[0]")
    flags = _library.FLAG_IN_PLACE if dx_address == dy_address else 0
    if deterministic:
        flags |= _library.FLAG_DETERMINISTIC
    keys = [x_key, alpha_key, dy_key, dx_key]
    if dalpha is None:
        update, dalpha_address = _library.UPDATE_FROZEN, 0
    else:
        update = _library.UPDATE_GRADIENT
        dalpha_address, dalpha_key = dalpha[0].describe(dalpha[1], "out[1]")
        keys.append(dalpha_key)
    alignment = _alignment(stream, x_address, dy_address, dx_address)
    chosen = plan(_library.BACKWARD, layout, slope_at_zero, update, flags, alignment, *keys)
    room = _workspace(chosen, x[0], x[1], stream)
    try:
        chosen.backward(
            x_address, alpha_address, dy_address, dx_address, dalpha_address, room, stream
        )
    except Exception:
        chosen.workspaces.clear()  # whose first bytes may no longer be zero
        raise
