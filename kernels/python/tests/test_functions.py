"""prelu.forward and prelu.backward on NumPy arrays, beside the definition."""

import array

import definition
import numpy as np
import prelu
import pytest

# x's shape, alpha's shape, the layout, and alpha's shape beside x.
CASES = [
    pytest.param((4, 3, 5, 6), (), "nchw", (1, 1, 1, 1), id="shared, no axes"),
    pytest.param((4, 3, 5, 6), (1,), "nhwc", (1, 1, 1, 1), id="shared, one axis"),
    pytest.param((4, 3, 5, 6), (3,), "nchw", (1, 3, 1, 1), id="channel, nchw"),
    pytest.param((4, 5, 6, 3), (3,), "nhwc", (1, 1, 1, 3), id="channel, nhwc"),
    pytest.param((3, 3, 3), (3,), "nchw", (1, 3, 1), id="channel, cubic nchw"),
    pytest.param((3, 3, 3), (3,), "nhwc", (1, 1, 3), id="channel, cubic nhwc"),
    pytest.param((7, 3), (3,), "nchw", (1, 3), id="channel, a matrix"),
    pytest.param((4, 3, 5, 6), (3, 5, 6), "nchw", (1, 3, 5, 6), id="element, nchw"),
    pytest.param((4, 5, 6, 3), (5, 6, 3), "nhwc", (1, 5, 6, 3), id="element, nhwc"),
    pytest.param((4, 3, 5, 6), (3, 1, 1), "nchw", (1, 3, 1, 1), id="onnx's channel"),
    pytest.param((4, 3, 5, 6), (1, 6), "nchw", (1, 1, 1, 6), id="along the last axis"),
    pytest.param((4, 3, 5, 6), (3, 1, 6), "nchw", (1, 3, 1, 6), id="broadcast, middle"),
    pytest.param((4, 3, 5, 6), (4, 1, 5, 1), "nchw", (4, 1, 5, 1), id="broadcast, batch"),
    pytest.param((2, 3, 4, 5, 2), (3, 1, 5, 1), "nchw", (1, 3, 1, 5, 1), id="broadcast, five axes"),
    pytest.param((2, 3, 2, 2, 3, 2, 2), (3, 1, 1, 3, 2, 1), "nchw", (1, 3, 1, 1, 3, 2, 1),
                 id="broadcast, seven axes in five turns"),
    pytest.param((11,), (1,), "nchw", (1,), id="one axis"),
    pytest.param((), (), "nchw", (), id="no axes"),
]  # fmt: skip


def operands(random, shape, alpha_shape, dtype):
    """Integers and halves: products and sums are exact in every dtype but for a sum's own rounding."""
    x = random.integers(-4, 5, shape).astype(dtype)
    dy = random.integers(-4, 5, shape).astype(dtype)
    alpha = np.asarray(random.integers(-4, 5, alpha_shape) / 2).astype(dtype)
    return x, dy, alpha


@pytest.mark.parametrize("shape, alpha_shape, layout, beside", CASES)
def test_agrees_with_the_definition(
    random, shape, alpha_shape, layout, beside, dtype, slope_at_zero
):
    x, dy, alpha = operands(random, shape, alpha_shape, dtype)
    choices = {"layout": layout, "slope_at_zero": slope_at_zero}
    y = prelu.forward(x, alpha, **choices)
    dx, dalpha = prelu.backward(dy, x, alpha, **choices)

    spread = alpha.reshape(beside)
    expected_y = definition.forward(x, spread, slope_at_zero).astype(dtype)
    expected_dx, expected_dalpha, _ = definition.backward(dy, x, spread, slope_at_zero)
    assert (y.dtype, dx.dtype, dalpha.dtype) == (dtype,) * 3
    np.testing.assert_array_equal(y, expected_y)
    np.testing.assert_array_equal(dx, expected_dx.astype(dtype))
    np.testing.assert_array_equal(dalpha, expected_dalpha.reshape(alpha_shape).astype(dtype))


@pytest.mark.parametrize("shape, alpha_shape, layout, beside", CASES)
def test_takes_axes_in_any_order_in_memory(random, shape, alpha_shape, layout, beside):
    x, dy, alpha = operands(random, shape, alpha_shape, np.dtype(np.float32))
    order = random.permutation(len(shape))

    def reordered(array, axes):
        return array.transpose(tuple(axes)).copy(order="C").transpose(np.argsort(axes).astype(int))

    first = len(shape) - len(alpha_shape)
    alpha_order = [axis - first for axis in order if axis >= first]
    if len(alpha_shape) > 1:
        alpha = reordered(alpha, alpha_order)
    x, dy = reordered(x, order), reordered(dy, order)
    y = prelu.forward(x, alpha, layout=layout)
    dx, dalpha = prelu.backward(dy, x, alpha, layout=layout)
    assert y.transpose(order).flags.c_contiguous
    expected_dx, expected_dalpha, _ = definition.backward(dy, x, alpha.reshape(beside), "one")
    np.testing.assert_array_equal(y, definition.forward(x, alpha.reshape(beside), "one"))
    np.testing.assert_array_equal(dx, expected_dx)
    np.testing.assert_array_equal(dalpha, expected_dalpha.reshape(alpha_shape))


@pytest.mark.parametrize(
    "x, y", [(-0.8802, -0.4401), (0.2288, 0.2288), (-2.5138278, -1.2569139), (-0.34734365, -0.17367183)]
)
def test_documented_values(x, y):
    assert prelu.forward(np.array(x, np.float32), 0.5) == np.float32(y)


def test_zero_and_nan(slope_at_zero):
    x = np.array([0.0, -0.0, np.nan], np.float32)
    dy = np.full(3, 2, np.float32)
    slope = {"one": 1.0, "alpha": 0.25, "zero": 0.0}[slope_at_zero]
    y = prelu.forward(x, 0.25, slope_at_zero=slope_at_zero)
    dx, dalpha = prelu.backward(dy, x, 0.25, slope_at_zero=slope_at_zero)
    np.testing.assert_array_equal(y, [0, 0, np.nan])
    np.testing.assert_array_equal(np.signbit(y[:2]), [False, True])
    np.testing.assert_array_equal(dx, 2 * slope * np.ones(3))
    assert np.isnan(dalpha) if slope_at_zero == "alpha" else dalpha == 0


@pytest.mark.parametrize("shape", [(0, 3, 4), (2, 0, 4), (2, 3, 0)])
def test_empty(shape):
    x = np.empty(shape, np.float32)
    alpha = np.ones(shape[1], np.float32)
    assert prelu.forward(x, alpha).shape == shape
    dx, dalpha = prelu.backward(x, x, alpha)
    assert dx.shape == shape
    np.testing.assert_array_equal(dalpha, np.zeros(shape[1]))


def test_half_types_are_summed_in_float32(random):
    x = np.full((1, 100_000), -1, np.float16)
    _, dalpha = prelu.backward(np.full_like(x, 0.125), x, np.float32(0.25))
    assert dalpha == -12_500  # f16 stops counting at 256


def test_alpha_in_float32_beside_a_half_type():
    x = np.array([-1, -3], np.float16)
    alpha = np.array([0.1], np.float32)
    y = prelu.forward(x, alpha)
    np.testing.assert_array_equal(y, (alpha * x.astype(np.float32)).astype(np.float16))
    assert prelu.backward(x, x, alpha)[1].dtype == np.float32


def test_a_number_is_as_precise_as_x():
    assert prelu.forward(np.array(-1.0), 0.1) == -0.1
    assert prelu.backward(np.array(1.0), np.array(-1.0), 0.1)[0] == 0.1
    assert prelu.forward(np.array(-3, np.float16), 0.1) == np.float16(np.float32(0.1) * -3)
    assert prelu.backward(np.array(1.0), np.array(-1.0), 0.1)[1].dtype == np.float64


def test_writes_where_it_is_told():
    x = np.array([[-2, 4]], np.float32)
    dy = np.array([[3, 5]], np.float32)
    alpha = np.array([0.5], np.float32)
    y, dx, dalpha = np.empty_like(x), np.empty_like(x), np.empty_like(alpha)
    assert prelu.forward(x, alpha, out=y) is y
    assert prelu.backward(dy, x, alpha, out=(dx, dalpha))[0] is dx
    np.testing.assert_array_equal(y, [[-1, 4]])
    np.testing.assert_array_equal(dx, [[1.5, 5]])
    np.testing.assert_array_equal(dalpha, [-6])
    assert prelu.backward(dy, x, alpha, out=(None, dalpha))[1] is dalpha


def test_works_in_place():
    x = np.array([[-2, 4]], np.float32)
    dy = np.array([[3, 5]], np.float32)
    assert prelu.backward(dy, x, 0.5, out=(dy, None))[0] is dy
    assert prelu.forward(x, 0.5, out=x) is x
    np.testing.assert_array_equal(dy, [[1.5, 5]])
    np.testing.assert_array_equal(x, [[-1, 4]])


def test_buffers_of_the_standard_library():
    x = array.array("f", [-2, 4])
    np.testing.assert_array_equal(prelu.forward(x, 0.5), [-1, 4])
    prelu.forward(memoryview(x), 0.5, out=x)
    assert x.tolist() == [-1, 4]


def test_a_numpy_scalar_is_an_array_without_axes():
    assert prelu.forward(np.float32(-2), np.float32(0.5)) == -1


def test_says_what_it_is():
    assert prelu.__version__ == prelu.version() == "0.1.0"
    assert prelu.device_count("cpu") == 1
    with pytest.raises(ValueError, match="backend is 'tpu'; allowed are 'cpu' and 'cuda'"):
        prelu.device_count("tpu")
