"""A Slurm of its own for a test: munged, slurmctld and three slurmd on the loopback interface.

Everything lies in a temporary folder, listens on free ports of 127.0.0.1, and is gone when the
`with` block ends, however it ends.
"""
import contextlib
import ctypes
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

NODES = ["node1", "node2", "node3"]
SKIPPED = 77
TOOLS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol"]

CONFIGURATION = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser={user}
SlurmdUser={user}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmdSpoolDir={folder}/%n
TmpFS={folder}/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
SlurmdTimeout=5
KillWait=2
MessageTimeout=20
ReturnToService=2
{nodes}
PartitionName=cpu Nodes={all_nodes} Default=YES
"""


def expect(condition, message):
    if not condition:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {message}")


def wait_for(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        expect(time.monotonic() < deadline, f"{what}: not within {seconds} s")
        time.sleep(0.1)
    return value


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def program_of(pid):
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return ""


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return int(file.read().split("PPid:")[1].split()[0])
    except (OSError, IndexError):
        return 0


class Cluster:
    def __init__(self):
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        absent = [tool for tool in TOOLS if not shutil.which(tool)]
        if absent:
            print(f"skipped: Slurm is not installed: no {', '.join(absent)}")
            sys.exit(SKIPPED)
        self.folder = tempfile.mkdtemp(prefix="prelu-slurm-")
        os.chmod(self.folder, 0o711)  # munged wants its socket to be reachable by all
        self.daemons = {}

    def __enter__(self):
        # A test that is told to end, ends as one that fails.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for daemon in self.daemons.values():
            daemon.kill()
            daemon.wait()
        self.kill_tasks()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        munge = f"{self.folder}/munge"
        os.mkdir(munge, 0o755)
        with open(f"{munge}/key", "wb") as file:
            os.fchmod(file.fileno(), 0o400)
            file.write(os.urandom(128))
        controller_port, *ports = free_ports(1 + len(NODES))
        host = socket.gethostname().split(".")[0]
        nodes = [f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1"
                 for name, port in zip(NODES, ports)]
        for name in ["state", *NODES]:
            os.mkdir(f"{self.folder}/{name}")
        with open(f"{self.folder}/slurm.conf", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(
                host=host, controller_port=controller_port, user=getpass.getuser(),
                folder=self.folder, nodes="\n".join(nodes), all_nodes=",".join(NODES)))
        os.environ["SLURM_CONF"] = f"{self.folder}/slurm.conf"
        os.environ["PRELU_CLUSTER"] = self.folder  # jobs inherit it, and are known by it
        self._run("munged", "--foreground", f"--key-file={munge}/key", f"--socket={munge}/socket",
                  f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        wait_for(lambda: os.path.exists(f"{munge}/socket"), "munged")
        self._run("slurmctld", "-D")
        for name in NODES:
            self.start_node(name)
        wait_for(lambda: self.states() == ["idle"] * len(NODES), "three idle nodes")

    def _run(self, *command, name=None):
        name = name or command[0]
        with open(f"{self.folder}/{name}.log", "ab") as log:
            self.daemons[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)

    def start_node(self, name):
        self._run("slurmd", "-D", "-N", name, name=name)

    def kill_node(self, name):
        """As if its power had failed: the daemon and all that it runs are gone at once."""
        self.daemons[name].kill()
        self.daemons.pop(name).wait()
        self.kill_tasks(name)

    def kill_tasks(self, node=None):
        tasks = self.tasks(node)
        # First who would report their end, and has no environment to be told by any more.
        parents = {parent_of(pid) for pid in tasks}
        for pid in [one for one in parents if program_of(one).startswith("slurmstepd")] + tasks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def states(self):
        answer = subprocess.run(["sinfo", "-h", "-N", "-o", "%t"], capture_output=True, text=True)
        return answer.stdout.split()

    def tasks(self, node=None, program=None):
        """The processes of this cluster's jobs: all, those of a node, those that run this program."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", encoding="utf-8", errors="replace") as file:
                    environment = dict(entry.split("=", 1) for entry in file.read().split("\0") if "=" in entry)
            except OSError:  # it has ended, or is another user's
                continue
            if environment.get("PRELU_CLUSTER") != self.folder or "SLURMD_NODENAME" not in environment:
                continue
            if node in (None, environment["SLURMD_NODENAME"]) and program in (None, program_of(pid)):
                found.append(int(pid))
        return found

    def logs(self):
        text = ""
        for name in ["slurmctld", *NODES]:
            with contextlib.suppress(OSError), open(f"{self.folder}/{name}.log", encoding="utf-8") as file:
                text += f"--- {name}\n" + "".join(file.readlines()[-20:])
        return text
