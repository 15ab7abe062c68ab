"""Triton, as one would write it by hand: one fused backward kernel, partial sums, then a sum.

Every layout and alpha mode is (i / inner) % count: the slope of element i. Slope k has the elements
(o * count + k) * inner + t.
"""

import torch
import triton
import triton.language as tl

from compare.peers import Peer

BLOCK = 1024


@triton.jit
def forward_kernel(x_ptr, alpha_ptr, y_ptr, elements, inner, count, BLOCK: tl.constexpr):
    i = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = i < elements
    x = tl.load(x_ptr + i, mask=inside)
    alpha = tl.load(alpha_ptr + (i // inner) % count, mask=inside)
    negative = (x.to(tl.float32) * alpha.to(tl.float32)).to(x.dtype)
    tl.store(y_ptr + i, tl.where(x > 0, x, negative), mask=inside)


@triton.jit
def backward_kernel(dy_ptr, x_ptr, alpha_ptr, dx_ptr, partial_ptr, terms, inner, count, parts,
                    BLOCK: tl.constexpr):
    """Program (k, part) does each parts-th block of slope k's elements."""
    k = tl.program_id(0).to(tl.int64)
    part = tl.program_id(1)
    alpha = tl.load(alpha_ptr + k).to(tl.float32)
    total = tl.zeros([BLOCK], tl.float32)
    for start in range(part * BLOCK, terms, parts * BLOCK):
        j = start + tl.arange(0, BLOCK).to(tl.int64)
        inside = j < terms
        i = ((j // inner) * count + k) * inner + j % inner
        x = tl.load(x_ptr + i, mask=inside, other=1.0)
        dy = tl.load(dy_ptr + i, mask=inside, other=0.0)
        negative = (dy.to(tl.float32) * alpha).to(dy.dtype)
        tl.store(dx_ptr + i, tl.where(x > 0, dy, negative), mask=inside)
        total += tl.where(x > 0, 0.0, x.to(tl.float32) * dy.to(tl.float32))
    tl.store(partial_ptr + k * parts + part, tl.sum(total))


def map_of(problem):
    """inner and count."""
    if problem.alpha == "shared":
        return 1, 1
    if problem.alpha == "per_element":
        return 1, problem.c * problem.spatial
    return (problem.spatial if problem.layout == "nchw" else 1), problem.c


def prepare(tensors):
    problem, x, dy, alpha = tensors.problem, tensors.x, tensors.dy, tensors.alpha
    inner, count = map_of(problem)
    output = torch.empty_like(x)
    if problem.direction == "forward":
        grid = (triton.cdiv(x.numel(), BLOCK),)

        def forward():
            forward_kernel[grid](x, alpha, output, x.numel(), inner, count, BLOCK=BLOCK)
            return output

        return forward

    terms = x.numel() // count
    parts = max(1, min(triton.cdiv(terms, BLOCK), triton.cdiv(4096, count)))
    partial = torch.empty((count, parts), dtype=torch.float32, device=x.device)

    def backward():
        backward_kernel[(count, parts)](
            dy, x, alpha, output, partial, terms, inner, count, parts, BLOCK=BLOCK
        )
        return output, partial.sum(1).to(x.dtype)

    return backward


def refuses(problem):
    return "the Triton kernels add in f32" if problem.dtype == "f64" else ""


def peers(device, threads):
    if device != "cuda" and not triton.knobs.runtime.interpret:
        raise RuntimeError("Triton runs on a GPU")
    return [Peer(f"peer/triton-{triton.__version__}/fused", prepare, refuses)]
