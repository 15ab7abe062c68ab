"""compare_files.py REPORT FOLDER: reports of six processes a side, for tests of prelu-report compare.

FOLDER/baseline holds REPORT, without its failure, as six processes gave it; each other folder the
same with one difference, which its name tells.
"""
import copy
import json
import pathlib
import shutil
import sys

PROCESSES = 6
CASE = "cuda/backward_plane"


def of_the_case(document):
    return [row for row in document["benchmarks"] if row["name"].startswith(CASE)]


def slower(document):
    for row in of_the_case(document):
        row["prelu"]["samples_us"] = [2 * time for time in row["prelu"]["samples_us"]]


def noisy(document):
    """Half of the processes take twice as long."""
    if int(document["context"]["host_name"]) % 2:
        slower(document)


def missing(document):
    document["benchmarks"] = [
        row for row in document["benchmarks"] if not row["name"].startswith(CASE)]


def failed(document):
    row = of_the_case(document)[0]
    missing(document)
    ours = row["prelu"]
    document["context"]["prelu"]["not_timed"].append({
        **{key: ours[key] for key in ("index", "variant", "problem", "device", "deterministic", "kernel")},
        "name": row["name"], "status": "failed", "reason": "dx[7] is 1", "rerun": "",
        "verification": {**ours["verification"], "status": "failed"}})


def unverified(document):
    for row in of_the_case(document):
        row["prelu"]["verification"]["status"] = "skipped"


def environment(document):
    document["context"]["prelu"]["environment_key"] = "00000000000000ff"


def failed_elsewhere(document):
    failed(document)
    environment(document)


def doubled(document):
    document["benchmarks"].insert(0, document["benchmarks"][0])


DIFFERENCES = {"baseline": lambda _: None, "same": lambda _: None, "slower": slower, "noisy": noisy,
               "missing": missing, "failed": failed, "unverified": unverified,
               "environment": environment, "failed_elsewhere": failed_elsewhere, "doubled": doubled}


def process_of(report, process):
    document = copy.deepcopy(report)
    document["context"]["host_name"] = str(process)
    for row in document["benchmarks"]:
        # Processes differ a little, blocks of one do not.
        row["prelu"]["samples_us"] = [row["real_time"] * (1 + 1e-4 * process)]
        row["prelu"]["code_hash"] = ""
    return document


def main():
    report = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    ours = report["context"]["prelu"]
    ours["partial"] = False
    ours["not_timed"] = [case for case in ours["not_timed"] if case["status"] != "failed"]
    for row in report["benchmarks"]:  # one block tells the times of a process
        row["real_time"] = max(row["real_time"], 10)
    folder = pathlib.Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    for name, change in DIFFERENCES.items():
        (folder / name).mkdir(parents=True)
        for process in range(PROCESSES):
            document = process_of(report, process)
            change(document)
            (folder / name / f"{process}.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "truncated").mkdir()
    text = (folder / "baseline" / "0.json").read_text(encoding="utf-8")
    (folder / "truncated" / "0.json").write_text(text[:len(text) // 2], encoding="utf-8")
    noise = {"schema": "prelu-noise/1", "environment_key": "another", "device": "another", "date": "",
             "side": 5, "cases": []}
    (folder / "noise.json").write_text(json.dumps(noise), encoding="utf-8")


main()
