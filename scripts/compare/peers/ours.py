"""The library: prelu.forward and prelu.backward with outputs that are reused, and prelu.torch with
autograd, as PyTorch's own."""

import prelu
import prelu.torch
import torch

from compare.peers import Peer
from compare.peers.pytorch import in_memory_order, prepare_autograd


def prepare_out(tensors):
    problem = tensors.problem
    x, dy, alpha = tensors.x, tensors.dy, tensors.alpha
    options = {"layout": problem.layout, "slope_at_zero": "alpha"}
    if problem.direction == "forward":
        y = torch.empty_like(x)
        return lambda: prelu.forward(x, alpha, out=y, **options)
    out = (torch.empty_like(x), torch.empty_like(alpha))
    return lambda: prelu.backward(dy, x, alpha, out=out, **options)


def prepare_module(tensors):
    return prepare_autograd(tensors, wrap=lambda function: prelu.torch.prelu)


def peers(device, threads):
    return [
        Peer("prelu/python", prepare_out),
        Peer("prelu/torch", prepare_module, to_torch=in_memory_order),
    ]
