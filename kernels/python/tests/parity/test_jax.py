"""JAX: autodiff of the definition, where(x < 0, alpha * x, x), jitted. Slope 1 at zero and NaN.

Differences, each asserted below:
  - x = inf or NaN in a sum makes dalpha NaN: the derivative of where multiplies by 0;
  - XLA gives subnormal products as zero, and compares subnormals as zero, but in f16;
  - with f16 and bf16 each product x * dy is rounded to the dtype, and the sum is taken in it.
"""

import numpy as np
import pytest

import definition
import ours
from cases import (
    DOCUMENTED_X,
    DOCUMENTED_Y,
    cancelling_terms,
    cases,
    random_data,
    special_data,
    special_values,
)
from definition import DTYPES, assert_same_bits, assert_within
from frameworks import framework

jax = framework("jax", "jax")
jax.config.update("jax_enable_x64", True)  # else f64 is f32
jax.config.update("jax_platforms", "cpu")

ALL = cases(["f16", "bf16", "f32", "f64"])
HALVES = ["f16", "bf16"]


def prelu(x, alpha):
    return jax.numpy.where(x < 0, alpha * x, x)


@jax.jit
def forward_and_gradients(x, alpha, dy):
    y, gradients = jax.vjp(prelu, x, alpha)
    return y, *gradients(dy)


def run_jax(data):
    y, dx, dalpha = map(np.asarray, forward_and_gradients(data.x, data.wide_alpha, data.dy))
    return y, dx, dalpha.reshape(data.alpha.shape)


@pytest.mark.parametrize("case", ALL, ids=str)
def test_prelu(case):
    data = random_data(case)
    y, dx, dalpha = run_jax(data)
    assert_same_bits(y, ours.forward(case, data, "one"), "y")
    our_dx, our_dalpha = ours.backward(case, data, "one")
    assert_same_bits(dx, our_dx, "dx")

    expected = definition.backward_dalpha(data.dy, data.x, data.wide_alpha, case.dtype)
    assert_within(expected, our_dalpha, "our dalpha")
    in_the_dtype = definition.backward_dalpha(
        data.dy, data.x, data.wide_alpha, case.dtype, rounded_terms=True, accumulator=case.dtype
    )
    assert_within(in_the_dtype, dalpha, "JAX's dalpha")


@pytest.mark.parametrize("case", [c for c in ALL if len(c.shape) == 4], ids=str)
def test_special_values(case):
    """All but subnormals, and no product among them."""
    values = special_values(case.dtype)
    tiny = np.abs(values) < 1e-4 if case.dtype == "f16" else np.abs(values) < 1e-30
    data = special_data(case, values[~tiny | (values == 0)])
    y, dx, dalpha = run_jax(data)
    assert_same_bits(y, ours.forward(case, data, "one"), "y")
    our_dx, our_dalpha = ours.backward(case, data, "one")
    assert_same_bits(dx, our_dx, "dx")

    expected = definition.backward_dalpha(data.dy, data.x, data.wide_alpha, case.dtype)
    assert_within(expected, our_dalpha, "our dalpha")
    axes = tuple(axis for axis in range(data.x.ndim) if data.wide_alpha.shape[axis] == 1)
    never_times_zero = np.isnan(data.x) | (data.x == np.inf)
    spoilt = never_times_zero.any(axis=axes).reshape(dalpha.shape)
    assert np.isnan(dalpha[spoilt]).all()
    good = definition.Sum(*(part.reshape(dalpha.shape)[~spoilt] for part in expected))
    assert_within(good, dalpha[~spoilt], "JAX's dalpha")


@pytest.mark.parametrize("dtype", ["bf16", "f32", "f64"])
def test_xla_takes_subnormals_for_zero(dtype):
    """It sees no negative x, so that y is x; and dx is dy."""
    case = next(c for c in cases([dtype]) if c.mode == "shared")
    data = special_data(case, special_values(dtype)[2:4])
    data.alpha = np.asarray(2, DTYPES[dtype])
    data.wide_alpha = case.broadcast(data.alpha)
    y, dx, _ = run_jax(data)
    assert_same_bits(data.x, y, "y")
    assert_same_bits(data.dy, dx, "dx")
    our_y = ours.forward(case, data, "one").reshape(-1)
    assert (our_y[:2] == data.x.reshape(-1)[:2] * [1, 2]).all()


@pytest.mark.parametrize("dtype", ["bf16", "f32", "f64"])
def test_xla_gives_a_subnormal_product_as_zero(dtype):
    case = next(c for c in cases([dtype]) if c.mode == "shared")
    data = special_data(case, special_values(dtype)[5:6])  # the smallest normal, negative
    data.alpha = np.asarray(0.25, DTYPES[dtype])
    data.wide_alpha = case.broadcast(data.alpha)
    y, _, _ = run_jax(data)
    assert (y == 0).all()
    assert (ours.forward(case, data, "one") == data.x * data.wide_alpha).all()


@pytest.mark.parametrize("dtype", HALVES)
def test_xla_rounds_each_term_of_a_half_precision_sum(dtype):
    case, data, exact = cancelling_terms(dtype)
    _, _, dalpha = run_jax(data)
    assert ours.backward(case, data, "one")[1] == exact
    assert dalpha == 0


@pytest.mark.parametrize("dtype", HALVES)
def test_xla_adds_half_precision_in_half_precision(dtype):
    """It leaves the bound of a sum in f32, even of rounded terms."""
    case = cases([dtype], ["per_channel"], ["nhwc"])[-1]
    data = random_data(case)
    in_f32 = definition.backward_dalpha(
        data.dy, data.x, data.wide_alpha, dtype, rounded_terms=True
    )
    with pytest.raises(AssertionError, match="JAX's dalpha"):
        assert_within(in_f32, run_jax(data)[2], "JAX's dalpha")


def test_documented_values():
    y = prelu(DOCUMENTED_X, np.float32([0.5]))
    assert_same_bits(DOCUMENTED_Y, np.asarray(y), "y")
