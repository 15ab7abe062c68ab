"""The library under test, on NumPy arrays."""

import numpy as np
import prelu


def forward(case, data, at_zero):
    y = prelu.forward(data.x, data.alpha, layout=case.layout, slope_at_zero=at_zero)
    return np.asarray(y)


def backward(case, data, at_zero):
    dx, dalpha = prelu.backward(
        data.dy, data.x, data.alpha, layout=case.layout, slope_at_zero=at_zero
    )
    return np.asarray(dx), np.asarray(dalpha)
