"""interrupt.py OUT PROGRAM...: a run that is interrupted keeps and reports what is done.

Runs prelu-bench on the suite quick, interrupts it in the middle of measuring, and again, on a
terminal, in the middle of verifying.
"""
import json
import os
import pty
import shutil
import signal
import subprocess
import sys

OUT = sys.argv[1]
PROGRAM = sys.argv[2:]
REPORTS = ["report.ci.json", "report.json", "report.md"]
PATIENCE = 120  # seconds, for builds with sanitizers on busy machines


def expect(condition, message):
    if not condition:
        sys.exit(f"interrupt.py: {message}")


def start(*arguments, stderr):
    shutil.rmtree(OUT, ignore_errors=True)
    command = [*PROGRAM, "--suite", "quick", "--device", "cpu", "--filter", "32x512x49",
               "--out", OUT, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)


def check_report(process):
    table, _ = process.communicate(timeout=PATIENCE)
    expect(process.returncode == 130, f"ended with {process.returncode}, not 130")
    expect("PARTIAL: the run ended early" in table, f"the table does not say so: {table}")
    expect(sorted(os.listdir(OUT)) == REPORTS, f"left behind: {os.listdir(OUT)}")
    with open(f"{OUT}/report.json", encoding="utf-8") as file:
        report = json.load(file)
    ours = report["context"]["prelu"]
    expect(ours["partial"] is True, "the report does not say that it is partial")
    interrupted = [r for r in ours["not_timed"] if r["reason"] == "interrupted"]
    expect(interrupted, "no case says that it was interrupted")
    expect(all(r["status"] == "skipped" for r in interrupted), "an unproven case is not skipped")
    return {row["name"] for row in report["benchmarks"]}


def interrupt_measuring():
    process = start(stderr=subprocess.PIPE)
    finished = [process.stderr.readline().split()[1].rstrip(":") for _ in range(2)]
    process.send_signal(signal.SIGINT)
    timed = check_report(process)
    expect(set(finished) <= timed, f"{finished} had been timed, and {timed} were reported")


def interrupt_verifying_on_a_terminal():
    terminal, stderr = pty.openpty()
    process = start("--verify-only", stderr=stderr)
    os.close(stderr)
    line = ""
    while "[0/" not in line and len(line) < 1000:
        line += os.read(terminal, 200).decode()
    process.send_signal(signal.SIGINT)
    expect(line.startswith("\r\033[K"), f"no line that is rewritten: {line!r}")
    expect("[0/" in line, f"no counter: {line!r}")
    expect(not check_report(process), "a run that verifies only has measured")


interrupt_measuring()
interrupt_verifying_on_a_terminal()
