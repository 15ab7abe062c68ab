"""The function and its derivative, drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from prelu._functions import SlopeAtZero, backward, forward


def plot(
    path: str | Path,
    alpha: float = 0.5,
    *,
    slope_at_zero: SlopeAtZero = "one",
    reach: float = 3.0,
    samples: int = 601,
) -> None:
    """Draws PReLU and its derivative, both computed by the library, with axes through the origin.

    Args:
        path: where to; its suffix says what: .png, .svg, .pdf.
        alpha: the slope of x < 0.
        slope_at_zero: the slope at 0.
        reach: x goes from -reach to reach.
        samples: how many x, an odd number, so that 0 is one of them.
    """
    if samples < 3 or samples % 2 == 0:
        raise ValueError(f"samples is {samples}; allowed are odd numbers from 3 on")
    if not reach > 0:
        raise ValueError(f"reach is {reach}; it must be more than 0")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("prelu.plot needs matplotlib: pip install matplotlib") from error

    x = np.linspace(-reach, reach, samples)
    x[samples // 2] = 0
    y = forward(x, alpha, slope_at_zero=slope_at_zero)
    slope, _ = backward(np.ones_like(x), x, alpha, slope_at_zero=slope_at_zero)

    figure = Figure(figsize=(6, 4.5), layout="constrained")
    axes = figure.add_subplot()
    for side in ("left", "bottom"):
        axes.spines[side].set_position("zero")
    for side in ("right", "top"):
        axes.spines[side].set_visible(False)
    axes.plot(x, y, label=f"PReLU, alpha = {alpha:g}")
    (derivative,) = axes.plot(x[x < 0], slope[x < 0], linestyle="--", label="its derivative")
    color = derivative.get_color()
    axes.plot(x[x > 0], slope[x > 0], linestyle="--", color=color)
    axes.plot(0, slope[samples // 2], marker="o", color=color)  # which of its values 0 takes
    axes.legend(frameon=False, loc="upper left")
    figure.savefig(path, dpi=150)
