"""lost_rank.py SIGNAL LAUNCHER... -- PROGRAM...: a job that loses a rank ends, and says so.

Starts PROGRAM by LAUNCHER, sends SIGNAL (KILL or STOP) to its rank 1 in the middle of measuring, and
expects the job to end by itself, with a status that is not 0 and a message, and to leave nothing behind.
"""
import os
import re
import signal
import subprocess
import sys
import time

PATIENCE = 60  # seconds
MESSAGES = {"KILL": r"rank 1 .*exited on signal 9|task 1: Killed", "STOP": r"s passed in timing .*: a rank that does not"}
RANKS = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID")


def expect(condition, message):
    if not condition:
        sys.exit(f"lost_rank.py: {message}")


def processes_of(program, mark):
    """The rank of each process that runs `program` and has `mark` in its environment, by process."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                environment = dict(
                    entry.split("=", 1) for entry in file.read().decode().split("\0") if "=" in entry)
            if os.readlink(f"/proc/{pid}/exe") != program or environment.get("LOST_RANK") != mark:
                continue
        except OSError:  # it has ended, or is another user's
            continue
        found[int(pid)] = next(int(environment[name]) for name in RANKS if name in environment)
    return found


def main():
    split = sys.argv.index("--")
    name, launcher, program = sys.argv[1], sys.argv[2:split], sys.argv[split + 1:]
    mark = str(os.getpid())
    job = subprocess.Popen([*launcher, *program], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                           text=True, env={**os.environ, "LOST_RANK": mark}, start_new_session=True)
    try:
        text = ""
        while "proven on" not in text:
            line = job.stderr.readline()
            expect(line, f"the job ended before it measured:\n{text}")
            text += line
        ranks = processes_of(os.path.realpath(program[0]), mark)
        victims = [pid for pid, rank in ranks.items() if rank == 1]
        expect(len(victims) == 1, f"no rank 1 among {ranks}")
        start = time.monotonic()
        os.kill(victims[0], getattr(signal, f"SIG{name}"))
        try:
            text += job.communicate(timeout=PATIENCE)[1]
        except subprocess.TimeoutExpired:
            expect(False, f"the job still runs {PATIENCE} s after its rank 1 got SIG{name}")
        print(f"ended with status {job.returncode} after {time.monotonic() - start:.1f} s:\n{text}")
        expect(job.returncode != 0, "a job that lost a rank ended with status 0")
        expect(re.search(MESSAGES[name], text), f"no message that matches {MESSAGES[name]!r}")
        deadline = time.monotonic() + 10
        while left := processes_of(os.path.realpath(program[0]), mark):
            expect(time.monotonic() < deadline, f"left running: {left}")
            time.sleep(0.1)
    finally:
        for pid in processes_of(os.path.realpath(program[0]), mark):
            os.kill(pid, signal.SIGKILL)
        if job.poll() is None:
            os.killpg(job.pid, signal.SIGKILL)


main()
