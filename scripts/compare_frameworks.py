#!/usr/bin/env python3
"""The same PReLU in this library and in the frameworks people know, side by side in one process.

Every implementation works on the same tensors; each is proven against a float64 reference, then
those that are right are timed in turns: ten calls of warm-up, then rounds of one sample each, of
which the median counts. All have the same number of threads. PyTorch holds the tensors. Backward is
the framework's own: dx and dalpha from dy, x and alpha, without the forward pass before it.

  scripts/compare_frameworks.py                                the suite 'quick', half a minute
  scripts/compare_frameworks.py --suite networks --dtype f32   the layers of real networks
  scripts/compare_frameworks.py --frameworks torch,jax --filter 32x64x3136
  scripts/compare_frameworks.py --device cuda --budget 300     on a GPU, Triton and CuPy too

Needs the build of scripts/build.sh release prelu_programs, and the Python package; the frameworks
come with scripts/setup.sh --frameworks. One that is missing is named and left out. OUT gets
report.json, which prelu-report reads, and table.md.

Exit: 0 all well, 2 bad usage, 3 a result is wrong, 130 interrupted (OUT holds what was done).
"""

import argparse
import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def read_arguments():
    from compare.peers import FRAMEWORKS

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suite", action="append", help="name or file; may be repeated (quick)")
    parser.add_argument("--filter", help="only cases of prelu-bench --list that match this")
    parser.add_argument("--dtype", choices=["f16", "bf16", "f32", "f64"], help="only this one")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument(
        "--frameworks",
        default=",".join(FRAMEWORKS),
        help="which, with commas between: " + ", ".join(FRAMEWORKS) + " (all)",
    )
    parser.add_argument("--threads", type=int, default=2, help="of each framework (2)")
    parser.add_argument("--budget", type=float, default=30, help="seconds of measuring (30)")
    parser.add_argument(
        "--tensor-mib",
        type=float,
        default=128,
        help="batches are cut to let a tensor fit into that (128); the tables say what was cut",
    )
    parser.add_argument("--no-memory", action="store_true", help="leave out the peak memory")
    parser.add_argument("--out", type=Path, default=Path("prelu-out/frameworks"), help="folder")
    parser.add_argument(
        "--bench", type=Path, default=PROJECT / "build/release/bin/prelu-bench", help="the program"
    )
    arguments = parser.parse_args()
    arguments.frameworks = arguments.frameworks.split(",")
    for framework in arguments.frameworks:
        if framework not in FRAMEWORKS:
            parser.error(f"--frameworks: '{framework}' is none of: {', '.join(FRAMEWORKS)}")
    if not arguments.bench.is_file():
        parser.error(f"--bench: there is no {arguments.bench}: scripts/build.sh makes it")
    if arguments.threads < 1 or arguments.budget <= 0 or arguments.tensor_mib <= 0:
        parser.error("--threads, --budget and --tensor-mib are above 0")
    arguments.suite = arguments.suite or ["quick"]
    return arguments


def main():
    arguments = read_arguments()
    # Before anything starts threads: some frameworks take as many as there are CPUs to run on.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.threads])
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    from compare.comparison import compare

    return compare(arguments)


if __name__ == "__main__":
    sys.exit(main())
