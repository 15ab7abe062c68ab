"""PyTorch: nn.PReLU. Its slope at zero and at NaN is alpha, and x * dy enters dalpha there.

One difference: with f16 and bf16 PyTorch rounds each product x * dy to the dtype before it adds.
"""

import ml_dtypes
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
)
from definition import DTYPES, assert_same_bits, assert_within
from frameworks import framework

torch = framework("torch", "torch")

ALL = cases(["f16", "bf16", "f32", "f64"])
HALVES = ["f16", "bf16"]


def to_torch(array):
    """The same memory; PyTorch does not know NumPy's bfloat16."""
    if array.dtype != ml_dtypes.bfloat16:
        return torch.from_numpy(array)
    return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)


def from_torch(tensor):
    tensor = tensor.detach().contiguous()
    if tensor.dtype != torch.bfloat16:
        return tensor.numpy()
    return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)


def channels_second(case, tensor):
    """PyTorch's channels are the second dimension, wherever they lie in memory."""
    return tensor.movedim(-1, 1) if case.layout == "nhwc" else tensor


def run_torch(case, data):
    """y, dx and dalpha, as NumPy arrays laid out like the library's."""
    x = to_torch(data.x).requires_grad_()
    if case.mode in ("per_element", "broadcast"):
        # nn.PReLU has no such modes; the operator beneath it broadcasts alpha.
        alpha = to_torch(data.wide_alpha).requires_grad_()
        y = torch._prelu_kernel(x, alpha)
    else:
        slopes = data.alpha.reshape(-1)
        module = torch.nn.PReLU(slopes.size, dtype=x.dtype)
        alpha = module.weight
        with torch.no_grad():
            alpha.copy_(to_torch(slopes))
        y = module(channels_second(case, x))
        if case.layout == "nhwc":
            y = y.movedim(1, -1)
    y.backward(to_torch(data.dy))
    dalpha = from_torch(alpha.grad).reshape(data.alpha.shape)
    return from_torch(y), from_torch(x.grad), dalpha


@pytest.mark.parametrize("make_data", [random_data, special_data])
@pytest.mark.parametrize("case", ALL, ids=str)
def test_prelu(case, make_data):
    data = make_data(case)
    y, dx, dalpha = run_torch(case, data)
    assert_same_bits(y, ours.forward(case, data, "alpha"), "y")
    our_dx, our_dalpha = ours.backward(case, data, "alpha")
    assert_same_bits(dx, our_dx, "dx")

    expected = definition.backward_dalpha(data.dy, data.x, data.wide_alpha, case.dtype, "alpha")
    assert_within(expected, our_dalpha, "our dalpha")
    of_rounded_terms = definition.backward_dalpha(
        data.dy, data.x, data.wide_alpha, case.dtype, "alpha", rounded_terms=case.dtype in HALVES
    )
    assert_within(of_rounded_terms, dalpha, "PyTorch's dalpha")


@pytest.mark.parametrize("dtype", HALVES)
def test_pytorch_rounds_each_term_of_a_half_precision_sum(dtype):
    """64 pairs of -(1 + e)**2 and 1 + 2e: their sum is -64 e**2, and PyTorch's is 0."""
    case, data, exact = cancelling_terms(dtype)
    _, _, dalpha = run_torch(case, data)
    _, our_dalpha = ours.backward(case, data, "alpha")
    assert our_dalpha == exact
    assert dalpha == 0


@pytest.mark.parametrize("case", [c for c in ALL if c.mode == "shared"], ids=str)
def test_an_alpha_of_zero_is_relu(case):
    """ReLU gives +0 where PReLU gives alpha * x = -0, and 0 where it gives 0 * -inf = NaN."""
    data = random_data(case)
    data.x.reshape(-1)[:6] = [0.0, -0.0, np.inf, -np.inf, np.nan, -1]
    data.alpha = np.zeros((), DTYPES[case.dtype])
    x = to_torch(data.x).requires_grad_()
    relu = torch.nn.functional.relu(x)
    relu.backward(to_torch(data.dy))

    y = ours.forward(case, data, "one")
    assert np.isnan(y.reshape(-1)[3])
    assert np.signbit(y.reshape(-1)[5])
    y[np.signbit(data.x) & (data.x != 0)] = 0
    assert_same_bits(from_torch(relu), y, "y")

    # At zero ReLU's slope is 0, and so "zero" is; at NaN it is 1, and so "one" is.
    dx, _ = ours.backward(case, data, "zero")
    dx_one, _ = ours.backward(case, data, "one")
    assert_same_bits(data.dy[np.isnan(data.x)], dx_one[np.isnan(data.x)], "dx at NaN")
    dx[np.isnan(data.x)] = dx_one[np.isnan(data.x)]
    np.testing.assert_array_equal(dx, from_torch(x.grad))  # 0 * -1 = -0 equals ReLU's +0


@pytest.mark.parametrize("slope", [0.01, 0.25, -0.5, 1.5])
@pytest.mark.parametrize("case", [c for c in ALL if c.mode == "shared"], ids=str)
def test_a_fixed_alpha_is_leaky_relu(case, slope):
    """LeakyReLU keeps its slope in the accumulator's type: so does an alpha in f32."""
    data = random_data(case)
    data.x.reshape(-1)[:6] = [0.0, -0.0, np.inf, -np.inf, np.nan, -1]
    data.alpha = np.asarray(slope, np.float64 if case.dtype == "f64" else np.float32)
    x = to_torch(data.x).requires_grad_()
    leaky = torch.nn.functional.leaky_relu(x, slope)
    leaky.backward(to_torch(data.dy))
    assert_same_bits(from_torch(leaky), ours.forward(case, data, "alpha"), "y")
    assert_same_bits(from_torch(x.grad), ours.backward(case, data, "alpha")[0], "dx")


def test_documented_values():
    y = torch.nn.PReLU(init=0.5)(to_torch(DOCUMENTED_X))
    assert_same_bits(DOCUMENTED_Y, from_torch(y), "y")
