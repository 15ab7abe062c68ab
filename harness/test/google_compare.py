"""google_compare.py OLD NEW: Google Benchmark's own compare.py reads two of our reports.

Ends with 77 (a skipped test) where Debian's libbenchmark-tools or python3-scipy is missing.
"""
import importlib.util
import json
import os
import subprocess
import sys

COMPARE = "/usr/share/benchmark/compare.py"

if not os.path.exists(COMPARE):
    print(f"skipped: there is no {COMPARE} (package libbenchmark-tools)")
    sys.exit(77)
for module in ("numpy", "scipy"):
    if importlib.util.find_spec(module) is None:
        print(f"skipped: this Python has no module {module} (package python3-scipy)")
        sys.exit(77)

result = subprocess.run([sys.executable, COMPARE, "--no-color", "benchmarks", *sys.argv[1:3]],
                        capture_output=True, text=True, check=False)
print(result.stdout, result.stderr)
if result.returncode != 0:
    sys.exit(f"compare.py ended with {result.returncode}")
with open(sys.argv[1], encoding="utf-8") as file:
    names = {row["name"] for row in json.load(file)["benchmarks"]}
for name in names:
    rows = [line for line in result.stdout.splitlines() if line.startswith(name)]
    if not any("U Test, Repetitions: 10 vs 10" in row for row in rows):
        sys.exit(f"compare.py has no U test of {name}")
    if len(rows) < 10:
        sys.exit(f"compare.py has {len(rows)} rows of {name}, not one a repetition")
