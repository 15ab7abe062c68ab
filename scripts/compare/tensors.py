"""The data of one problem, what must come out of it, and the proof that a result is that.

PyTorch holds the tensors; every framework works on the same memory. The reference is computed in
float64 from the definition. y and dx must have its bits; dalpha must lie within the bound of its
sum: ulp(dtype)*|sum| + 4*sqrt(terms)*ulp(accumulator)*sum|x*dy|.
"""

import math
from dataclasses import dataclass

import torch

DTYPES = {
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
}
ULP = {"f16": 2.0**-10, "bf16": 2.0**-7, "f32": 2.0**-23, "f64": 2.0**-52}
HALVES = ("f16", "bf16")


@dataclass
class Tensors:
    problem: object
    x: torch.Tensor
    dy: torch.Tensor
    alpha: torch.Tensor

    @property
    def wide_alpha(self):
        return self.alpha.reshape(self.problem.wide_alpha_shape)


@dataclass
class Verdict:
    """What a report says of a verification."""

    wrong: str = ""
    max_error: float = 0.0
    allowed: float = 0.0
    checked: int = 0


def draw(problem, device, seed):
    """About half of x is negative, none is zero: on the slope at zero frameworks disagree."""
    random = torch.Generator(device).manual_seed(seed)
    dtype = DTYPES[problem.dtype]

    def normal():
        return torch.randn(problem.shape, generator=random, device=device).to(dtype)

    x, dy = normal(), normal()
    x[x == 0] = 1
    alpha = torch.rand(problem.alpha_shape, generator=random, device=device) * 0.45 + 0.05
    return Tensors(problem, x, dy, alpha.to(dtype))


def _rounded(values, dtype):
    """To f32 and then to the dtype; f64 stays as it is."""
    return values if dtype == torch.float64 else values.to(torch.float32).to(dtype)


def _difference(expected, actual, what):
    """The first element whose bits differ, described; empty where none does."""
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return f"{what} is {actual.dtype} {tuple(actual.shape)}"
    bits = {2: torch.int16, 4: torch.int32, 8: torch.int64}[expected.element_size()]
    differs = expected.contiguous().view(bits) != actual.contiguous().view(bits)
    count = int(differs.sum())
    if count == 0:
        return ""
    first = tuple(differs.nonzero()[0].tolist())
    return (
        f"{what}{list(first)} is {actual[first].item()}, expected exactly "
        f"{expected[first].item()}; {count} of {expected.numel()} elements differ"
    )


class Reference:
    """One problem's expected results, computed once and held against every framework's."""

    def __init__(self, tensors):
        problem = self.problem = tensors.problem
        x, alpha = tensors.x.double(), tensors.wide_alpha.double()
        value = x if problem.direction == "forward" else tensors.dy.double()
        dtype = tensors.x.dtype
        self.output = _rounded(torch.where(x < 0, alpha * value, value), dtype)
        self.sums = {}
        if problem.direction == "backward":
            terms = torch.where(x < 0, x * value, 0.0)
            axes = [axis for axis in range(x.dim()) if alpha.shape[axis] == 1]
            self.magnitude = terms.abs().sum(axes).reshape(-1)
            self.terms = x.numel() / alpha.numel()
            self.sums["exact"] = terms.sum(axes).reshape(-1)
            if problem.dtype in HALVES:
                rounded = _rounded(terms, dtype).double()
                self.sums["rounded"] = rounded.sum(axes).reshape(-1)

    def verify(self, result, half_sums):
        """result is y, or (dx, dalpha). half_sums says what a framework does with products in half
        precision: "exact", "rounded" each to the dtype, or besides added in it ("half")."""
        verdict = Verdict(checked=self.output.numel())
        if self.problem.direction == "forward":
            verdict.wrong = _difference(self.output, result.reshape(self.output.shape), "y")
            return verdict
        dx, dalpha = result
        verdict.wrong = _difference(self.output, dx.reshape(self.output.shape), "dx")
        self._verify_sum(dalpha.reshape(-1), half_sums, verdict)
        return verdict

    def _verify_sum(self, dalpha, half_sums, verdict):
        name = self.problem.dtype
        half = name in HALVES
        expected = self.sums["rounded" if half and half_sums != "exact" else "exact"]
        accumulator = "f64" if name == "f64" else "f32"
        if half and half_sums == "half":
            accumulator = name
        step = 4 * math.sqrt(self.terms) * ULP[accumulator]
        allowed = ULP[name] * expected.abs() + step * self.magnitude
        if dalpha.shape != expected.shape:
            verdict.wrong = verdict.wrong or f"dalpha has {dalpha.numel()} slopes"
            return
        error = (dalpha.double() - expected).abs()
        verdict.checked += error.numel()
        worst = int(torch.argmax(error / allowed.clamp(min=1e-300)))
        verdict.max_error, verdict.allowed = error[worst].item(), allowed[worst].item()
        if not bool((error <= allowed).all()):  # a NaN is not
            verdict.wrong = verdict.wrong or (
                f"dalpha[{worst}] is {dalpha[worst].item()}, expected {expected[worst].item()} "
                f"within {allowed[worst].item()}"
            )
