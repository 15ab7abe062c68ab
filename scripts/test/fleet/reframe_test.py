"""reframe_test.py BIN REFRAME: scripts/reframe_prelu.py by ReFrame's local scheduler, and on Slurm.

BIN holds prelu-bench, prelu-fake lies beside it in ../test; REFRAME is its program.
"""
import json
import os
import re
import subprocess
import sys

from cluster import SKIPPED, Cluster, expect

BIN, REFRAME = sys.argv[1:3]
SCRIPT = os.path.abspath(f"{os.path.dirname(__file__)}/../../reframe_prelu.py")
SUITE = {"schema": 1, "name": "two", "groups": [
    {"direction": "forward", "variants": ["cpu/forward_threaded"], "dtype": ["f32", "bf16"],
     "alpha": ["shared"], "shapes": [[4, 64, 196]]}]}
CASE = "cpu/forward_threaded/f32/nchw/shared/4x64x196"
SITE = """
site_configuration = {{
    'systems': [{{'name': 'site', 'hostnames': ['.*'], 'partitions': [
        {{'name': 'local', 'scheduler': 'local', 'launcher': 'local', 'environs': ['none']}},
        {{'name': 'nodes', 'scheduler': 'squeue', 'launcher': 'srun', 'environs': ['none'],
          'access': ['--partition=cpu', '--export=ALL']}}]}}],
    'environments': [{{'name': 'none'}}],
    'logging': [{{'handlers': [{{'type': 'stream', 'name': 'stdout', 'level': 'info', 'format': '%(message)s'}}],
                 'handlers_perflog': []}}],
    'general': [{{'report_file': '{folder}/reframe.json', 'colorize': False,
                 'resolve_module_conflicts': False}}]}}
"""


def reframe(cluster, partition, *options, bench=f"{BIN}/prelu-bench", fails=False):
    command = [REFRAME, "-C", f"{cluster.folder}/site.py", "-c", SCRIPT, "--system", f"site:{partition}",
               "--prefix", f"{cluster.folder}/reframe", "-S", f"suite={cluster.folder}/two.json",
               "-S", f"baselines={cluster.folder}/baselines", "-S", f"bench={bench}", "-r", *options]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            cwd=cluster.folder, timeout=120,
                            env={**os.environ, "HOME": cluster.folder, "TMPDIR": cluster.folder})
    print(result.stdout)
    expect((result.returncode != 0) == fails, f"ReFrame ended with {result.returncode}")
    return result.stdout


def write(file, value):
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(value if isinstance(value, str) else json.dumps(value))


def measure(cluster):
    """A report of this machine, to serve as its baseline."""
    out = f"{cluster.folder}/measured"
    subprocess.run([f"{BIN}/prelu-bench", "--suite", f"{cluster.folder}/two.json", "--device", "cpu",
                    "--out", out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(f"{out}/report.json", encoding="utf-8") as file:
        return json.load(file)


def set_baseline(cluster, report, time_us):
    """That report, had every sample taken so long."""
    for row in report["benchmarks"]:
        row["prelu"]["samples_us"] = [time_us for _ in row["prelu"]["samples_us"]]
    write(f"{cluster.folder}/baselines/here/two.json", report)


def check(cluster, partition):
    report = measure(cluster)
    set_baseline(cluster, report, 1e6)
    text = reframe(cluster, partition, "--performance-report")
    expect(re.search(r"PASSED.*Ran 1/1 test case\(s\)", text, re.S), "not passed")
    expect(re.search(rf"{CASE}: [0-9.]+ us \(r: ?1000000", text), "no reference from the baseline")
    set_baseline(cluster, report, 1e-3)
    text = reframe(cluster, partition, fails=True)
    expect(re.search(rf"failed to meet reference: {CASE}=", text), "a slow case is not named")


def wrong_result_fails(cluster):
    # prelu-fake knows no suites, but kernels that are wrong.
    fake = f"{cluster.folder}/wrong-bench"
    write(fake, f"""#!/bin/sh
while [ "$1" != --out ]; do shift; done
exec "{BIN}/../test/prelu-fake" --case cpu/forward_wrong/f32/nchw/per_channel/2x3x5 "$@"
""")
    os.chmod(fake, 0o755)
    text = reframe(cluster, "local", bench=fake, fails=True)
    expect("wrong results: cpu/forward_wrong/f32/nchw/per_channel/2x3x5: y[0] is" in text,
           "the wrong result is not named")
    text = reframe(cluster, "local", bench="/bin/false", fails=True)
    expect("prelu-bench wrote no report" in text, "a missing report is not named")


if not os.access(REFRAME, os.X_OK):
    print(f"skipped: ReFrame is not installed: no {REFRAME}")
    sys.exit(SKIPPED)
with Cluster() as the_cluster:
    write(f"{the_cluster.folder}/two.json", SUITE)
    write(f"{the_cluster.folder}/site.py", SITE.format(folder=the_cluster.folder))
    for part in ("local", "nodes"):
        print(f"--- {part}", flush=True)
        check(the_cluster, part)
    wrong_result_fails(the_cluster)
