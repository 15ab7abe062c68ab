"""JAX: the definition, jitted, and its reverse-mode derivative."""

import jax
import torch

from compare.peers import Peer

jax.config.update("jax_enable_x64", True)  # else f64 is f32


@jax.jit
def forward(x, alpha):
    return jax.numpy.where(x < 0, alpha * x, x)


@jax.jit
def backward(dy, x, alpha):
    _, gradients = jax.vjp(forward, x, alpha)
    return gradients(dy)


def prepare(tensors):
    shared = (tensors.x.detach(), tensors.wide_alpha.detach(), tensors.dy)
    x, alpha, dy = map(jax.dlpack.from_dlpack, shared)
    if tensors.problem.direction == "forward":
        return lambda: forward(x, alpha).block_until_ready()
    return lambda: jax.block_until_ready(backward(dy, x, alpha))


def to_torch(result, problem):
    if isinstance(result, tuple):
        return tuple(map(torch.from_dlpack, result))
    return torch.from_dlpack(result)


def peers(device, threads):
    """XLA takes as many threads as there are CPUs to run on."""
    if device == "cuda" and jax.default_backend() != "gpu":
        raise RuntimeError("this JAX has no GPU")
    name = f"peer/jax-{jax.__version__}/jit"
    return [Peer(name, prepare, half_sums="half", to_torch=to_torch)]
