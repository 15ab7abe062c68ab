"""NumPy: where(x < 0, alpha * x, x), and its derivative. Slope 1 at zero and at NaN."""

import numpy as np
import prelu
import pytest

import definition
import ours
from cases import DOCUMENTED_X, DOCUMENTED_Y, cases, random_data, special_data
from definition import assert_same_bits, assert_within

ALL = cases(["f16", "bf16", "f32", "f64"])


@pytest.mark.parametrize("make_data", [random_data, special_data])
@pytest.mark.parametrize("case", ALL, ids=str)
def test_forward_has_numpys_bits(case, make_data):
    data = make_data(case)
    with np.errstate(all="ignore"):
        theirs = np.where(data.x < 0, data.wide_alpha * data.x, data.x)
    y = ours.forward(case, data, "one")
    assert_same_bits(theirs, y, "y")
    assert_same_bits(definition.forward(data.x, data.wide_alpha, case.dtype), y, "y")


@pytest.mark.parametrize("make_data", [random_data, special_data])
@pytest.mark.parametrize("case", ALL, ids=str)
def test_backward_has_numpys_bits_and_its_sum(case, make_data):
    data = make_data(case)
    dx, dalpha = ours.backward(case, data, "one")
    with np.errstate(all="ignore"):
        theirs = np.where(data.x < 0, data.wide_alpha * data.dy, data.dy)
    assert_same_bits(theirs, dx, "dx")
    assert_same_bits(
        definition.backward_dx(data.dy, data.x, data.wide_alpha, case.dtype), dx, "dx"
    )
    expected = definition.backward_dalpha(data.dy, data.x, data.wide_alpha, case.dtype)
    assert_within(expected, dalpha, "dalpha")


def test_the_derivative_is_that_of_finite_differences():
    """The definition itself, in float64, away from the kink."""
    case = cases(["f64"], ["per_channel"], ["nchw"])[-1]
    data = random_data(case)
    data.x[np.abs(data.x) < 1e-3] = 0.5
    step = 1e-6

    def loss(x, alpha):
        return (np.where(x < 0, case.broadcast(alpha) * x, x) * data.dy).sum()

    dx, dalpha = ours.backward(case, data, "one")
    for k in range(data.alpha.size):
        move = step * (np.arange(data.alpha.size) == k)
        slope = (loss(data.x, data.alpha + move) - loss(data.x, data.alpha - move)) / (2 * step)
        assert abs(slope - dalpha[k]) < 1e-7
    for index in [(0, 0, 0, 0), (1, 2, 3, 4), (1, 4, 6, 8)]:
        move = np.zeros(data.x.shape)
        move[index] = step
        slope = (loss(data.x + move, data.alpha) - loss(data.x - move, data.alpha)) / (2 * step)
        assert abs(slope - dx[index]) < 1e-7


@pytest.mark.parametrize("slope_at_zero", ["one", "alpha", "zero"])
def test_documented_values(slope_at_zero):
    y = prelu.forward(DOCUMENTED_X, np.float32([0.5]), slope_at_zero=slope_at_zero)
    assert_same_bits(DOCUMENTED_Y, y, "y")
