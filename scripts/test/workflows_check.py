"""workflows_check.py PROJECT PROGRAMS: the workflows in .github/workflows, as far as that can be told here.

Each must be YAML of the shape that GitHub wants; every step of shell must be read by bash; every script and
program that it calls must be there, and know the subcommand and the options that it is given. PROGRAMS is
the folder of prelu-bench and prelu-report. Ends with 0 if all is well, 1 if not, 77 (a skipped test) where
Debian's python3-yaml is missing.
"""
import pathlib
import re
import shlex
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: this Python has no module yaml (package python3-yaml)")
    sys.exit(77)

PROJECT, PROGRAMS = map(pathlib.Path, sys.argv[1:])
BUILT = "build/release/bin/"
# What gate.sh and bench.sh hand on, and test.sh, to another program.
HANDS_ON = {"scripts/gate.sh": "prelu-bench", "scripts/bench.sh": "prelu-bench", "scripts/test.sh": "ctest"}
wrong = []


def complain(where, text):
    wrong.append(f"{where}: {text}")


def help_of(*command):
    done = subprocess.run([*map(str, command), "--help"], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def program(name):
    """The file that a word of shell calls, or None where it is no business of ours."""
    name = name.removeprefix("./")
    if name.startswith(BUILT):
        return PROGRAMS / name.removeprefix(BUILT)
    return PROJECT / name if name.startswith("scripts/") else None


def check_call(where, words):
    file = program(words[0])
    if file is None:
        return
    if not file.is_file() or not file.stat().st_mode & 0o111:
        complain(where, f"there is no program {words[0]}")
        return
    own, arguments = [file], words[1:]
    if file.name == "prelu-report":
        own, arguments = [file, arguments[0]], arguments[1:]
        if f"\n  {own[1]} " not in help_of(file):
            complain(where, f"{file.name} has no subcommand {own[1]}")
    known = help_of(*own)
    other = HANDS_ON.get(words[0].removeprefix("./"))
    if other:
        known += help_of(PROGRAMS / other if other.startswith("prelu") else other)
    for word in arguments:
        option = word.split("=")[0]
        if option.startswith("--") and len(option) > 2 and not re.search(rf"{re.escape(option)}\b", known):
            complain(where, f"{words[0]} has no option {option}")


def check_shell(where, text):
    # What GitHub puts in by itself is a word like another.
    text = re.sub(r"\$\{\{.*?\}\}", "expression", text)
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        complain(where, done.stderr.strip())
        return
    text = text.replace("\\\n", " ")
    words = []
    for line in text.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        for word in [*lexer, ";"]:
            if word and set(word) <= set("();<>|&"):
                if words:
                    check_call(where, words)
                words = []
            else:
                words.append(word)


def check_job(where, job, jobs):
    for key in ("runs-on", "steps", "timeout-minutes"):
        if key not in job:
            complain(where, f"lacks {key}")
    for need in [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", []):
        if need not in jobs:
            complain(where, f"needs {need}, which is no job")
    for number, step in enumerate(job.get("steps", [])):
        place = f"{where}.steps[{number}]"
        if ("run" in step) == ("uses" in step):
            complain(place, "wants one of run and uses")
        if "uses" in step and not re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", step["uses"]):
            complain(place, f"{step['uses']} names no version")
        if "run" in step:
            check_shell(place, step["run"])


def main():
    files = sorted((PROJECT / ".github" / "workflows").glob("*.y*ml"))
    steps = 0
    for file in files:
        try:
            workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            complain(file.name, error)
            continue
        # YAML 1.1 takes the key "on" for true.
        if not workflow.get(True) or not workflow.get("jobs") or "permissions" not in workflow:
            complain(file.name, "wants on, jobs and permissions")
            continue
        for name, job in workflow["jobs"].items():
            check_job(f"{file.name}.jobs.{name}", job, workflow["jobs"])
            steps += len(job.get("steps", []))
    for line in wrong:
        print(line)
    print(f"{len(files)} workflows, {steps} steps, {len(wrong)} complaints")
    sys.exit(1 if wrong or not steps else 0)


main()
