"""The suites as a ReFrame test: on every partition of a site, against the committed baselines.

    reframe -C site.py -c scripts/reframe_prelu.py -r
    reframe -C site.py -c scripts/reframe_prelu.py -r -P suite=quick,networks -S tolerance=0.05

A case is one performance variable: its cold median. Its reference is the same case's in
reports/baselines, of the report with the same environment key, that is the same kind of device; where
there is none, the times are logged without one. A result that is wrong fails the sanity check.
A partition with a device of type gpu measures that GPU, and should define the resource `gpu`, as in
{'name': 'gpu', 'options': ['--gres=gpu:{num_gpus_per_node}']}; another measures its CPUs.
"""
import json
import os
import pathlib
import statistics

import reframe as rfm
import reframe.utility.sanity as sn
from reframe.core.builtins import performance_function, run_after, run_before, sanity_function, variable

PROJECT = pathlib.Path(__file__).resolve().parent.parent


def medians(report):
    """The cold median of each case that was timed, in microseconds, over all repetitions."""
    samples = {}
    for row in report["benchmarks"]:
        samples.setdefault(row["name"], []).extend(row["prelu"]["samples_us"])
    return {name: round(statistics.median(times), 4) for name, times in samples.items()}


def read(file):
    with open(file, encoding="utf-8") as stream:
        return json.load(stream)


@rfm.simple_test
class PreluSuite(rfm.RunOnlyRegressionTest):
    suite = variable(str, value="quick")
    # Where every node sees it, with its suites beside it: scripts/bench.sh --version builds it.
    bench = variable(str, value=str(PROJECT / "build/release/bin/prelu-bench"))
    device = variable(str, value="auto")
    baselines = variable(str, value=str(PROJECT / "reports/baselines"))
    tolerance = variable(float, value=0.1)  # by how much slower than its reference a case may be

    descr = "PReLU kernels, proven right and then measured"
    valid_systems = ["*"]
    valid_prog_environs = ["*"]
    exclusive_access = True
    num_tasks = 1
    time_limit = "1h"
    keep_files = ["report"]

    @run_after("setup")
    def choose_device(self):
        has_gpu = any(device.type == "gpu" for device in self.current_partition.devices)
        if self.device == "auto":
            self.device = "cuda" if has_gpu else "cpu"
        if self.device == "cuda":
            self.extra_resources = {"gpu": {"num_gpus_per_node": 1}}
        self.executable = self.bench
        self.executable_opts = ["--suite", self.suite, "--device", self.device, "--out", "report"]

    def report(self):
        return read(os.path.join(self.stagedir, "report", "report.json"))

    @sanity_function
    def everything_is_proven(self):
        if not os.path.exists(os.path.join(self.stagedir, "report", "report.json")):
            return sn.assert_found(r"^report: ", self.stdout, "prelu-bench wrote no report")
        report = self.report()
        ours = report["context"]["prelu"]
        wrong = [f"{case['name']}: {case['reason']}" for case in ours["not_timed"] if case["status"] == "failed"]
        proven = report["benchmarks"] or [case for case in ours["not_timed"] if case["status"] == "passed"]
        return sn.all([
            sn.assert_eq(wrong, [], "wrong results: " + "; ".join(wrong)),
            sn.assert_true(proven, "nothing could be proven"),
            sn.assert_false(ours["partial"], "the run ended early"),
        ])

    def reference_times(self, key):
        """By case, of the committed reports of the same environment."""
        times = {}
        for file in sorted(pathlib.Path(self.baselines).rglob("*.json")):
            baseline = read(file)
            if baseline["context"]["prelu"]["environment_key"] == key:
                times.update(medians(baseline))
        return times

    @run_before("performance")
    def take_times(self):
        report = self.report()
        times = medians(report)
        self.perf_variables = {
            name: sn.make_performance_function(sn.defer(time), "us") for name, time in times.items()}
        known = self.reference_times(report["context"]["prelu"]["environment_key"])
        self.reference = {self.current_partition.fullname: {
            name: (known[name], None, self.tolerance, "us") for name in times if name in known}}
