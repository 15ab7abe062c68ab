"""PReLU for Keras 3: a layer to take the place of keras.layers.PReLU.

It runs on Keras' backends torch (CPU and GPU), jax (CPU) and numpy (inference, as everything there).
TensorFlow and OpenVINO are not supported: the layer says so when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import keras
import numpy as np

from prelu._functions import forward

SlopeAtZero = Literal["one", "alpha", "zero"]


def _on_torch(x: Any, alpha: Any, slope_at_zero: SlopeAtZero) -> Any:
    from prelu.torch import prelu

    return prelu(x, alpha, slope_at_zero=slope_at_zero)


def _on_jax(x: Any, alpha: Any, slope_at_zero: SlopeAtZero) -> Any:
    from prelu._jax import prelu

    return prelu(x, alpha, slope_at_zero)


def _on_numpy(x: Any, alpha: Any, slope_at_zero: SlopeAtZero) -> Any:
    return forward(
        np.ascontiguousarray(x), np.ascontiguousarray(alpha), slope_at_zero=slope_at_zero
    )


_BACKENDS: dict[str, Callable[[Any, Any, SlopeAtZero], Any]] = {
    "torch": _on_torch,
    "jax": _on_jax,
    "numpy": _on_numpy,
}


@keras.saving.register_keras_serializable(package="prelu")
class PReLU(keras.layers.PReLU):  # type: ignore[misc]
    """keras.layers.PReLU, computed by prelu: the same arguments, weights and results.

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: as of keras.layers.PReLU.
        shared_axes: the axes along which slopes are shared: of (batch, height, width, channels), [1, 2]
            leaves one slope a channel. By default each element has its own, shared by the batch.
        slope_at_zero: the slope where x is 0 or NaN: "zero" is what Keras' own gradient is there.
        **kwargs: of keras.layers.Layer.
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        *,
        slope_at_zero: SlopeAtZero = "zero",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            alpha_initializer, alpha_regularizer, alpha_constraint, shared_axes, **kwargs
        )
        if slope_at_zero not in ("one", "alpha", "zero"):
            raise ValueError(
                f"slope_at_zero is {slope_at_zero!r}; allowed are 'one', 'alpha' and 'zero'"
            )
        backend = keras.backend.backend()
        if backend not in _BACKENDS:
            raise NotImplementedError(
                f"prelu.keras does not support Keras' backend {backend!r}; set KERAS_BACKEND to one of "
                f"{', '.join(_BACKENDS)}, or use keras.layers.PReLU"
            )
        self.slope_at_zero = slope_at_zero
        self._compute = _BACKENDS[backend]

    def call(self, inputs: Any) -> Any:
        return self._compute(inputs, keras.ops.convert_to_tensor(self.alpha), self.slope_at_zero)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "slope_at_zero": self.slope_at_zero}
