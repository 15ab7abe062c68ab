"""history_check.py PRELU_REPORT REPORT: what a history survives.

Several programs record at once; a writer is killed again and again in the middle of its work; the file is
cut off, overwritten, read-only, of another program: nothing that was recorded is lost, and what is wrong
is said. Ends with 0 if all is well, 1 if not.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PROGRAM, TEMPLATE = sys.argv[1:]
NOBODY = 65534


def as_nobody():
    """The superuser may write what is read-only."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def run(*arguments, status=0, output="", **options):
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, timeout=300, **options)
    if done.returncode != status or output not in done.stdout:
        print(f"{' '.join(map(str, arguments))}\n  ended with {done.returncode}, expected {status}, and printed\n"
              f"{done.stdout}  expected in it: {output}")
        sys.exit(1)
    return done.stdout


def expect(what, ours, theirs):
    if ours != theirs:
        print(f"{what}: {ours}, expected {theirs}")
        sys.exit(1)


def reports(folder, count, commit=lambda i: f"{i:040x}", slower=lambda i: 1.0):
    """`count` reports, one a commit, an hour apart."""
    template = json.loads(pathlib.Path(TEMPLATE).read_text(encoding="utf-8"))
    template["context"]["prelu"]["not_timed"] = []
    template["context"]["prelu"]["git"]["dirty"] = False
    folder.mkdir()
    for i in range(count):
        document = json.loads(json.dumps(template))
        document["context"]["date"] = time.strftime("%Y-%m-%dT%H:00:00+00:00", time.gmtime(1.8e9 + 3600 * i))
        document["context"]["prelu"]["git"]["sha"] = commit(i)
        for row in document["benchmarks"]:
            row["prelu"]["samples_us"] = [slower(i) * us for us in row["prelu"]["samples_us"]]
        (folder / f"{i:03}.json").write_text(json.dumps(document), encoding="utf-8")
    return sorted(folder.iterdir())


def recorded(database):
    """What is in it, read without our program; it must be whole."""
    with sqlite3.connect(database) as connection:
        expect("integrity", connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        documents = {document for (document,) in connection.execute("SELECT document FROM report")}
        rows, = connection.execute("SELECT count(*) FROM time").fetchone()
    connection.close()
    expect("three times a report", rows, 3 * len(documents))
    return documents


def records_once(folder):
    files = reports(folder / "reports", 3)
    database = folder / "history.db"
    expect("recorded", run("record", database, *files).count("recorded: "), 3)
    expect("again", run("record", database, folder / "reports").count("already there: "), 3)
    expect("documents", recorded(database), {file.read_text() for file in files})
    run("trend", database, "--check", output="**0 changes** in 3 series of 3 commits, from 3 reports")
    run("trend", database, "--check", "--case", "cpu/*naive*", output="in 1 series of 3 commits")
    run("trend", database, "--environment", "ffff", output="**no series** in 0 series")
    # One that cannot be read does not keep the others out.
    (folder / "broken.json").write_text("{")
    more = reports(folder / "more", 4)
    run("record", database, folder / "broken.json", more[3], status=2, output="broken.json: not valid JSON")
    expect("documents", len(recorded(database)), 4)


def finds_the_commit(folder):
    """A step, a creep, an outlier: the first two are told, with their commits."""
    shapes = {"step": lambda i: 1.1 if i >= 12 else 1, "outlier": lambda i: 1.5 if i == 12 else 1,
              "creep": lambda i: 1 + 0.005 * min(max(i - 9, 0), 10)}
    draw = random.Random(1)
    for name, shape in shapes.items():
        files = reports(folder / name, 30, slower=lambda i, shape=shape: shape(i) * (1 + 0.003 * draw.gauss(0, 1)))
        database = folder / f"{name}.db"
        draw.shuffle(files)  # the order in which they are recorded says nothing
        run("record", database, *files)
        run("trend", database, "--json", folder / "trend.json", "--markdown", folder / "trend.md",
            "--fail-on-slower", status=0 if name == "outlier" else 1)
        document = json.loads((folder / "trend.json").read_text())
        expect("schema", document["schema"], "prelu-trend/1")
        for series in document["series"]:
            changes = series["changes"]
            expect(f"{name}: changes", len(changes), 0 if name == "outlier" else 1)
            expect(f"{name}: commits", [point["commit"] for point in series["points"]],
                   [f"{i:040x}" for i in range(30)])
            if name == "step":
                expect("step", (changes[0]["last_before"], changes[0]["first_after"]), (11, 12))
            if name == "creep":
                within = 8 <= changes[0]["last_before"] <= 12 and 16 <= changes[0]["first_after"] <= 22
                expect(f"creep: {changes}", within, True)
                expect("creep", 1.04 < changes[0]["ratio"] < 1.06, True)
    # Only some commits, in the order given, the newest first.
    chosen = "\n".join(f"{i:040x}" for i in range(8, -1, -1))
    run("trend", folder / "step.db", "--commits", "-", input=chosen, output="**0 changes** in 3 series of 9 commits")
    run("trend", folder / "step.db", "--commits", "-", input="\n", status=2, output="-: holds no commit")


def leaves_out_commits_with_changes(folder):
    files = reports(folder / "reports", 2, commit=lambda i: "unknown" if i else "0" * 40)
    run("record", folder / "history.db", *files)
    run("trend", folder / "history.db", output="1 report of no commit, or of one with changes: left out")


def several_at_once(folder):
    writers, each = 6, 12
    files = reports(folder / "reports", writers * each)
    database = folder / "history.db"
    # Each records its own, and all record the first dozen.
    processes = [subprocess.Popen([PROGRAM, "record", database, *files[i * each:(i + 1) * each], *files[:each]],
                                  stdout=subprocess.DEVNULL) for i in range(writers)]
    for process in processes:
        expect("a writer's status", process.wait(300), 0)
    expect("documents", recorded(database), {file.read_text() for file in files})


def killed(folder):
    """What a writer said it had recorded is there after its death, and nothing is there by half."""
    files = reports(folder / "reports", 60)
    database = folder / "history.db"
    draw = random.Random(1)
    promised = set()
    interrupted = 0
    for _ in range(40):
        process = subprocess.Popen(["stdbuf", "-oL", PROGRAM, "record", database, *files], stdout=subprocess.PIPE, text=True)
        time.sleep(draw.uniform(0.002, 0.08))
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        interrupted += process.returncode == -signal.SIGKILL
        promised |= {line.split(": ", 1)[1] for line in out.splitlines() if line.endswith(".json") and ": " in line}
        if not database.exists() or database.stat().st_size == 0:
            continue  # killed before it began
        there = recorded(database)
        expect("promised and not there", {pathlib.Path(name).read_text() for name in promised} - there, set())
    expect("some were killed", interrupted > 5, True)
    run("record", database, *files)
    expect("documents", len(recorded(database)), 60)
    # And certainly in the middle: with the lock held, and the journal of a transaction on the disk.
    held = subprocess.Popen([sys.executable, "-c", f"""
import sqlite3, os, signal
connection = sqlite3.connect({str(database)!r}, isolation_level=None)
connection.execute('PRAGMA cache_size = 1')
connection.execute('PRAGMA cache_spill = 1')
connection.execute('BEGIN IMMEDIATE')
connection.execute("UPDATE report SET document = 'x' || document, hash = hash || 'x'")
os.kill(os.getpid(), signal.SIGKILL)"""])
    held.wait(60)
    expect("a journal was left", pathlib.Path(f"{database}-journal").exists(), True)
    run("trend", database, "--check", output="60 reports")
    expect("documents", recorded(database), {file.read_text() for file in files})


def damaged(folder):
    files = reports(folder / "reports", 40)
    whole = folder / "whole.db"
    run("record", whole, *files)
    size = whole.stat().st_size
    database = folder / "history.db"

    def damage(change, *arguments, status, output):
        shutil.copy(whole, database)
        with open(database, "r+b") as file:
            change(file)
        before = database.read_bytes()
        run(*arguments, status=status, output=output)
        expect("a damaged file is left as it is", database.read_bytes() == before, True)

    for command in (("trend", database), ("record", database, files[0])):
        damage(lambda file: file.truncate(size // 2), *command, status=2, output="history.db: the database is damaged")
        damage(lambda file: file.write(b"x" * 200), *command, status=2, output="history.db: is no SQLite database")
    run("trend", database, "--check", status=2, output="history.db: is no SQLite database")

    def overwrite(file):
        for page in range(3, size // 4096):
            file.seek(page * 4096)
            file.write(bytes(64))

    damage(overwrite, "trend", database, status=2, output="PRAGMA integrity_check")
    damage(overwrite, "record", database, files[0], status=2, output="the database is damaged. Nothing was changed.")

    def flip(file):  # within a document: SQLite cannot see it
        place = whole.read_bytes().index(b'"host_name"')
        file.seek(place + 1)
        file.write(b"H")

    damage(flip, "trend", database, "--check", status=2, output="is not what was recorded")


def refused(folder):
    (file,) = reports(folder / "reports", 1)
    database = folder / "other.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t(x)")
    connection.close()
    before = database.read_bytes()
    for command in (("trend", database), ("record", database, file)):
        run(*command, status=2, output="other.db: is a database, but not one of prelu-report record")
    expect("another's database is left as it is", database.read_bytes() == before, True)
    with sqlite3.connect(database) as connection:
        connection.execute(f"PRAGMA application_id = {0x50524C55}")
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    run("trend", database, status=2, output="is a history of version 99; this program reads version 1")
    text = folder / "text.db"
    text.write_text("no database\n" * 100)
    run("record", text, file, status=2, output="text.db: is no SQLite database")
    run("record", file, file, status=2, output="is no SQLite database")
    run("record", folder, file, status=2, output="cannot be opened: it is a folder")
    run("record", folder / "nowhere" / "x.db", file, status=2, output="its folder must exist")
    run("trend", folder / "missing.db", status=2, output="missing.db: cannot be opened")
    expect("nothing was created", (folder / "missing.db").exists(), False)
    (folder / "empty.db").touch()
    run("trend", folder / "empty.db", status=2, output="empty.db: is empty; prelu-report record fills it")


def read_only(folder):
    first, second = reports(folder / "reports", 2)
    sealed = folder / "sealed"
    sealed.mkdir()
    database = sealed / "history.db"
    run("record", database, first)
    database.chmod(0o444)
    sealed.chmod(0o555)
    for place in (folder, folder / "reports"):
        place.chmod(0o755)
    run("trend", database, output="from 1 report", preexec_fn=as_nobody)
    run("record", database, second, status=5, output="read-only", preexec_fn=as_nobody)
    run("record", sealed / "new.db", second, status=2, output="may have to be writable", preexec_fn=as_nobody)
    sealed.chmod(0o755)
    expect("documents", len(recorded(database)), 1)


def held_too_long(folder):
    """Another program holds the lock: we wait, and go on when it lets go."""
    first, second = reports(folder / "reports", 2)
    database = folder / "history.db"
    run("record", database, first)
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    waiting = subprocess.Popen([PROGRAM, "record", database, second], stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    expect("it waits", waiting.poll(), None)
    run("trend", database, output="from 1 report")  # who reads need not wait
    connection.execute("COMMIT")
    connection.close()
    expect("it goes on", waiting.wait(60), 0)
    expect("documents", len(recorded(database)), 2)


def main():
    for check in (records_once, finds_the_commit, leaves_out_commits_with_changes, several_at_once, killed, damaged,
                  refused, read_only, held_too_long):
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as temporary:
            check(pathlib.Path(temporary))
        print(f"{check.__name__}: passed, {time.monotonic() - start:.1f} s", flush=True)


main()
