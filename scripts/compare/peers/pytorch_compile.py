"""torch.compile of the same functions: Inductor's C++ on a CPU, its Triton on a GPU."""

import shutil

import torch

from compare.peers import Peer
from compare.peers.pytorch import in_memory_order, prepare_autograd

CODE_VARIANTS = 10_000


def prepare(tensors):
    return prepare_autograd(tensors, wrap=torch.compile)


def peers(device, threads):
    if device == "cpu" and not (shutil.which("g++") or shutil.which("clang++")):
        raise RuntimeError("torch.compile needs a C++ compiler")
    torch.set_num_threads(threads)
    # Each shape is compiled anew; the default would fall back to eager after a few.
    torch._dynamo.config.recompile_limit = CODE_VARIANTS
    torch._dynamo.config.accumulated_recompile_limit = CODE_VARIANTS
    torch._functorch.config.donated_buffer = False  # the graph is kept, and run again
    version = torch.__version__.split("+")[0]
    return [
        Peer(
            f"peer/torch-{version}/compile",
            prepare,
            half_sums="rounded",
            to_torch=in_memory_order,
        )
    ]
