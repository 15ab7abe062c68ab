"""All problems, one after another: prove every peer, then time those that are right, in turns."""

import gc
import statistics
import sys
import time
from dataclasses import dataclass, field

from compare import tensors as data
from compare.timing import take_turns

SEED = 1


@dataclass
class Result:
    """One peer on one problem: passed with samples, or a status and its reason."""

    variant: str
    problem: object
    status: str = "passed"
    reason: str = ""
    verdict: data.Verdict = field(default_factory=data.Verdict)
    samples_us: list = field(default_factory=list)
    cpu_us: float = 0.0
    calls: int = 1

    @property
    def median_us(self):
        return statistics.median(self.samples_us) if self.samples_us else None


def prove(peer, tensors, reference):
    """The result so far, and the function to time where it is right."""
    result = Result(peer.name, tensors.problem)
    reason = peer.refuses(tensors.problem)
    if reason:
        result.status, result.reason = "skipped", reason
        return result, None
    try:
        call = peer.prepare(tensors)
        result.verdict = reference.verify(peer.to_torch(call(), tensors.problem), peer.half_sums)
    except Exception as error:  # a framework may fail in any way: the others go on
        result.status = "failed"
        result.reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return result, None
    if result.verdict.wrong:
        result.status, result.reason = "failed", result.verdict.wrong
        return result, None
    return result, call


def run_problem(problem, peers, device, limit_seconds):
    tensors = data.draw(problem, device, SEED)
    reference = data.Reference(tensors)
    proven = [prove(peer, tensors, reference) for peer in peers]
    del reference
    right = [(result, call) for result, call in proven if call]
    if right:
        samples = take_turns([call for _, call in right], device, limit_seconds)
        for (result, _), sampled in zip(right, samples):
            result.samples_us = [seconds * 1e6 for seconds in sampled.seconds]
            result.cpu_us = statistics.median(sampled.cpu_seconds) * 1e6
            result.calls = sampled.calls
    gc.collect()
    return [result for result, _ in proven]


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def run(problems, peers, device, budget_seconds):
    """Results of all problems, and whether the run ended early: by its budget ("budget"), by
    Ctrl-C ("interrupted"), or not (""). What was not come to is skipped."""
    results, ended = [], ""
    start = time.monotonic()
    for done, problem in enumerate(problems):
        left = budget_seconds - (time.monotonic() - start)
        if not ended and left <= 0:
            ended = "budget"
        if not ended:
            progress(f"[{done + 1}/{len(problems)}, {left:.0f} s left] {problem}")
            try:
                share = left / (len(problems) - done)
                results += run_problem(problem, peers, device, share / 2)
                continue
            except KeyboardInterrupt:
                ended = "interrupted"
        reason = {"budget": "the budget was used up"}.get(ended, ended)
        results += [Result(peer.name, problem, "skipped", reason) for peer in peers]
    progress("")
    return results, ended
