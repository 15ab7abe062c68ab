"""Reports for the page's tests, written as prelu-bench writes them, of cases that nobody measured."""

import copy
import json
import random

ENVIRONMENT = "0123456789abcdef"


def verification(status="passed"):
    return {"status": status, "max_error": 0.0, "allowed": 0.0, "checked": 1000}


def context(**changes):
    ours = {
        "schema": "prelu-report/1", "environment_key": ENVIRONMENT, "partial": False,
        "git": {"sha": "a" * 40, "dirty": False},
        "build": {"nvcc": "13.0.88", "host_compiler": "GNU 12.2.0", "flags": "-O3",
                  "architectures": ["90"], "version": "0.1.0"},
        "host": {"cpu": "Example CPU", "cpus_allowed": 2, "governor": None},
        "devices": [device("cuda", "Example GPU", 50 << 20), device("cpu", "Example CPU", 32 << 20)],
        "protocol": {"suite": "made", "cache": "rotate", "block": 8, "repetitions": 3, "seed": 1,
                     "budget_s": 60.0},
        "ceilings": [{"device": kind, "way": kind + "/copy", "reads": reads, "bytes": 1 << shift,
                      "median_us": (1 << shift) / rate, "drift": 0.01}
                     for kind, rate in (("cuda", 3e6), ("cpu", 9e4))
                     for reads in (1, 2) for shift in (18, 22, 26)],
        "not_timed": [],
        "networks": [{"name": "iresnet100", "source": "a paper", "input": "128x3x112x112",
                      "dtype": "f32", "layers": [
                          {"forward": "forward/f32/nchw/per_channel/32x64x256",
                           "backward": "backward/f32/nchw/per_channel/32x64x256", "times": 3}]}],
    }
    whole = {
        "date": "2026-01-01T10:00:00+00:00", "host_name": "node-1", "executable": "prelu-bench",
        "num_cpus": 2, "mhz_per_cpu": 2500.0, "cpu_scaling_enabled": False,
        "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1},
                   {"type": "Unified", "level": 2, "size": 1 << 20, "num_sharing": 1}],
        "load_avg": [0.25, 0.5, 0.75], "library_build_type": "release", "json_schema_version": 1,
        "prelu": ours}
    whole.update({key: value for key, value in changes.items() if key in whole})
    ours.update({key: value for key, value in changes.items() if key in ours})
    return whole


def device(kind, name, cache, uuid=""):
    return {"kind": kind, "name": name, "uuid": uuid, "compute_units": 2, "cache_bytes": cache,
            "memory_bytes": 8 << 30, "compute_capability": "9.0" if kind == "cuda" else "",
            "driver": "580.1" if kind == "cuda" else "", "ecc": None, "mig": None,
            "power_limit_w": 0.0, "clock_mhz": 0.0, "memory_clock_mhz": 0.0,
            "clock_resolution_us": 0.02}


def identity(index, variant, problem, kind, status="passed"):
    kernel = {"registers": 32, "spill_bytes": 0, "bytes_in_flight_per_sm": 65536}
    return {"index": index, "variant": variant, "problem": problem, "device": kind,
            "code_hash": "c0de", "deterministic": True, "verification": verification(status),
            "kernel": kernel if kind == "cuda" else None}


def median(samples):
    ordered = sorted(samples)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def rows(index, variant, problem, kind, blocks, size=1 << 22, **changes):
    """One row a block of samples."""
    name = variant + "/" + problem.split("/", 1)[-1]
    whole = median([sample for block in blocks for sample in block])
    ours = {**identity(index, variant, problem, kind), "process": 0, "bytes": size,
            "elements": size // 8, "samples_us": [], "hot_us": whole * 0.9, "ceiling_us": whole * 0.8,
            "share_of_ceiling": 0.8, "sm_mhz": 0.0, "throttled": 0, **changes}
    if ours["ceiling_us"]:
        ours["share_of_ceiling"] = ours["ceiling_us"] / whole
    for place, block in enumerate(blocks):
        time = median(block)
        yield {"name": name, "run_name": name, "run_type": "iteration", "repetitions": len(blocks),
               "repetition_index": place, "threads": 1, "iterations": len(block), "real_time": time,
               "cpu_time": time * 2, "time_unit": "us", "bytes_per_second": size / (time * 1e-6),
               "items_per_second": (size // 8) / (time * 1e-6),
               "prelu": {**ours, "samples_us": block}}


def untimed(index, variant, problem, kind, status, reason):
    name = variant + "/" + problem.split("/", 1)[-1]
    rerun = "prelu-bench --case " + name if status == "failed" else ""
    return {"name": name, "status": status, "reason": reason, "rerun": rerun,
            **identity(index, variant, problem, kind, status)}


def usual(seed=1, speed=None, **changes):
    """A report with everything in it. `speed`: a factor on the times of a variant."""
    draw = random.Random(seed)
    made, not_timed, index = [], [], 0
    for kind, rate in (("cuda", 2.5e6), ("cpu", 8e4)):
        for direction in ("forward", "backward"):
            for flavour in ("packed", "naive"):
                variant = f"{kind}/{direction}_{flavour}"
                slow = 1 if flavour == "packed" else 6
                for dtype in ("f32", "bf16"):
                    for spatial in (16, 256, 4096):
                        problem = f"{direction}/{dtype}/nchw/per_channel/32x64x{spatial}"
                        size = 32 * 64 * spatial * (8 if dtype == "f32" else 4)
                        usual_time = size / rate * slow
                        time = usual_time * (speed or {}).get(variant, 1)
                        blocks = [[round(time * draw.gauss(1, 0.01), 4) for _ in range(8)]
                                  for _ in range(3)]
                        changed = {"ceiling_us": round(usual_time * 0.8, 4)}
                        if flavour == "naive" and spatial == 16:
                            changed["throttled"] = 2
                        if flavour == "packed" and spatial == 4096 and dtype == "bf16":
                            changed["ceiling_us"] = round(usual_time * 1.2, 4)  # suspect
                        made += rows(index, variant, problem, kind, blocks, size, **changed)
                        index += 1
        problem = "forward/f16/nhwc/shared/7x5x3"
        not_timed.append(untimed(index, f"{kind}/forward_packed", problem, kind, "failed",
                                 "y[3]: expected 0.25, got 0.5"))
        not_timed.append(untimed(index + 1, f"{kind}/forward_naive", problem, kind, "skipped",
                                 "the budget was used up"))
        index += 2
    return {"context": context(not_timed=not_timed, **changes), "benchmarks": made}


def large(cases, repetitions=3):
    draw = random.Random(7)
    made = []
    for index in range(cases):
        time = draw.uniform(5, 5000)
        dtype = draw.choice(("f32", "f16", "bf16", "f64"))
        blocks = [[round(time * draw.gauss(1, 0.01), 3) for _ in range(8)] for _ in range(repetitions)]
        made += rows(index, f"cuda/forward_{index % 40}",
                     f"forward/{dtype}/nchw/per_channel/{index}x64x{draw.randint(1, 5000)}", "cuda",
                     blocks, draw.randint(1 << 12, 1 << 30))
    return {"context": context(), "benchmarks": made}


HOSTILE = [
    "</script><script>window.harmed = 1</script>", "<!--<script>", "<img src=x onerror=window.harmed=2>",
    '"><b id=harmed>x</b>', "'; window.harmed = 3; //", "javascript:window.harmed=4", "{{data}}{{title}}",
    "&lt;b&gt;", "=cmd|' /C calc'!A0", "\u202egnorw\u202c", "\u2028\u2029\u0000\u001b[31m", "é漢字🦊",
    "a,b&c=d#e%f+g", "__proto__", "constructor", "x" * 5000,
]


def hostile():
    """Strings that would be markup, script, or the name of something else, wherever a string may be."""
    made, not_timed = [], []
    for place, text in enumerate(HOSTILE):
        time = (1e-4, 1.0, 1e14)[place % 3]
        made += rows(2 * place, "v/" + text, "forward/" + text, text, [[time] * 8], (1, 0, 1 << 50)[place % 3])
        not_timed.append(untimed(2 * place + 1, "w/" + text, "forward/" + text, text,
                                 ("failed", "skipped")[place % 2], text))
    report = {"context": context(not_timed=not_timed, host_name=HOSTILE[0], date=HOSTILE[2]),
              "benchmarks": made}
    ours = report["context"]["prelu"]
    ours["devices"] = [device("cpu", text, 1) for text in HOSTILE[:6]]
    ours["git"]["sha"] = HOSTILE[0]
    ours["protocol"]["suite"] = HOSTILE[2]
    ours["networks"] = [{"name": text, "source": text, "input": text, "dtype": text, "layers": [
        {"forward": "forward/" + text, "backward": text, "times": 1}]} for text in HOSTILE]
    ours["ceilings"][0].update(way=HOSTILE[0], bytes=0, median_us=0.0)
    return report


def write(path, report):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file)
    return str(path)


def without(report, name):
    """The report less one case."""
    less = copy.deepcopy(report)
    less["benchmarks"] = [row for row in less["benchmarks"] if row["name"] != name]
    return less
