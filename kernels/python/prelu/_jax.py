"""PReLU in JAX's traced code, on the CPU: a callback, with gradients. XLA gives the callback its
arrays without a copy, and copies what comes back."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np

from prelu._functions import SlopeAtZero, backward, forward


def _like(array: Any) -> Any:
    return jax.ShapeDtypeStruct(array.shape, array.dtype)  # type: ignore[no-untyped-call]


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def prelu(x: Any, alpha: Any, slope_at_zero: SlopeAtZero) -> Any:
    if jax.default_backend() != "cpu":
        raise NotImplementedError(
            f"prelu on JAX runs on the CPU, and JAX's backend is {jax.default_backend()}: there, use "
            "keras.layers.PReLU, or Keras with the torch backend"
        )

    def compute(x: Any, alpha: Any) -> Any:
        return forward(np.asarray(x), np.asarray(alpha), slope_at_zero=slope_at_zero)

    return jax.pure_callback(compute, _like(x), x, alpha)


def _forward(x: Any, alpha: Any, slope_at_zero: SlopeAtZero) -> Any:
    return prelu(x, alpha, slope_at_zero), (x, alpha)


def _backward(slope_at_zero: SlopeAtZero, saved: Any, dy: Any) -> Any:
    def compute(dy: Any, x: Any, alpha: Any) -> Any:
        arrays = (np.asarray(dy), np.asarray(x), np.asarray(alpha))
        return backward(*arrays, slope_at_zero=slope_at_zero)

    x, alpha = saved
    return jax.pure_callback(compute, (_like(x), _like(alpha)), dy, x, alpha)


prelu.defvjp(_forward, _backward)
