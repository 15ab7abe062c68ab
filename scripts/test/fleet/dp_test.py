"""dp_test.py PRELU_DP_BENCH: data-parallel ranks started by Slurm's srun, one on each of three nodes."""
import os
import shutil
import subprocess
import sys

from cluster import SKIPPED, Cluster, expect

PROGRAM = sys.argv[1]
LOST_RANK = os.path.abspath(f"{os.path.dirname(__file__)}/../../../harness/test/dp/lost_rank.py")
SRUN = ["srun", "--mpi=pmix", "--nodes=3", "--ntasks=3", "--kill-on-bad-exit=1"]
PROBLEM = ["--device", "cpu", "--problem", "backward/f32/nchw/per_channel/5x8x7x7"]


def run(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100)
    print(result.stdout, flush=True)
    expect(result.returncode == 0, f"ended with {result.returncode}: {' '.join(command)}")
    return result.stdout


if not shutil.which("mpirun"):
    print("skipped: MPI is not installed: no mpirun")
    sys.exit(SKIPPED)
with Cluster() as cluster:
    os.environ["OMPI_MCA_btl_tcp_if_include"] = "lo"
    if "pmix" not in run("srun", "--mpi=list"):
        print("skipped: this Slurm has no PMIx to start MPI's ranks with")
        sys.exit(SKIPPED)
    text = run(*SRUN, PROGRAM, "--repetitions", "2", *PROBLEM)
    expect("proven on 3 ranks" in text and "all_reduce" in text, "not measured on 3 ranks")
    for name in ("KILL", "STOP"):
        run(sys.executable, LOST_RANK, name, *SRUN, "--", PROGRAM, "--timeout", "5", "--repetitions", "1000",
            "--block", "100000", *PROBLEM)
