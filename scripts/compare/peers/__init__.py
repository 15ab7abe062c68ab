"""The implementations that are compared: each computes a problem in its framework's usual way.

A peer has a name, which is its variant's in the report, and two methods:
  refuses(problem)    why it cannot compute a problem; empty where it can
  prepare(tensors)    a function that computes once, and returns y or (dx, dalpha) when done
half_sums says what it does with the products of a half-precision dalpha (tensors.Reference), and
to_torch(result, problem) makes PyTorch tensors of it, laid out in memory like x.
"""

import importlib
from dataclasses import dataclass
from typing import Callable

OURS = "prelu"
# What --frameworks may name, and the module that holds its peers.
FRAMEWORKS = {
    OURS: "ours",
    "torch": "pytorch",
    "torch.compile": "pytorch_compile",
    "jax": "jax_jit",
    "tensorflow": "tensorflow_function",
    "onnxruntime": "onnx_runtime",
    "triton": "triton_kernels",
    "cupy": "cupy_kernels",
}


def nothing_refused(problem):
    return ""


def as_they_are(result, problem):
    return result


@dataclass
class Peer:
    name: str
    prepare: Callable
    refuses: Callable = nothing_refused
    half_sums: str = "exact"
    to_torch: Callable = as_they_are


def load(frameworks, device, threads):
    """The peers of those frameworks that can be imported, and for the others, why not."""
    peers, absent = [], {}
    for framework in frameworks:
        try:
            module = importlib.import_module(f"compare.peers.{FRAMEWORKS[framework]}")
            peers += module.peers(device, threads)
        except Exception as error:  # a framework may fail in any way: the others go on
            absent[framework] = f"{type(error).__name__}: {error}".splitlines()[0]
    return peers, absent
