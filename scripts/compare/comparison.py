"""One comparison from its arguments to its files."""

import ctypes
import sys
from itertools import zip_longest

from compare import memory, peers, report, session, table

KEEP_FREED_MEMORY = {-4: 0, -1: 1 << 40}  # mallopt: M_MMAP_MAX, M_TRIM_THRESHOLD


def keep_freed_memory():
    """Frameworks allocate their results anew in each call; without this the system would take the
    pages back each time, and a peer's time would be that of page faults."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        for parameter, value in KEEP_FREED_MEMORY.items():
            mallopt(parameter, ctypes.c_int(min(value, 2**31 - 1)))


def problems_of(arguments):
    """The problems to compare, and of each that was cut, what it was."""
    found = report.list_problems(arguments.bench, arguments.suite, arguments.filter)
    cut = {}
    for problem in found:
        if arguments.dtype in (None, problem.dtype):
            smaller = problem.within(int(arguments.tensor_mib * 2**20))
            cut.setdefault(smaller, []).append(problem)
    # Forward and backward in turns, so that a budget that ends early has measured both.
    directions = [[p for p in cut if p.direction == d] for d in ("forward", "backward")]
    order = [p for pair in zip_longest(*directions) for p in pair if p]
    return {problem: cut[problem] for problem in order}


def measure_memory(arguments, loaded, results):
    """Of each peer, on the largest problem of each direction that it passed."""
    peaks = []
    for framework in arguments.frameworks:
        for peer in loaded[framework]:
            for direction in ("forward", "backward"):
                passed = [
                    result.problem
                    for result in results
                    if result.samples_us
                    and result.variant == peer.name
                    and result.problem.direction == direction
                ]
                if not passed:
                    continue
                largest = max(passed, key=lambda problem: problem.elements)
                session.progress(f"peak memory: {peer.name} {direction}")
                taken = memory.peak(
                    framework, peer.name, largest, arguments.device, arguments.threads
                )
                if taken is not None:
                    peaks.append(
                        {"variant": peer.name, "problem": str(largest), "bytes": taken}
                    )
    session.progress("")
    return peaks


def cut_batches(problems):
    """What the tables say of layers with fewer samples than their network has."""
    lines = [
        f"- `{problem}` stands for " + ", ".join(f"`{original}`" for original in originals)
        for problem, originals in problems.items()
        if originals != [problem]
    ]
    return "\n".join(["Batches were cut to fit into memory:", "", *lines]) if lines else ""


def compare(arguments):
    try:
        problems = problems_of(arguments)
    except ValueError as error:
        print(f"compare_frameworks.py: {error}", file=sys.stderr)
        return 2
    if not problems:
        print("compare_frameworks.py: no problem is left to compare", file=sys.stderr)
        return 2
    keep_freed_memory()
    loaded = {}
    for framework in arguments.frameworks:
        found, absent = peers.load([framework], arguments.device, arguments.threads)
        loaded[framework] = found
        for name, reason in absent.items():
            print(f"left out: {name}: {reason}", file=sys.stderr)
    everyone = [peer for found in loaded.values() for peer in found]
    if not everyone:
        print("compare_frameworks.py: no framework can be imported", file=sys.stderr)
        return 2

    context = report.context(arguments.bench, arguments.suite, arguments.device)
    results, ended = session.run(list(problems), everyone, arguments.device, arguments.budget)
    peaks = []
    if not arguments.no_memory and ended != "interrupted":
        peaks = measure_memory(arguments, loaded, results)

    arguments.out.mkdir(parents=True, exist_ok=True)
    protocol = {
        "device": arguments.device,
        "suite": ",".join(arguments.suite),
        "seed": session.SEED,
        "budget_s": arguments.budget,
    }
    report.write(
        arguments.out / "report.json", context, results, protocol, bool(ended), peaks
    )
    wrong = [result for result in results if result.status == "failed"]
    failures = "\n".join(f"- FAILED {r.variant} {r.problem}: {r.reason}" for r in wrong)
    parts = [
        table.summary(results),
        f"The run was cut short: {ended}." if ended else "",
        failures,
        table.layers(results),
        table.memory(peaks),
        cut_batches(problems),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    (arguments.out / "table.md").write_text(text)
    print(text)
    print(f"report: {arguments.out / 'report.json'}")
    if ended == "interrupted":
        return 130
    return 3 if wrong else 0
