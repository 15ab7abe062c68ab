"""prelu.torch beside torch's own PReLU, and under what PyTorch does with functions."""

import numpy as np
import prelu
import pytest

torch = pytest.importorskip("torch")

import prelu.torch  # noqa: E402
from torch.autograd import gradcheck, gradgradcheck  # noqa: E402

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
# x's shape, alpha's shape, the layout.
MODES = [
    pytest.param((2, 3, 2, 2), (1,), "nchw", id="shared"),
    pytest.param((2, 3, 2, 2), (3,), "nchw", id="channel"),
    pytest.param((2, 2, 2, 3), (3,), "nhwc", id="channel, nhwc"),
    pytest.param((2, 3, 2, 1), (3, 2, 1), "nchw", id="element"),
    pytest.param((2, 3, 2, 2), (3, 1, 2), "nchw", id="broadcast"),
    pytest.param((2, 3, 2, 2), (2, 1, 2, 1), "nchw", id="broadcast, batch"),
    pytest.param((5,), (1,), "nchw", id="one axis"),
    pytest.param((), (), "nchw", id="no axes"),
]


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(2015)


def away_from_zero(shape, **choices):
    """Where finite differences do not step across the kink."""
    x = torch.randn(shape, dtype=torch.float64, **choices)
    return torch.where(x.abs() < 0.05, 0.1, x)


def operator(x, alpha, slope_at_zero, layout):
    return torch.ops.prelu.forward(x, alpha, slope_at_zero, layout)


def function(x, alpha, slope_at_zero, layout):
    return prelu.torch.prelu(x, alpha, slope_at_zero=slope_at_zero, layout=layout)


@pytest.mark.parametrize("compute", [function, operator])
@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("shape, alpha_shape, layout", MODES)
def test_gradients_of_first_and_second_order(compute, shape, alpha_shape, layout, channels_last):
    x = away_from_zero(shape)
    if channels_last and x.dim() == 4:
        x = x.contiguous(memory_format=torch.channels_last)
    alpha = torch.randn(alpha_shape, dtype=torch.float64)
    for learn_x, learn_alpha in [(True, True), (True, False), (False, True)]:
        arguments = (
            x.clone().requires_grad_(learn_x),
            alpha.clone().requires_grad_(learn_alpha),
            "alpha",
            layout,
        )
        assert gradcheck(compute, arguments)
        assert gradgradcheck(compute, arguments)


def test_gradients_at_zero_and_nan(slope_at_zero):
    slope = {"one": 1.0, "alpha": 0.25, "zero": 0.0}[slope_at_zero]
    dy = torch.tensor([2.0, 2.0, 2.0], requires_grad=True)
    for compute in (function, operator):
        x = torch.tensor([0.0, -0.0, float("nan")], requires_grad=True)
        alpha = torch.tensor([0.25], requires_grad=True)
        y = compute(x, alpha, slope_at_zero, "nchw")
        assert y[2].isnan() and torch.signbit(y[:2]).tolist() == [False, True]
        dx, dalpha = torch.autograd.grad(y, (x, alpha), dy, create_graph=True)
        assert dx.tolist() == [2 * slope] * 3
        assert dalpha.isnan().item() == (slope_at_zero == "alpha")
        (ddy,) = torch.autograd.grad(dx.sum(), dy)
        assert ddy.tolist() == [slope] * 3


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("parameters", [1, 3])
def test_layer_agrees_with_torchs(dtype, parameters):
    theirs = torch.nn.PReLU(parameters, 0.125, dtype=dtype)
    ours = prelu.torch.PReLU(parameters, 0.125, dtype=dtype)
    x = torch.randint(-4, 5, (4, 3, 5, 6)).to(dtype)
    dy = torch.randint(-4, 5, x.shape).to(dtype)
    results = []
    for layer in (theirs, ours):
        leaf = x.clone().requires_grad_()
        y = layer(leaf)
        y.backward(dy)
        results.append((y, leaf.grad, layer.weight.grad))
    for their, our in zip(*results, strict=True):
        assert our.dtype == dtype and torch.equal(their, our)


def test_layer_is_torchs_in_all_but_its_work():
    ours = prelu.torch.PReLU(3, init=0.5)
    theirs = torch.nn.PReLU(3)
    assert isinstance(ours, torch.nn.PReLU)
    theirs.load_state_dict(ours.state_dict())
    assert theirs.weight.tolist() == [0.5] * 3
    ours.load_state_dict(torch.nn.PReLU(3).state_dict())
    assert ours.weight.tolist() == [0.25] * 3
    assert repr(ours) == "PReLU(num_parameters=3, slope_at_zero='alpha')"


STRIDED = {
    "channels_last": lambda x: x.contiguous(memory_format=torch.channels_last),
    "transposed": lambda x: x.transpose(1, 3).contiguous().transpose(1, 3),
    "with gaps": lambda x: torch.stack([x, x], -1)[..., 0],
    "transposed, with gaps": lambda x: x.permute(2, 3, 1, 0).repeat(1, 1, 1, 2)[..., ::2].permute(3, 2, 0, 1),
    "repeated": lambda x: x[:1].expand(x.shape),
}  # fmt: skip


@pytest.mark.parametrize("compute", [function, operator])
@pytest.mark.parametrize("strided", STRIDED)
def test_strides_are_as_torchs(strided, compute):
    x = STRIDED[strided](torch.randn(4, 3, 5, 6))
    alpha = torch.rand(3)
    results = []
    for run in (lambda x, a: torch.nn.functional.prelu(x, a), lambda x, a: compute(x, a, "alpha", "nchw")):
        leaf, slopes = x.detach().requires_grad_(), alpha.clone().requires_grad_()
        y = run(leaf, slopes)
        y.sum().backward()
        results.append((y, leaf.grad, slopes.grad))
    (their_y, their_dx, their_dalpha), (y, dx, dalpha) = results
    assert y.stride() == their_y.stride()
    assert torch.equal(y, their_y) and torch.equal(dx, their_dx)
    torch.testing.assert_close(dalpha, their_dalpha)


def test_channels_last_is_not_copied(monkeypatch):
    x = torch.randn(4, 3, 5, 6).contiguous(memory_format=torch.channels_last).requires_grad_()
    copied = []
    monkeypatch.setattr(torch.Tensor, "copy_", lambda *tensors: copied.append(tensors))
    monkeypatch.setattr(torch.Tensor, "contiguous", lambda x, **_: x if x.dim() == 1 else copied.append(x))
    y = prelu.torch.prelu(x, torch.rand(3))
    y.backward(torch.ones_like(y))
    assert copied == [] and x.grad.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_compiles_without_a_graph_break(backend):
    torch.compiler.reset()
    layer = prelu.torch.PReLU(3)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 1), layer, torch.nn.Conv2d(3, 1, 1))
    compiled = torch.compile(model, fullgraph=True, backend=backend, dynamic=True)
    for size in (4, 5):
        x = torch.randn(2, 3, size, size).contiguous(memory_format=torch.channels_last)
        expected = model(x)
        expected.sum().backward()
        gradient, layer.weight.grad = layer.weight.grad, None
        y = compiled(x)
        y.sum().backward()
        torch.testing.assert_close(y, expected)
        torch.testing.assert_close(layer.weight.grad, gradient)
        layer.weight.grad = None


@pytest.mark.parametrize("operator", ["forward", "backward", "backward_frozen"])
def test_operators_keep_their_promises(operator):
    x = torch.randn(2, 3, 4, requires_grad=True)
    alpha = torch.rand(3, requires_grad=True)
    tensors = (x, alpha) if operator == "forward" else (torch.randn(2, 3, 4), x, alpha)
    torch.library.opcheck(getattr(torch.ops.prelu, operator).default, (*tensors, "alpha", "nchw"))


@pytest.mark.parametrize("x_dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_autocast_does_as_torch_does(x_dtype):
    x = torch.randn(2, 3, 4, dtype=x_dtype)
    results = []
    for layer in (torch.nn.PReLU(3), prelu.torch.PReLU(3)):
        if x_dtype == torch.float64:
            layer = layer.double()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            y = layer(x)
        y.sum().backward()
        results.append((y, layer.weight.grad))
    (their_y, their_gradient), (y, gradient) = results
    assert y.dtype == their_y.dtype and torch.equal(y, their_y)
    assert gradient.dtype == their_gradient.dtype
    torch.testing.assert_close(gradient, their_gradient, rtol=2**-7, atol=0)  # a bf16 has 8 bits


def test_functional_transforms():
    x, alpha = torch.randn(5, 3, 4), torch.rand(3)

    def loss(compute):
        return lambda x, alpha: compute(x, alpha).square().sum()

    ours, theirs = loss(prelu.torch.prelu), loss(torch.nn.functional.prelu)
    for transform in (
        lambda f: torch.func.grad(f, argnums=(0, 1))(x, alpha),
        lambda f: torch.func.vmap(torch.func.grad(f), (0, None))(x.unsqueeze(1), alpha),
        lambda f: torch.func.jvp(f, (x, alpha), (torch.ones_like(x), torch.ones_like(alpha))),
        lambda f: torch.func.hessian(f, argnums=1)(x, alpha),
    ):
        torch.testing.assert_close(transform(ours), transform(theirs))


def test_forward_mode_tangents_are_not_lost():
    x, tangent = torch.tensor([-2.0, 4.0]), torch.tensor([1.0, 1.0])
    with torch.autograd.forward_ad.dual_level():
        y = prelu.torch.prelu(torch.autograd.forward_ad.make_dual(x, tangent), torch.tensor(0.5))
        assert torch.autograd.forward_ad.unpack_dual(y).tangent.tolist() == [0.5, 1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_traces_are_not_constant():
    traced = torch.jit.trace(prelu.torch.prelu, (torch.ones(3), torch.ones(1)))
    assert traced(torch.tensor([-2.0, 0, 4]), torch.tensor([0.5])).tolist() == [-1, 0, 4]


def test_modes_see_the_operators():
    from torch.utils._python_dispatch import TorchDispatchMode

    class Noted(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            seen.append(str(function))
            return function(*args, **(kwargs or {}))

    seen = []
    x, alpha = torch.ones(3, requires_grad=True), torch.ones(1)
    with Noted():
        prelu.torch.prelu(x, alpha).backward(torch.ones(3))
    assert [name for name in seen if "prelu" in name] == [
        "prelu.forward.default",
        "prelu.backward_frozen.default",
    ]


def test_deterministic_algorithms_are_asked_for(monkeypatch):
    from prelu import _plans

    asked = []
    run_backward = _plans.run_backward

    def noted(*arguments):
        asked.append(arguments[-2])
        run_backward(*arguments)

    monkeypatch.setattr(_plans, "run_backward", noted)
    for deterministic in (False, True):
        torch.use_deterministic_algorithms(deterministic)
        try:
            prelu.torch.PReLU()(torch.ones(3)).sum().backward()
        finally:
            torch.use_deterministic_algorithms(False)
    assert asked == [False, True]


def test_a_frozen_alpha_costs_no_sum(monkeypatch):
    from prelu import _plans

    dalphas = []
    monkeypatch.setattr(_plans, "run_backward", lambda *arguments: dalphas.append(arguments[4]))
    x = torch.ones(3, requires_grad=True)
    for compute in (function, operator):
        compute(x, torch.ones(1), "alpha", "nchw").sum().backward()
    assert dalphas == [None, None]


def test_a_meta_tensor_stays_one():
    layer = prelu.torch.PReLU(3, device="meta")
    y = layer(torch.empty(2, 3, 4, device="meta"))
    assert y.is_meta and y.shape == (2, 3, 4)


def test_alpha_in_float32_beside_a_half_type():
    x = torch.randn(8, 3, 5).half().requires_grad_()
    alpha = torch.rand(3, requires_grad=True)
    y = prelu.torch.prelu(x, alpha)
    y.sum().backward()
    assert (y.dtype, x.grad.dtype, alpha.grad.dtype) == (torch.half, torch.half, torch.float32)
    assert torch.equal(y, torch.where(x > 0, x, (alpha[:, None] * x.float()).half()))


@pytest.mark.parametrize(
    "x, alpha, exception, message",
    [
        (torch.zeros(2, 3), torch.zeros(2), ValueError, "alpha has 2 slopes"),
        (torch.zeros(2, 3), torch.zeros(3).double(), TypeError, "alpha has dtype float64"),
        (torch.zeros(2, 3).int(), torch.zeros(3), TypeError, "x has dtype torch.int32"),
        (torch.zeros(2, 3).to_sparse(), torch.zeros(3), (TypeError, RuntimeError), "memory|storage|sparse|Sparse"),
    ],
)
def test_refusals(x, alpha, exception, message):
    with pytest.raises(exception, match=message):
        prelu.torch.prelu(x, alpha)


def test_plain_functions_take_tensors(slope_at_zero):
    x = torch.tensor([[-2.0, 0, 4]]).bfloat16()
    alpha = torch.tensor([0.5]).bfloat16()
    y = prelu.forward(x, alpha, slope_at_zero=slope_at_zero)
    dx, dalpha = prelu.backward(torch.ones_like(x), x, 0.5, slope_at_zero=slope_at_zero)
    assert y.tolist() == [[-1, 0, 4]] and y.dtype == torch.bfloat16
    assert dx.tolist() == [[0.5, {"one": 1, "alpha": 0.5, "zero": 0}[slope_at_zero], 1]]
    assert dalpha.item() == -2 and dalpha.dtype == torch.float32
    assert np.shares_memory(prelu.forward(x, 0.5, out=x).view(torch.int16).numpy(), x.view(torch.int16).numpy())


@pytest.mark.parametrize(
    "x, exception, message",
    [
        (torch.zeros(3, requires_grad=True), ValueError, "^x requires a gradient"),
        (torch.zeros(3, device="meta"), ValueError, "^x is on device meta"),
        (torch.zeros(3).to_sparse(), TypeError, "^x is a tensor whose memory cannot be read"),
        (torch.zeros(3).long(), TypeError, "^x has dtype torch.int64"),
        (torch.zeros(1, dtype=torch.cfloat).conj().imag, ValueError, "^x is a negated view"),
        (torch.zeros(4, 4)[:, ::2], ValueError, r"^x of shape \(4, 2\) has strides \(4, 2\)"),
    ],
)
def test_plain_functions_refuse(x, exception, message):
    with pytest.raises(exception, match=message):
        prelu.forward(x, 0.5)


def test_plain_functions_take_a_parameter_where_no_gradient_is_lost():
    with torch.no_grad():
        assert prelu.forward(torch.full((1, 3), -1.0), torch.nn.PReLU().weight).tolist() == [[-0.25] * 3]
