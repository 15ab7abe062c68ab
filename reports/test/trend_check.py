"""trend_check.py PRELU_REPORT REPORT: where prelu-report trend cuts a series, computed by NumPy.

Records seeded series, and holds noise and changes of trend --json against a second computation that shares
nothing with the first but the definition in change_points.hpp. Ends with 0 if all agree, 1 if one does
not, 77 (a skipped test) where Debian's python3-numpy is missing.
"""
import copy
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import numpy
except ImportError:
    print("skipped: this Python has no module numpy (package python3-scipy)")
    sys.exit(77)

LEAST = 3


def noise_scale(x):
    d = numpy.diff(x)
    return max(0.001, 1.4826 * numpy.median(abs(d - numpy.median(d))) / math.sqrt(2))


def without_outliers(x, scale):
    middle = numpy.array([numpy.median(x[max(0, i - 3):i + 4]) for i in range(len(x))])
    return numpy.clip(x, middle - 4 * scale, middle + 4 * scale)


def cost(x):
    return abs(x - numpy.median(x)).sum()


def cuts(x, penalty):
    best, way = {0: -penalty}, {0: []}
    for end in range(LEAST, len(x) + 1):
        value, begin = min((best[b] + cost(x[b:end]) + penalty, b) for b in best if end - b >= LEAST)
        best[end], way[end] = value, way[begin] + [begin]
    return way[len(x)][1:]


def main():
    program, template_file = sys.argv[1:]
    template = json.loads(pathlib.Path(template_file).read_text(encoding="utf-8"))
    template["context"]["prelu"].update(not_timed=[])
    template["context"]["prelu"]["git"]["dirty"] = False
    row = next(row for row in template["benchmarks"] if row["prelu"]["device"] == "cpu")
    random = numpy.random.default_rng(1)
    commits = 60
    # Steps far apart: what trend makes of stairs and of small steps is its own affair.
    series = {}
    for i in range(30):
        levels = numpy.repeat(numpy.exp(numpy.cumsum(random.choice([-0.08, 0.08], 4))), commits // 4)
        series[f"case/{i}"] = 100 * levels * (1 + 0.01 * random.standard_normal(commits))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for commit in range(commits):
            document = copy.deepcopy(template)
            document["context"]["date"] = time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(1.8e9 + 3600 * commit))
            document["context"]["prelu"]["git"]["sha"] = f"{commit:040x}"
            document["benchmarks"] = []
            for index, (name, times) in enumerate(series.items()):
                one = copy.deepcopy(row)
                one.update(name=name, run_name=name, repetition_index=0)
                one["prelu"].update(index=index, samples_us=[float(times[commit])])
                document["benchmarks"].append(one)
            (folder / f"{commit}.json").write_text(json.dumps(document), encoding="utf-8")
        subprocess.run([program, "record", folder / "history.db", folder], stdout=subprocess.DEVNULL, check=True)
        subprocess.run([program, "trend", folder / "history.db", "--json", folder / "out.json"],
                       stdout=subprocess.DEVNULL, check=True)
        trends = {one["name"]: one for one in json.loads((folder / "out.json").read_text())["series"]}
    assert trends.keys() == series.keys()
    wrong = found = 0
    for name, times in series.items():
        x = numpy.log(times)
        scale = noise_scale(x)
        expected = cuts(without_outliers(x, scale), (8 + 0.5 * math.log(commits)) * scale)
        changes = trends[name]["changes"]
        found += len(expected)
        inside = all(one["last_before"] < cut <= one["first_after"] for one, cut in zip(changes, expected))
        if len(changes) != len(expected) or not inside or abs(math.expm1(scale) - trends[name]["noise"]) > 1e-12:
            print(f"{name}: {changes}, noise {trends[name]['noise']}; expected cuts {expected}, noise {scale}")
            wrong += 1
    print(f"{len(series)} series with {found} cuts compared, {wrong} differ")
    sys.exit(1 if wrong or not found else 0)


main()
