"""CuPy: elementwise kernels of the definition, and its reduction; on PyTorch's stream."""

import cupy
import torch

from compare.peers import Peer

forward_kernel = cupy.ElementwiseKernel(
    "T x, T alpha", "T y", "y = x > T(0) ? x : alpha * x", "prelu_forward"
)
backward_kernel = cupy.ElementwiseKernel(
    "T dy, T x, T alpha",
    "T dx, T term",
    "dx = x > T(0) ? dy : alpha * dy; term = x > T(0) ? T(0) : x * dy",
    "prelu_backward",
)


def refuses(problem):
    return "CuPy has no bf16" if problem.dtype == "bf16" else ""


def prepare(tensors):
    shared = (tensors.x.detach(), tensors.wide_alpha.detach(), tensors.dy)
    x, alpha, dy = map(cupy.from_dlpack, shared)
    stream = cupy.cuda.ExternalStream(torch.cuda.current_stream().cuda_stream)
    output, terms = cupy.empty_like(x), cupy.empty_like(x)
    axes = tuple(axis for axis in range(x.ndim) if alpha.shape[axis] == 1)

    def forward():
        with stream:
            return forward_kernel(x, alpha, output)

    def backward():
        with stream:
            backward_kernel(dy, x, alpha, output, terms)
            return output, terms.sum(axes)

    return forward if tensors.problem.direction == "forward" else backward


def to_torch(result, problem):
    if isinstance(result, tuple):
        return tuple(map(torch.from_dlpack, result))
    return torch.from_dlpack(result)


def peers(device, threads):
    if device != "cuda":
        raise RuntimeError("CuPy runs on a GPU")
    name = f"peer/cupy-{cupy.__version__}/elementwise"
    return [Peer(name, prepare, refuses, half_sums="rounded", to_torch=to_torch)]
