"""PyTorch eager: nn.PReLU's operator, and autograd's backward over it; and the operators that
autograd calls, without it."""

import torch

from compare.peers import Peer


def channels_second(tensors, tensor):
    """PyTorch's channels are the second dimension, wherever they lie in memory."""
    return tensor.movedim(-1, 1) if tensors.problem.layout == "nhwc" else tensor


def operands(tensors):
    """x, alpha and dy as the operator beneath nn.PReLU takes them."""
    x = channels_second(tensors, tensors.x).detach()
    wide = channels_second(tensors, tensors.wide_alpha).detach()
    return x, wide, channels_second(tensors, tensors.dy)


def function_for(problem):
    """nn.PReLU has no slope per element; the operator beneath it has."""
    return torch._prelu_kernel if problem.alpha == "per_element" else torch.nn.functional.prelu


def prepare_autograd(tensors, wrap=lambda function: function):
    """Forward without a graph; backward over a graph that is kept: autograd's own work alone."""
    problem = tensors.problem
    x, wide, dy = operands(tensors)
    alpha = wide if problem.alpha == "per_element" else wide.reshape(-1)
    prelu = wrap(function_for(problem))
    if problem.direction == "forward":

        def forward():
            with torch.no_grad():
                return prelu(x, alpha)

        return forward
    x.requires_grad_()
    alpha = alpha.clone().requires_grad_()
    y = prelu(x, alpha)
    return lambda: torch.autograd.grad(y, (x, alpha), dy, retain_graph=True)


def prepare_kernels(tensors):
    x, wide, dy = operands(tensors)
    if tensors.problem.direction == "forward":
        return lambda: torch.ops.aten._prelu_kernel(x, wide)
    axes = [axis for axis in range(x.dim()) if wide.shape[axis] == 1]

    def backward():
        dx, terms = torch.ops.aten._prelu_kernel_backward(dy, x, wide)
        return dx, terms.sum(axes, keepdim=True)

    return backward


def in_memory_order(result, problem):
    """Results with the channels where the memory has them, so that they compare with x."""

    def turn(tensor):
        turned = problem.layout == "nhwc" and tensor.dim() == 3
        return tensor.movedim(1, -1) if turned else tensor

    return tuple(map(turn, result)) if isinstance(result, tuple) else turn(result)


def peers(device, threads):
    torch.set_num_threads(threads)
    conventions = {"half_sums": "rounded", "to_torch": in_memory_order}
    name = f"peer/torch-{torch.__version__.split('+')[0]}"
    return [
        Peer(f"{name}/eager", prepare_autograd, **conventions),
        Peer(f"{name}/aten_kernels", prepare_kernels, **conventions),
    ]
