"""merge_benchmark.py PRELU_REPORT TEMPLATE [options]: how long prelu-report merge takes, and how much memory.

Makes the reports of a fleet (fleet_files.py), as large as those of prelu-bench, and merges a quarter of them,
half, and all. Ends with 0, or with 1 where all of them take longer or more memory than they may, or where the
time does not grow with their number. Needs 8 MB of disk a report of 500 cases.

    merge_benchmark.py build/release/bin/prelu-report reports/test/golden/report.json --reports 1000 \\
        --seconds 20 --mebibytes 1024
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

DISTINCT = 20  # the others are copies, under other names of devices


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("template")
    for name, default in (("reports", 40), ("cases", 500), ("repetitions", 10), ("samples", 30), ("seconds", 20),
                          ("mebibytes", 1024)):
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--runs", type=int, default=1, help="of each size; the quickest counts")
    return parser.parse_args()


def fill(folder, given):
    """Reports in folder/0000.json, ..."""
    made = min(DISTINCT, given.reports)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        subprocess.run([sys.executable, pathlib.Path(__file__).parent / "fleet_files.py", given.template,
                        f"{temporary}/made", "--devices", str(made), "--shards", "1", "--cases", str(given.cases),
                        "--repetitions", str(given.repetitions), "--samples", str(given.samples)], check=True)
        texts = [file.read_text(encoding="utf-8") for file in sorted(pathlib.Path(temporary).rglob("report.json"))]
    for number in range(given.reports):
        text = texts[number % made].replace(f"GPU-{number % made:08x}", f"GPU-{number:08x}", 1)
        (folder / f"{number:04}.json").write_text(text, encoding="utf-8")
    return sum(len(text) for text in texts) / made


def merge(given, files, output):
    """Seconds, and the most MiB that were resident."""
    start = time.monotonic()
    process = subprocess.Popen([given.program, "merge", *files, "-o", output], stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status or f"{len(files)} reports, {len(files)} devices, " not in out:
        sys.exit(f"merge ended with {status}:\n{out}")
    return seconds, usage.ru_maxrss / 1024


def main():
    given = options()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        size = fill(folder, given)
        files = sorted(folder.glob("*.json"))
        print(f"reports of {given.cases} cases, {size * 1e-6:.1f} MB each")
        print("| reports | GB | seconds | ms a report | MiB | merged, MB |\n|---:|---:|---:|---:|---:|---:|")
        times = []
        for number in (given.reports // 4, given.reports // 2, given.reports):
            output = folder / "merged.out"
            seconds, mebibytes = min(merge(given, files[:number], output) for _ in range(given.runs))
            times.append(seconds)
            print(f"| {number} | {number * size * 1e-9:.2f} | {seconds:.2f} | {1000 * seconds / number:.1f} | "
                  f"{mebibytes:.0f} | {output.stat().st_size * 1e-6:.0f} |", flush=True)
    wrong = []
    if seconds > given.seconds:
        wrong.append(f"{seconds:.1f} s are more than {given.seconds}")
    if mebibytes > given.mebibytes:
        wrong.append(f"{mebibytes:.0f} MiB are more than {given.mebibytes}")
    # Twice as many reports may take twice as long, and half as much again for what else the machine does.
    if times[2] > 3 * times[1] + 0.2:
        wrong.append("the time grows faster than the number of reports")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main()
