"""A throw-away SLURM cluster on this machine: two nodes with two pretended GPUs each, no systemd, no database.

    python tests/slurm_cluster.py start|stop DIR

All of it lies in DIR, but for two links in /etc/slurm, where jobs look for the cluster. Needs root, and apt-get where the
packages are missing.
"""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
import zlib
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "munged")
ETC = Path("/etc/slurm")
NODES = ("n0", "n1")

CONFIG = """
ClusterName={name}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
# a requeued job waits until its credential has expired
AuthInfo=socket={folder}/munge.socket,cred_expire=20
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=bf_interval=2,sched_min_interval=0,batch_sched_delay=0
MinJobAge=3600
KillWait=10
DefMemPerCPU=100
ReturnToService=2
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={nodes} NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]},{ports[2]} CPUs=8 RealMemory=32000 Gres=gpu:2
PartitionName=main Nodes=ALL Default=YES
"""


class NoCluster(RuntimeError):
    """Why this machine can have no cluster, as one sentence."""


def install():
    """Raises NoCluster."""
    if os.geteuid() != 0:
        raise NoCluster("a cluster of SLURM is started by root only")
    if all(map(shutil.which, PROGRAMS)):
        return
    if not shutil.which("apt-get"):
        raise NoCluster("SLURM is not installed, and there is no apt-get to install it")
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(["apt-get", "-qq", *command], env=environment, capture_output=True, text=True)
        if done.returncode:
            raise NoCluster(f"SLURM is not installed, and apt-get {command[0]} failed: {done.stderr.strip()[-300:]}")


def start(folder):
    """Install what is missing and start everything; where that fails, nothing is left running. Raises NoCluster."""
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    install()
    for link in _links(folder):
        if link.exists() and link.resolve() != folder / link.name:
            raise NoCluster(f"{link} is of another cluster and is not replaced")
    stop(folder)
    with ExitStack() as undo:
        undo.callback(stop, folder)
        _write(folder)
        munge = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munged.pid", "log-file": "munged.log"}
        files = [f"--{option}={folder / name}" for option, name in (munge | {"seed-file": "munge.seed"}).items()]
        _run(folder, "munged", "--force", *files)  # it would have the way to the socket open to all users
        _run(folder, "slurmctld", "-c")  # without the jobs of an earlier start
        _wait("scontrol", "ping")
        for node in NODES:
            _run(folder, "slurmd", "-N", node)
        _wait("sinfo", "-h", "-o", "%T %D", says=f"idle {len(NODES)}")
        undo.pop_all()


def stop(folder):
    """Kill the daemons and all that they started, also what outlived its job, and take the links away."""
    folder = Path(folder).resolve()
    while members := _members(folder):
        for process in members:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(members, timeout=10)
    for link in _links(folder):
        if link.is_symlink() and link.resolve() == folder / link.name:
            link.unlink()


@contextmanager
def cluster():
    """A running cluster; its folder, short enough for the path of a socket, is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="slurm-", dir="/tmp") as folder:
        start(folder)
        try:
            yield Path(folder)
        finally:
            stop(folder)


def _links(folder):
    return [ETC / "slurm.conf", ETC / "gres.conf"]


def _name(folder):
    return f"lossland{zlib.crc32(bytes(folder))}"


def _write(folder):
    ETC.mkdir(exist_ok=True)
    with ExitStack() as held:  # three free ports at once
        sockets = [held.enter_context(socket.socket()) for _ in range(3)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        ports = [s.getsockname()[1] for s in sockets]
    host = socket.gethostname().partition(".")[0]
    facts = {"name": _name(folder), "host": host, "folder": folder, "ports": ports, "nodes": ",".join(NODES)}
    (folder / "slurm.conf").write_text(CONFIG.format(**facts))
    (folder / "gres.conf").write_text(f"Name=gpu File={folder}/gpu[0-1]\n")
    for name in ("state", *(f"spool.{node}" for node in NODES)):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for gpu in ("gpu0", "gpu1"):  # a plain file is refused; this is /dev/null by another name
        (folder / gpu).unlink(missing_ok=True)
        try:
            os.mknod(folder / gpu, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        except PermissionError as error:
            raise NoCluster("pretended GPUs are device files, and this machine does not let root make them") from error
    (folder / "munge.key").touch(0o600)
    (folder / "munge.key").write_bytes(os.urandom(128))
    for link in _links(folder):
        link.unlink(missing_ok=True)
        link.symlink_to(folder / link.name)


def _run(folder, *command):
    environment = os.environ | {"SLURM_CONF": str(folder / "slurm.conf")}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} does not start: {done.stdout.strip()[-300:]}")


def _wait(*command, says=""):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0 and says in done.stdout:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{' '.join(command)} still says: {(done.stdout + done.stderr).strip()}")


def _members(folder):
    """Jobs carry the name of their cluster; daemons, and the processes that start jobs, the path of its configuration."""
    marks, found = (f"SLURM_CLUSTER_NAME={_name(folder)}", f"SLURM_CONF={folder}/slurm.conf"), []
    for process in psutil.process_iter():
        with suppress(OSError):  # read as bytes: some of them write their title over it
            variables = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
            if any(mark.encode() in variables for mark in marks):
                found.append(process)
    return found


if __name__ == "__main__":
    try:
        {"start": start, "stop": stop}[sys.argv[1]](sys.argv[2])
    except RuntimeError as reason:
        sys.exit(str(reason))
