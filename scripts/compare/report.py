"""report.json in the project's format, from a context that prelu-bench wrote: the same machine, the
same environment_key."""

import json
import subprocess
import tempfile
from pathlib import Path

from compare.problem import Problem


def list_problems(bench, suites, pattern):
    """The problems of those suites, each once, in their order: prelu-bench expands the suites."""
    command = [str(bench), "--list", *(f"--suite={suite}" for suite in suites)]
    if pattern:
        command.append(f"--filter={pattern}")
    listing = subprocess.run(command, text=True, capture_output=True)
    if listing.returncode != 0:
        raise ValueError(listing.stderr.strip() or f"{bench} --list failed")
    problems = {}
    for case in listing.stdout.split():
        folder, variant, *rest = case.split("/")
        # A peer's version stands between.
        while variant.split("_")[0] not in ("forward", "backward") and rest:
            variant = rest.pop(0)
        direction = variant.split("_")[0]
        problem = Problem.parse("/".join([direction, *rest]))
        if problem and direction in ("forward", "backward"):
            problems[problem] = None
    return list(problems)


def context(bench, suites, device):
    """Proves one small case, for the sake of the context of its report."""
    with tempfile.TemporaryDirectory() as folder:
        small = f"{device}/forward_naive/f32/nchw/shared/1x1x1"
        command = [bench, "--verify-only", "--device", device, "--out", folder, "--case", small]
        command += [f"--suite={suite}" for suite in suites] + ["--filter", "/shared/1x1x1$"]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        return json.loads(Path(folder, "report.json").read_text())["context"]


def _variant(result):
    """As prelu-bench names its peers: a variant has one direction."""
    return f"{result.variant}/{result.problem.direction}"


def _identity(index, result, device):
    verdict = result.verdict
    return {
        "index": index,
        "variant": _variant(result),
        "problem": str(result.problem),
        "device": device,
        "deterministic": False,
        "verification": {
            "status": result.status,
            "max_error": verdict.max_error,
            "allowed": verdict.allowed,
            "checked": verdict.checked,
        },
        "kernel": None,
    }


def _row(index, result, device):
    name = f"{_variant(result)}/{result.problem.case}"
    seconds = result.median_us * 1e-6
    return {
        "name": name,
        "run_name": name,
        "run_type": "iteration",
        "repetitions": 1,
        "repetition_index": 0,
        "threads": 1,
        "iterations": len(result.samples_us),
        "real_time": result.median_us,
        "cpu_time": result.cpu_us,
        "time_unit": "us",
        "bytes_per_second": result.problem.minimal_bytes / seconds,
        "items_per_second": result.problem.elements / seconds,
        "prelu": {
            **_identity(index, result, device),
            "process": 0,
            "bytes": result.problem.minimal_bytes,
            "elements": result.problem.elements,
            "samples_us": result.samples_us,
            "hot_us": result.median_us,  # calls follow one another on the same tensors
            "ceiling_us": None,
            "share_of_ceiling": None,
            "sm_mhz": 0,
            "throttled": 0,
        },
    }


def _untimed(index, result, device):
    name = f"{_variant(result)}/{result.problem.case}"
    reason = {"name": name, "status": result.status, "reason": result.reason, "rerun": ""}
    return {**reason, **_identity(index, result, device)}


def write(path, context, results, protocol, partial, peak_memory):
    device = protocol["device"]
    # Batches may be cut, so that a sum over a network's layers would not be the network's.
    context["prelu"].pop("networks", None)
    numbered = list(enumerate(results))
    ours = {
        **context["prelu"],
        "partial": partial,
        "protocol": {
            "suite": protocol["suite"],
            "cache": "interleaved",
            "block": 1,
            "repetitions": 1,
            "seed": protocol["seed"],
            "budget_s": protocol["budget_s"],
        },
        "ceilings": [],
        "not_timed": [_untimed(i, r, device) for i, r in numbered if not r.samples_us],
        "peak_memory": peak_memory,
    }
    document = {
        "context": {**context, "executable": "compare_frameworks.py", "prelu": ours},
        "benchmarks": [_row(i, r, device) for i, r in numbered if r.samples_us],
    }
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n")
