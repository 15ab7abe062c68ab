"""ci_readers.py REPORT CI_REPORT: what the services that read report.ci.json make of it.

Reads CI_REPORT as github-action-benchmark's `googlecpp` does (the first row of a name counts, whatever row
it is) and as Bencher's `google` adapter does (the last one counts; the context needs caches, and every row a
name, a time and its unit). Ends with 1 unless both find each timed case of REPORT once, with the median of
all its samples.
"""
import json
import math
import statistics
import sys

MICROSECONDS = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def github_action_benchmark(report):
    times = {}
    for row in report["benchmarks"]:
        times.setdefault(row["name"], row["real_time"] * MICROSECONDS[row["time_unit"]])
    return times


def bencher(report):
    for cache in report["context"]["caches"]:
        assert {"type", "level", "size", "num_sharing"} <= cache.keys(), f"a cache lacks a key: {cache}"
    return {row["name"]: row["real_time"] * MICROSECONDS[row["time_unit"]] for row in report["benchmarks"]}


def expected(report):
    samples = {}
    for row in report["benchmarks"]:
        samples.setdefault(row["name"], []).extend(row["prelu"]["samples_us"])
    return {name: statistics.median(of_case) for name, of_case in samples.items()}


def main():
    whole, ci = load(sys.argv[1]), load(sys.argv[2])
    wanted = expected(whole)
    assert wanted, f"{sys.argv[1]} holds no timed case"
    wrong = []
    for reader in (github_action_benchmark, bencher):
        times = reader(ci)
        wrong += [f"{reader.__name__} does not find {name}" for name in wanted.keys() - times.keys()]
        wrong += [f"{reader.__name__} draws {name}, which is no case" for name in times.keys() - wanted.keys()]
        wrong += [f"{reader.__name__} takes {times[name]} us for {name}, its median is {us}"
                  for name, us in wanted.items()
                  if name in times and not math.isclose(times[name], us, rel_tol=1e-9)]
    print("\n".join(wrong) or f"{len(wanted)} cases, the same to both")
    sys.exit(1 if wrong else 0)


main()
