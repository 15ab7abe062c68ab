"""scipy_check.py PRELU_REPORT TEMPLATE: what prelu-report compare computes, computed by SciPy and NumPy.

Writes seeded reports, from the rows of the report TEMPLATE, and holds ratios, p values and intervals of
compare --json against theirs. Ends with 0 if all agree, 1 if one does not, 77 (a skipped test) where
Debian's python3-scipy is missing.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    from scipy import stats
except ImportError:
    print("skipped: this Python has no module scipy (package python3-scipy)")
    sys.exit(77)

BLOCKS = 10
RESAMPLES = 4000
# Both intervals are random; their ends differ by as much as a few hundredths of their width.
INTERVAL_TOLERANCE = 0.12


def draw(random, processes, slower, tick):
    """Block times, processes in rows."""
    times = 100 * (1 + slower) * (1 + 0.01 * random.standard_normal((processes, 1)))
    times = times * (1 + 0.005 * random.standard_normal((processes, BLOCKS)))
    return numpy.round(times / tick) * tick if tick else times


def report(template, process, cases):
    """A report of one process: {case: the times of its blocks}."""
    document = copy.deepcopy(template)
    document["context"]["date"] = f"2025-03-01T00:00:{process:02}+00:00"
    document["context"]["prelu"].update(not_timed=[], networks=[], partial=False)
    del document["context"]["prelu"]["networks"]
    row = document["benchmarks"][0]
    document["benchmarks"] = []
    for index, (name, times) in enumerate(cases.items()):
        for repetition, time in enumerate(times):
            one = copy.deepcopy(row)
            one.update(name=name, run_name=name, repetition_index=repetition)
            one["prelu"].update(index=index, samples_us=[float(time)], code_hash="", ceiling_us=None)
            document["benchmarks"].append(one)
    return document


def write_side(folder, template, side):
    folder.mkdir()
    processes = len(next(iter(side.values())))
    for process in range(processes):
        cases = {name: times[process] for name, times in side.items()}
        text = json.dumps(report(template, process, cases))
        (folder / f"{process:02}.json").write_text(text, encoding="utf-8")


def log_ratios(baseline, candidate):
    """Of the medians; turn by turn, and the median of those, where there are as many on either side."""
    if baseline.shape[-2] == candidate.shape[-2]:
        turns = numpy.log(numpy.median(candidate, axis=-1) / numpy.median(baseline, axis=-1))
        return numpy.median(turns, axis=-1)
    flat = [side.reshape(*side.shape[:-2], -1) for side in (baseline, candidate)]
    return numpy.log(numpy.median(flat[1], axis=-1) / numpy.median(flat[0], axis=-1))


def expected_interval(random, baseline, candidate):
    """The percentile interval: turns or processes drawn, then blocks within them."""

    def drawn(side, rows):
        blocks = random.integers(BLOCKS, size=(RESAMPLES, len(side), BLOCKS))
        return side[rows, blocks]

    def rows_of(side):
        return random.integers(len(side), size=(RESAMPLES, len(side), 1))

    if len(baseline) == len(candidate) == 1:  # then it is the plain bootstrap, which SciPy has
        result = stats.bootstrap(
            (baseline[0], candidate[0]),
            lambda a, b, axis: numpy.log(numpy.median(b, axis=axis) / numpy.median(a, axis=axis)),
            vectorized=True, n_resamples=RESAMPLES, method="percentile", random_state=1)
        return numpy.exp([result.confidence_interval.low, result.confidence_interval.high])
    rows = rows_of(baseline)
    others = rows if len(baseline) == len(candidate) else rows_of(candidate)
    ratios = log_ratios(drawn(baseline, rows), drawn(candidate, others))
    ends = numpy.quantile(ratios, [0.025, 0.975])
    if len(baseline) == len(candidate):  # n - 1 parts in n of the variance of turns remain in a resample
        estimate = log_ratios(baseline, candidate)
        ends = estimate + (len(baseline) / (len(baseline) - 1)) ** 0.5 * (ends - estimate)
    return numpy.exp(ends)


def main():
    program, template_file = sys.argv[1:]
    template = json.loads(pathlib.Path(template_file).read_text(encoding="utf-8"))
    random = numpy.random.default_rng(1)
    wrong = 0

    def check(name, what, ours, theirs, tolerance):
        nonlocal wrong
        if not abs(ours - theirs) <= tolerance:
            print(f"{name}: {what} is {ours}, expected {theirs} within {tolerance}")
            wrong += 1

    checked = 0
    for processes, others in ((1, 1), (2, 2), (7, 7), (10, 10), (6, 9)):
        shifts = {f"case/{slower}/{tick}": (slower, tick)
                  for slower in (0, 0.01, 0.05) for tick in (0, 0.1)}
        baseline = {name: draw(random, processes, 0, tick) for name, (_, tick) in shifts.items()}
        candidate = {name: draw(random, others, slower, tick)
                     for name, (slower, tick) in shifts.items()}
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            write_side(folder / "baseline", template, baseline)
            write_side(folder / "candidate", template, candidate)
            subprocess.run([program, "compare", folder / "baseline", folder / "candidate", "--json",
                            folder / "out.json"], stdout=subprocess.DEVNULL, check=False)
            compared = json.loads((folder / "out.json").read_text(encoding="utf-8"))
        assert len(compared["cases"]) == len(shifts)
        for case in compared["cases"]:
            name, ours = case["name"], case["first"]
            a, b = baseline[name], candidate[name]
            label = f"{processes} and {others} processes, {name}"
            check(label, "ratio", ours["ratio"], numpy.exp(log_ratios(a, b)), 1e-12)
            ranked = (a[0], b[0]) if processes == 1 else (numpy.median(a, axis=1), numpy.median(b, axis=1))
            p = stats.mannwhitneyu(*ranked, method="asymptotic").pvalue
            check(label, "p", ours["mann_whitney_p"], 1 if numpy.isnan(p) else p, 1e-9)
            low, high = expected_interval(random, a, b)
            tolerance = INTERVAL_TOLERANCE * (high - low) + 1e-9
            # Where times are tied, an end may lie on the neighbouring tick, a thousandth away.
            tolerance += 0.0011 if name.endswith("/0.1") else 0
            check(label, "low", ours["low"], low, tolerance)
            check(label, "high", ours["high"], high, tolerance)
            checked += 1
    print(f"{checked} cases compared, {wrong} numbers differ")
    sys.exit(1 if wrong else 0)


main()
