"""PReLU for PyTorch: a function with autograd, and a layer to take the place of torch.nn.PReLU.

torch.compile, tracing, modes and tensor subclasses meet the operators prelu::forward,
prelu::backward and prelu::backward_frozen. A plain call on plain tensors goes past PyTorch's
dispatcher, which costs more than the work on a small tensor. Both end in the same few functions.
Under the transforms of torch.func and forward-mode AD, PyTorch's own operations compute it.
"""

# Much of torch has no annotations.
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd import forward_ad

from prelu import _plans
from prelu._geometry import align, memory_order
from prelu._kinds import named

SlopeAtZero = Literal["one", "alpha", "zero"]
Layout = Literal["nchw", "nhwc"]

_KIND = named("torch")


def _dense(x: Tensor) -> Tensor:
    """x, or a copy where its elements leave gaps or overlap: as torch's own functions lay out their
    results then. The order of its axes in memory is kept."""
    if x.is_contiguous() or memory_order(tuple(x.shape), x.stride()) is not None:
        return x
    return torch.empty_like(x).copy_(x)


def _like(x: Tensor, dy: Tensor) -> Tensor:
    """dy, or a copy in x's order."""
    if dy.stride() == x.stride():
        return dy
    long = [axis for axis, extent in enumerate(x.shape) if extent > 1]
    if all(dy.stride(axis) == x.stride(axis) for axis in long):
        return dy
    return torch.empty_like(x).copy_(dy)


def _in_order_of(x: Tensor, alpha: Tensor, layout: str) -> Tensor:
    """alpha, or a copy whose axes are in the order of x's."""
    if alpha.dim() <= 1 or x.is_contiguous():
        return alpha.contiguous()
    along = align(tuple(x.shape), tuple(alpha.shape), layout)
    order = [along[axis] for axis in memory_order(tuple(x.shape), x.stride()) or () if axis in along]
    order = [axis for axis in range(alpha.dim()) if axis not in order] + order
    back = [order.index(axis) for axis in range(alpha.dim())]
    return alpha.permute(order).contiguous().permute(back)


def _compute(x: Tensor, alpha: Tensor, slope_at_zero: str, layout: str) -> Tensor:
    x = _dense(x)
    alpha = _in_order_of(x, alpha, layout)
    y = torch.empty_like(x)
    _plans.run_forward(
        (_KIND, x), (_KIND, alpha), (_KIND, y), layout, slope_at_zero, _KIND.stream(x)
    )
    return y


def _compute_gradients(
    dy: Tensor, x: Tensor, alpha: Tensor, slope_at_zero: str, layout: str
) -> tuple[Tensor, Tensor]:
    x = _dense(x)
    ordered = _in_order_of(x, alpha, layout)
    dalpha = torch.empty_like(ordered)
    dx = _run_backward(dy, x, ordered, dalpha, slope_at_zero, layout)
    return dx, dalpha if ordered is alpha else torch.empty_like(alpha).copy_(dalpha)


def _compute_dx(dy: Tensor, x: Tensor, alpha: Tensor, slope_at_zero: str, layout: str) -> Tensor:
    x = _dense(x)
    return _run_backward(dy, x, _in_order_of(x, alpha, layout), None, slope_at_zero, layout)


def _run_backward(
    dy: Tensor, x: Tensor, alpha: Tensor, dalpha: Tensor | None, slope_at_zero: str, layout: str
) -> Tensor:
    dx = torch.empty_like(x)
    _plans.run_backward(
        (_KIND, x),
        (_KIND, alpha),
        (_KIND, _like(x, dy)),
        (_KIND, dx),
        None if dalpha is None else (_KIND, dalpha),
        layout,
        slope_at_zero,
        torch.are_deterministic_algorithms_enabled(),
        _KIND.stream(x),
    )
    return dx


def _takes_alpha(x: Tensor, slope_at_zero: str) -> Tensor:
    return ~(x > 0) if slope_at_zero == "alpha" else x < 0


def _shape_beside(x: Tensor, alpha: Tensor, layout: str) -> list[int]:
    """The shape with which alpha broadcasts against x."""
    along = align(tuple(x.shape), tuple(alpha.shape), layout)
    return [extent if axis in along else 1 for axis, extent in enumerate(x.shape)]


def _double_backward(
    dy: Tensor,
    x: Tensor,
    alpha: Tensor,
    slope_at_zero: str,
    layout: str,
    ddx: Tensor | None,
    ddalpha: Tensor | None,
) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """The gradients for dy, x and alpha, from those of dx and dalpha, as far as there are any. In
    PyTorch's own operations, so that there are derivatives of any order."""
    shape = _shape_beside(x, alpha, layout)
    takes_alpha = _takes_alpha(x, slope_at_zero)
    for_dy = for_x = for_alpha = None
    if ddx is not None:
        slope = torch.where(x > 0, 1, 1 if slope_at_zero == "one" else 0).to(alpha.dtype)
        for_dy = (torch.where(takes_alpha, alpha.reshape(shape), slope) * ddx).to(dy.dtype)
        terms = torch.where(takes_alpha, dy * ddx, 0).to(alpha.dtype)
        for_alpha = terms.sum_to_size(shape).reshape(alpha.shape)
    if ddalpha is not None:
        ddalpha = ddalpha.reshape(shape)
        through_sum = torch.where(takes_alpha, x * ddalpha, 0).to(dy.dtype)
        for_dy = through_sum if for_dy is None else for_dy + through_sum
        for_x = torch.where(takes_alpha, dy * ddalpha, 0).to(x.dtype)
    return for_dy, for_x, for_alpha


def _save(ctx: Any, inputs: tuple[Any, ...], output: Any = None) -> None:
    *tensors, slope_at_zero, layout = inputs
    ctx.save_for_backward(*tensors)
    ctx.choices = (slope_at_zero, layout)
    ctx.set_materialize_grads(False)


class _Forward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        _save(ctx, inputs)
        return _compute(*inputs)

    @staticmethod
    def backward(ctx: Any, dy: Tensor | None) -> Any:
        return _forward_backward(ctx, dy)


class _Backward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, Tensor]:
        _save(ctx, inputs)
        return _compute_gradients(*inputs)

    @staticmethod
    def backward(ctx: Any, ddx: Tensor | None, ddalpha: Tensor | None) -> Any:
        return _backward_backward(ctx, ddx, ddalpha)


class _BackwardFrozen(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        _save(ctx, inputs)
        return _compute_dx(*inputs)

    @staticmethod
    def backward(ctx: Any, ddx: Tensor | None) -> Any:
        return _backward_backward(ctx, ddx)


def _forward_backward(ctx: Any, dy: Tensor | None) -> Any:
    if dy is None:
        return None, None, None, None
    x, alpha = ctx.saved_tensors
    arguments = (dy, x, alpha, *ctx.choices)
    plain = _is_plain(dy, x, alpha)
    if ctx.needs_input_grad[1]:
        if not plain:
            dx, dalpha = torch.ops.prelu.backward(*arguments)
        elif torch.is_grad_enabled():
            dx, dalpha = _Backward.apply(*arguments)
        else:
            dx, dalpha = _compute_gradients(*arguments)
        return dx, dalpha, None, None
    if not plain:
        dx = torch.ops.prelu.backward_frozen(*arguments)
    elif torch.is_grad_enabled():
        dx = _BackwardFrozen.apply(*arguments)
    else:
        dx = _compute_dx(*arguments)
    return dx, None, None, None


def _backward_backward(ctx: Any, ddx: Tensor | None, ddalpha: Tensor | None = None) -> Any:
    dy, x, alpha = ctx.saved_tensors
    slope_at_zero, layout = ctx.choices
    gradients = _double_backward(dy, x, alpha, slope_at_zero, layout, ddx, ddalpha)
    return *gradients, None, None


def _define() -> torch.library.Library:
    library = torch.library.Library("prelu", "DEF")
    choices = "str slope_at_zero, str layout"
    library.define(f"forward(Tensor x, Tensor alpha, {choices}) -> Tensor")
    library.define(f"backward(Tensor dy, Tensor x, Tensor alpha, {choices}) -> (Tensor, Tensor)")
    library.define(f"backward_frozen(Tensor dy, Tensor x, Tensor alpha, {choices}) -> Tensor")

    for device in ("CPU", "CUDA"):
        library.impl("forward", _compute, device)
        library.impl("backward", _compute_gradients, device)
        library.impl("backward_frozen", _compute_dx, device)

    def fake(x: Tensor, *_: Any) -> Tensor:
        return torch.empty_like(x)

    def fake_gradients(dy: Tensor, x: Tensor, alpha: Tensor, *_: Any) -> tuple[Tensor, Tensor]:
        return torch.empty_like(x), torch.empty_like(alpha)

    def fake_frozen(dy: Tensor, x: Tensor, *_: Any) -> Tensor:
        return torch.empty_like(x)

    torch.library.register_fake("prelu::forward", fake, lib=library)
    torch.library.register_fake("prelu::backward", fake_gradients, lib=library)
    torch.library.register_fake("prelu::backward_frozen", fake_frozen, lib=library)

    for name, backward in (
        ("forward", _forward_backward),
        ("backward", _backward_backward),
        ("backward_frozen", _backward_backward),
    ):
        torch.library.register_autograd(
            f"prelu::{name}", backward, setup_context=_save, lib=library
        )
    return library


_LIBRARY = _define()

# Where torch.nn.PReLU is cast by autocast, so is this one.
_AUTOCAST_DEVICES = frozenset(
    device
    for device, key in (("cpu", "AutocastCPU"), ("cuda", "AutocastCUDA"))
    if torch._C._dispatch_has_kernel_for_dispatch_key("aten::prelu", key)
)


def _autocast(x: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
    device = x.device.type
    if device in _AUTOCAST_DEVICES and torch.is_autocast_enabled(device):
        dtype = torch.get_autocast_dtype(device)
        if x.dtype != torch.float64:
            x = x.to(dtype)
        if alpha.dtype != torch.float64:
            alpha = alpha.to(dtype)
    return x, alpha


def _is_transformed() -> bool:
    """Whether torch.func or forward-mode AD derive from the operations that they see."""
    return not torch.compiler.is_compiling() and (
        torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0
    )


def _is_plain(*tensors: Tensor) -> bool:
    """Whether nobody looks on: no compiler, tracer, mode, subclass or meta tensor."""
    return (
        not torch.compiler.is_compiling()
        and torch._C._len_torch_dispatch_stack() == 0
        and not torch._C._is_tracing()
        and all(type(t) in (Tensor, torch.nn.Parameter) and not t.is_meta for t in tensors)
    )


def _composite(x: Tensor, alpha: Tensor, slope_at_zero: str, layout: str) -> Tensor:
    """In PyTorch's own operations. What is not selected is 0 before it is multiplied, so that an
    infinite slope makes no NaN of its gradient."""
    takes_alpha = _takes_alpha(x, slope_at_zero)
    scaled = torch.where(takes_alpha, x, 0) * alpha.reshape(_shape_beside(x, alpha, layout))
    rest = x if slope_at_zero != "zero" else torch.where(x > 0, x, 0 * x)
    return torch.where(takes_alpha, scaled, rest).to(x.dtype)


def prelu(
    x: Tensor, alpha: Tensor, *, slope_at_zero: SlopeAtZero = "alpha", layout: Layout = "nchw"
) -> Tensor:
    """PReLU with gradients of any order; torch.nn.functional.prelu, and more shapes of alpha.

    Args:
        x: (N, C, ...), or (N, ..., C) in nhwc; float16, bfloat16, float32 or float64, on the CPU or a
            GPU. Its order in memory (channels_last, say) is kept. What leaves gaps is copied first.
        alpha: the slopes, of x's dtype or float32: one element; (C,), one a channel; x's shape
            without the batch, one an element; or any shape of more axes that broadcasts to x's.
        slope_at_zero: the slope where x is 0 or NaN; PyTorch's own is "alpha".
        layout: which axis of x is the channels': 1 in "nchw" (whatever the order in memory), the
            last in "nhwc".

    Returns:
        y, of x's shape, dtype and order in memory. Under autocast, of its dtype, as PyTorch's is.
    """
    x, alpha = _autocast(x, alpha)
    if _is_transformed():
        y = _composite(x, alpha, slope_at_zero, layout)
    elif not _is_plain(x, alpha):
        y = torch.ops.prelu.forward(x, alpha, slope_at_zero, layout)
    elif torch.is_grad_enabled() and (x.requires_grad or alpha.requires_grad):
        y = _Forward.apply(x, alpha, slope_at_zero, layout)
    else:
        y = _compute(x, alpha, slope_at_zero, layout)
    return y


class PReLU(torch.nn.PReLU):
    """torch.nn.PReLU, computed by prelu: the same arguments, weight, state dict and results.

    Args:
        num_parameters: 1, or the number of channels: x's axis 1.
        init: the slopes' initial value.
        slope_at_zero: the slope where x is 0 or NaN.
    """

    __constants__ = [*torch.nn.PReLU.__constants__, "slope_at_zero"]

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: torch.device | str | int | None = None,
        dtype: torch.dtype | None = None,
        *,
        slope_at_zero: SlopeAtZero = "alpha",
    ) -> None:
        super().__init__(num_parameters, init, device, dtype)
        self.slope_at_zero: SlopeAtZero = slope_at_zero

    def forward(self, input: Tensor) -> Tensor:
        return prelu(input, self.weight, slope_at_zero=self.slope_at_zero)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, slope_at_zero={self.slope_at_zero!r}"
