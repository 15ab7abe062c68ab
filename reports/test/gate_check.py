"""gate_check.py GATE_SH PRELU_REPORT REPORT: what gate.sh does, without building or measuring anything.

Makes a repository whose commits "build" a program that writes REPORT with the times that the commit
asks for, and runs gate.sh in it. Ends with 1 where gate.sh does not end, order its processes or clean up
as it should.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = """#!/bin/sh
cd "$(dirname "$0")/.."
mkdir -p "build/$1/bin"
cp bench.py "build/$1/bin/prelu-bench"
cp behaviour "build/$1/bin/"
ln -sf {report} "build/$1/bin/prelu-report"
"""

# Behaviour: a factor for the times; "once:F" for one that only the first round shows; "wrong"; "broken";
# "endless". Every call goes into the file that CALLS names.
BENCH = """#!/usr/bin/env python3
import json, os, pathlib, sys, time
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
behaviour = (pathlib.Path(__file__).parent / "behaviour").read_text().strip()
with open(os.environ["CALLS"], "a") as calls:
    calls.write(" ".join([pathlib.Path(__file__).parent.name, *sys.argv[1:]]) + "\\n")
if behaviour == "broken":
    sys.exit("the device failed")
if behaviour == "endless":
    time.sleep(60)
factor = 1.0
if behaviour.startswith("once:"):
    factor = float(behaviour[5:]) if "--filter" not in sys.argv else 1.0
elif behaviour != "wrong":
    factor = float(behaviour)
report = json.loads(pathlib.Path(os.environ["TEMPLATE"]).read_text())
report["context"]["host_name"] = str(out)
for row in report["benchmarks"]:
    row["prelu"]["samples_us"] = [100 * factor]
    if behaviour == "wrong":
        row["prelu"]["verification"]["status"] = "failed"
out.mkdir(parents=True)
(out / "report.json").write_text(json.dumps(report))
"""


class Repository:
    def __init__(self, folder, gate, report, template):
        self.folder = folder
        (folder / "scripts").mkdir(parents=True)
        shutil.copy(gate, folder / "scripts" / "gate.sh")
        self.write("scripts/build.sh", BUILD.format(report=report))
        self.write("bench.py", BENCH)
        self.write("suite.json", "{}")
        self.calls = folder / "calls.txt"
        self.environment = {**os.environ, "CALLS": str(self.calls), "TEMPLATE": str(template)}
        self.git("init", "--quiet")

    def write(self, name, text):
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def git(self, *arguments):
        return subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", self.folder, *arguments],
            check=True, capture_output=True, text=True).stdout

    def commit(self, behaviour):
        self.write("behaviour", behaviour)
        self.git("add", "behaviour", "bench.py", "scripts")
        self.git("commit", "--quiet", "--allow-empty", "-m", behaviour)
        return self.git("rev-parse", "HEAD").strip()

    def start(self, *arguments):
        self.calls.unlink(missing_ok=True)
        return subprocess.Popen(
            [self.folder / "scripts" / "gate.sh", *arguments, "--suite", self.folder / "suite.json",
             "--processes", "6", "--out", self.folder / "out"],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True)


wrong = 0


def check(what, condition, text=""):
    global wrong
    if not condition:
        wrong += 1
        print(f"WRONG: {what}\n{text}")


def check_cleaned(what, repository):
    check(f"{what}: leaves no worktree", len(repository.git("worktree", "list").splitlines()) == 1)
    check(f"{what}: leaves no build", not (repository.folder / "build" / "gate").exists())


def main():
    gate, report, golden = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        template = json.loads(pathlib.Path(golden).read_text(encoding="utf-8"))
        template["context"]["prelu"].update(not_timed=[], partial=False)
        template["benchmarks"] = [row for row in template["benchmarks"] if row["repetition_index"] == 0]
        for row in template["benchmarks"]:
            row["prelu"]["code_hash"] = ""
        (folder / "template.json").write_text(json.dumps(template), encoding="utf-8")
        repository = Repository(folder / "repository", gate, report, folder / "template.json")
        base = repository.commit("1.0")

        def run(what, behaviour, status, rounds, *texts):
            head = repository.commit(behaviour)
            process = repository.start(base, head)
            text = process.communicate(timeout=120)[0]
            check(f"{what}: ends with {process.returncode}, expected {status}",
                  process.returncode == status, text)
            for one in texts:
                check(f"{what}: does not say '{one}'", one in text, text)
            calls = repository.calls.read_text(encoding="utf-8").splitlines()
            check(f"{what}: {len(calls)} calls", len(calls) == rounds * 12, text)
            check_cleaned(what, repository)
            return calls

        calls = run("the same", "1.0", 0, 1, "3 same")
        sides = [call.split()[0] for call in calls]
        check("A B B A", sides[:4] == ["base", "head", "head", "base"], str(sides))
        calls = run("slower", "1.1", 1, 2, "3 slower", "again +10")
        check("round two asks for the slower cases",
              all("--filter ^(cpu/forward_naive/" in call for call in calls[12:]), calls[-1])
        run("slower once", "once:1.1", 0, 2, "3 not confirmed")
        run("wrong", "wrong", 3, 1, "3 unverified")
        for file in ("gate.md", "gate.xml", "gate.json", "log.txt"):
            check(f"{file} is written", (repository.folder / "out" / file).is_file())

        head = repository.commit("broken")
        process = repository.start(base, head)
        text = process.communicate(timeout=120)[0]
        check("a failing device is 5", process.returncode == 5 and "the device failed" in text, text)
        check_cleaned("broken", repository)

        process = repository.start(repository.commit("endless"))
        while not repository.calls.exists() and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        text = process.communicate(timeout=30)[0]
        check(f"Ctrl-C is 130, not {process.returncode}", process.returncode == 130, text)
        check_cleaned("Ctrl-C", repository)
    print("all as it should be" if wrong == 0 else f"{wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
