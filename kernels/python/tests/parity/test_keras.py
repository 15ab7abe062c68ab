"""TensorFlow and Keras: keras.layers.PReLU with shared_axes, on TensorFlow's CPU kernels.

It computes relu(x) - alpha * relu(-x), which has no gradient at 0: slope 0 at zero and at NaN.
Differences, each asserted below:
  - a NaN in x still reaches y, as it must, and with x = NaN also dalpha, where it adds NaN;
  - of a zero the sign is lost, because of the subtraction;
  - subnormals are taken for zero, and given as zero, but in f16;
  - with f16 and bf16 each product x * dy is rounded to the dtype before it is added, and with f16
    the sum is taken in f16.
"""

import os

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

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
tf, keras = framework("tensorflow", "tensorflow", "keras")

ALL = cases(["f16", "bf16", "f32", "f64"])
HALVES = ["f16", "bf16"]
KERAS_NAME = {"f16": "float16", "bf16": "bfloat16", "f32": "float32", "f64": "float64"}


def prelu_layer(case, alpha):
    """A keras.layers.PReLU whose slopes are shared over the axes that the case shares."""
    axes = range(1, len(case.shape))
    shared = {
        "shared": list(axes),
        "per_channel": [axis for axis in axes if axis != case.channel_axis],
        "per_element": None,
        "broadcast": [2],
    }[case.mode]
    layer = keras.layers.PReLU(shared_axes=shared, dtype=KERAS_NAME[case.dtype])
    layer.build(case.shape)
    layer.alpha.assign(alpha.reshape(layer.alpha.shape))
    return layer


def run_keras(case, data):
    layer = prelu_layer(case, data.alpha)
    x = tf.constant(data.x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    dx, dalpha = tape.gradient(y, [x, layer.alpha.value], output_gradients=tf.constant(data.dy))
    return y.numpy(), dx.numpy(), dalpha.numpy().reshape(data.alpha.shape)


def zeros_without_sign(values):
    return np.where(values == 0, np.zeros_like(values), values)


@pytest.mark.parametrize("case", ALL, ids=str)
def test_prelu(case):
    data = random_data(case)
    y, dx, dalpha = run_keras(case, data)
    assert_same_bits(y, ours.forward(case, data, "zero"), "y")
    our_dx, our_dalpha = ours.backward(case, data, "zero")
    assert_same_bits(dx, our_dx, "dx")

    expected = definition.backward_dalpha(data.dy, data.x, data.wide_alpha, case.dtype)
    assert_within(expected, our_dalpha, "our dalpha")
    as_keras_adds = definition.backward_dalpha(
        data.dy,
        data.x,
        data.wide_alpha,
        case.dtype,
        rounded_terms=case.dtype in HALVES,
        accumulator="f16" if case.dtype == "f16" else None,
    )
    assert_within(as_keras_adds, dalpha, "Keras' dalpha")


@pytest.mark.parametrize("case", [c for c in ALL if len(c.shape) == 4], ids=str)
def test_special_values(case):
    """All but subnormals, and no product among them."""
    values = special_values(case.dtype)
    tiny = np.abs(values) < 1e-4 if case.dtype == "f16" else np.abs(values) < 1e-30
    data = special_data(case, values[~tiny | (values == 0)])
    y, dx, dalpha = run_keras(case, data)
    same = zeros_without_sign
    assert_same_bits(same(y), same(ours.forward(case, data, "zero")), "y")
    our_dx, our_dalpha = ours.backward(case, data, "zero")
    assert_same_bits(same(dx), same(our_dx), "dx")

    expected = definition.backward_dalpha(data.dy, data.x, data.wide_alpha, case.dtype)
    assert_within(expected, our_dalpha, "our dalpha")
    axes = tuple(axis for axis in range(data.x.ndim) if data.wide_alpha.shape[axis] == 1)
    meets_nan = np.isnan(data.x).any(axis=axes).reshape(dalpha.shape)
    assert np.isnan(dalpha[meets_nan]).all()
    if case.dtype not in HALVES:
        unlike = np.isnan(dalpha) & ~np.isnan(our_dalpha)
        assert (unlike == (meets_nan & ~np.isnan(our_dalpha))).all()


@pytest.mark.parametrize("dtype", ["bf16", "f32", "f64"])
def test_tensorflow_takes_subnormals_for_zero(dtype):
    case = next(c for c in cases([dtype]) if c.mode == "shared")
    smallest = special_values(dtype)[2:4]
    data = special_data(case, smallest)
    data.alpha = np.asarray(2, DTYPES[dtype])
    data.wide_alpha = case.broadcast(data.alpha)
    y, dx, _ = run_keras(case, data)
    assert (y == 0).all()
    assert (dx == 0).all()
    assert (ours.forward(case, data, "zero").reshape(-1)[:2] == smallest * [1, 2]).all()
    assert (ours.backward(case, data, "zero")[0] != 0).all()


@pytest.mark.parametrize("dtype", HALVES)
def test_tensorflow_rounds_each_term_of_a_half_precision_sum(dtype):
    case, data, exact = cancelling_terms(dtype)
    _, _, dalpha = run_keras(case, data)
    assert ours.backward(case, data, "zero")[1] == exact
    assert dalpha == 0


def test_tensorflow_adds_f16_in_f16():
    """It leaves the bound of a sum in f32, even of rounded terms."""
    case = cases(["f16"], ["per_channel"], ["nhwc"])[-1]
    data = random_data(case)
    in_f32 = definition.backward_dalpha(
        data.dy, data.x, data.wide_alpha, "f16", rounded_terms=True
    )
    with pytest.raises(AssertionError, match="Keras' dalpha"):
        assert_within(in_f32, run_keras(case, data)[2], "Keras' dalpha")


def test_documented_values():
    layer = keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.5))
    assert_same_bits(DOCUMENTED_Y, layer(DOCUMENTED_X).numpy(), "y")
