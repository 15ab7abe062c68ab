"""fleet_test.py BIN: fleet.sh on a real Slurm of three nodes, where tasks and nodes are killed.

BIN holds prelu-bench, prelu-report and the suites. What runs as prelu-bench is a script that writes
down each start and does what the test has asked of it for that shard before it turns into prelu-bench.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys

from cluster import NODES, Cluster, expect, wait_for

BIN = sys.argv[1]
FLEET = os.path.abspath(f"{os.path.dirname(__file__)}/../../fleet.sh")
SUITE = {"schema": 1, "name": "six", "groups": [
    {"direction": "forward", "variants": ["cpu/*"], "dtype": ["f32", "bf16"], "layout": ["nchw", "nhwc"],
     "alpha": ["shared", "per_channel", "per_element"], "shapes": [[2, 3, 5]]}]}
BENCH = """#!/bin/sh
shard=$(expr "$*" : '.*--shard \\([0-9]*\\)/')
echo "$shard $SLURMD_NODENAME" >> "{folder}/starts"
if [ -e "{folder}/dies-$shard" ]; then kill -9 $$; fi
if [ -e "{folder}/waits-$shard" ]; then rm "{folder}/waits-$shard"; exec sleep 60; fi
exec "{bin}/prelu-bench" --verify-only "$@"
"""


class Fleet:
    """The folder of a fleet, and calls of fleet.sh for it."""

    def __init__(self, cluster, name):
        self.folder = f"{cluster.folder}/{name}"
        os.mkdir(self.folder)
        self.bench = f"{self.folder}/prelu-bench"
        with open(self.bench, "w", encoding="utf-8") as file:
            file.write(BENCH.format(folder=self.folder, bin=BIN))
        os.chmod(self.bench, 0o755)
        os.symlink(f"{BIN}/prelu-report", f"{self.folder}/prelu-report")
        with open(f"{self.folder}/six.json", "w", encoding="utf-8") as file:
            json.dump(SUITE, file)

    def ask(self, what, shard):
        with open(f"{self.folder}/{what}-{shard}", "w", encoding="utf-8"):
            pass

    def call(self, *options):
        command = [FLEET, f"{self.folder}/six.json", "--shards=6", "--device", "cpu", "--bench",
                   self.bench, f"--out={self.folder}/out", *options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, "PRELU_FLEET_POLL": "0.3"})

    def finish(self, call, status):
        text = call.communicate(timeout=90)[0]
        print(text)
        expect(call.returncode == status, f"fleet.sh ended with {call.returncode}, not {status}")
        return text

    def starts(self):
        """The shards that were started, and where, in that order; forgotten by asking."""
        with open(f"{self.folder}/starts", encoding="utf-8") as file:
            lines = [line.split() for line in file]
        os.remove(f"{self.folder}/starts")
        return [int(shard) for shard, _ in lines], {node for _, node in lines}

    def merged_names(self):
        with open(f"{self.folder}/out/merged.json", encoding="utf-8") as file:
            return sorted(result["name"] for result in json.load(file)["context"]["prelu"]["not_timed"])

    def expect_all_merged(self):
        listed = subprocess.run([f"{BIN}/prelu-bench", "--list", "--device", "cpu", "--suite",
                                 f"{self.folder}/six.json"], capture_output=True, text=True, check=True)
        expect(self.merged_names() == sorted(listed.stdout.split()),
               "the merged report does not hold each case once")


def all_goes_well(cluster):
    fleet = Fleet(cluster, "well")
    text = fleet.finish(fleet.call(), 0)
    shards, nodes = fleet.starts()
    expect(sorted(shards) == [1, 2, 3, 4, 5, 6], f"started: {shards}")
    expect(nodes == set(NODES), f"only on {nodes}")
    expect(re.search(r"^fleet: shards 1,2,3,4,5,6 of 6 as job \d+$", text, re.M), "the job is not named")
    expect("6 reports" in text and "0 findings" in text, "not merged")
    fleet.expect_all_merged()
    for name in ("merged.md", "merged.html"):
        expect(os.path.getsize(f"{fleet.folder}/out/{name}") > 0, f"{name}: not rendered")


def killed_task_runs_again(cluster):
    fleet = Fleet(cluster, "task")
    fleet.ask("waits", 3)
    call = fleet.call()
    for pid in wait_for(lambda: cluster.tasks(program="sleep"), "the task that waits"):
        os.kill(pid, signal.SIGKILL)
    text = fleet.finish(call, 0)
    shards, _ = fleet.starts()
    expect(sorted(shards) == [1, 2, 3, 3, 4, 5, 6], f"started: {shards}")
    expect(re.search(r"shard-3: task \d+_3: FAILED on node\d; once more; see \S+attempt-1.log", text),
           "the task that was killed is not named")
    fleet.expect_all_merged()


def lost_node_is_replaced(cluster):
    fleet = Fleet(cluster, "node")
    for shard in (1, 2, 3):  # the first on each node
        fleet.ask("waits", shard)
    call = fleet.call()
    wait_for(lambda: len(cluster.tasks(program="sleep")) == 3, "a task on each node")
    cluster.kill_node("node2")
    wait_for(lambda: "down" in "".join(cluster.states()), "Slurm to notice")
    for pid in cluster.tasks(program="sleep"):
        os.kill(pid, signal.SIGKILL)
    text = fleet.finish(call, 0)
    expect(re.search(r"shard-[123]: task \d+_\d: NODE_FAIL on node2; once more", text),
           "the node that went away is not named")
    fleet.expect_all_merged()
    cluster.start_node("node2")
    wait_for(lambda: cluster.states() == ["idle"] * 3, "node2 to come back")


def missing_shard_is_named_then_resumed(cluster):
    fleet = Fleet(cluster, "missing")
    fleet.ask("dies", 5)
    text = fleet.finish(fleet.call(), 4)
    shards, _ = fleet.starts()
    expect(sorted(shards) == [1, 2, 3, 4, 5, 5, 6], f"started: {shards}")
    expect(re.search(r"shard-5: task \d+_5: FAILED on node\d; given up; see \S+attempt-2.log", text),
           "the shard that is missing is not named")
    expect(re.search(r"^missing: .*5/6", text, re.M), "the merge does not name the missing shard")
    expect(fleet.merged_names(), "the rest is not merged")
    os.remove(f"{fleet.folder}/dies-5")
    text = fleet.finish(fleet.call(), 0)
    expect(fleet.starts()[0] == [5], "the second call did not run just what was missing")
    fleet.expect_all_merged()


def interrupted_call_leaves_no_task(cluster):
    fleet = Fleet(cluster, "interrupted")
    fleet.ask("waits", 2)
    call = fleet.call()
    wait_for(lambda: cluster.tasks(program="sleep"), "the task that waits")
    call.send_signal(signal.SIGINT)
    fleet.finish(call, 130)
    queue = ["squeue", "-h"]
    wait_for(lambda: not subprocess.run(queue, capture_output=True, check=True).stdout, "an empty queue")


def each_node_runs_every_shard(cluster):
    fleet = Fleet(cluster, "each")
    fleet.finish(fleet.call("--each", "node[1,3]", "--shards", "1"), 4)  # one machine: duplicates
    expect(sorted(os.listdir(f"{fleet.folder}/out")) == ["merged.html", "merged.json", "merged.md", "node1", "node3"],
           f"there are {os.listdir(f'{fleet.folder}/out')}")
    expect(fleet.starts() == ([1, 1], {"node1", "node3"}), "not once on each node")


with Cluster() as the_cluster:
    try:
        for test in (all_goes_well, killed_task_runs_again, lost_node_is_replaced,
                     missing_shard_is_named_then_resumed, interrupted_call_leaves_no_task,
                     each_node_runs_every_shard):
            print(f"--- {test.__name__}", flush=True)
            test(the_cluster)
    except BaseException:
        print(the_cluster.logs())
        raise
