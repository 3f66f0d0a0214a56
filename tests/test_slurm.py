"""The toy workflow on a real SLURM, through the real executor: three trainings are stopped in the middle, in three ways.

One is requeued, one is cancelled, one runs out of time; all go on from their checkpoints, and everything that is made has
the bytes of a local run. A preemption is a requeue that SLURM itself decides on: the same signal, the same way back.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import SimpleNamespace

import pytest
import slurm_cluster
import torch
import yaml
from conftest import TOY, artefacts, copy_project, snakemake

pytestmark = pytest.mark.slurm
EPOCHS = 300
MODEL = '''"""A perceptron that takes its time while the file LOSSLAND_TEST_SLOW is there."""
import os
import time

from lossland.models import mlp


def network(shape, classes):
    made = mlp.build(shape, classes, hidden=[16, 16])
    made.register_forward_pre_hook(lambda *_: time.sleep(0.2 * os.path.exists(os.environ.get("LOSSLAND_TEST_SLOW", ""))))
    return made
'''


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A disturbed run on a cluster, and an undisturbed one without."""
    if torch.cuda.is_available():
        pytest.skip("the GPUs of this test are pretended, and would be taken for the real ones of this machine")
    local, remote = (_project(tmp_path_factory.mktemp(name)) for name in ("local", "remote"))
    try:
        with slurm_cluster.cluster():
            trainings, jobs = _disturbed(local, remote)
    except slurm_cluster.NoCluster as reason:
        pytest.skip(str(reason))
    return SimpleNamespace(local=local / "results/toy", remote=remote / "results/toy", trainings=trainings, jobs=jobs)


def _disturbed(local, remote):
    """Stop three trainings on the cluster, and run all of it here meanwhile."""
    slow = remote / "slow"
    slow.touch()
    command = ["snakemake", "--workflow-profile", "slurm", "--slurm-init-seconds-before-status-checks", "2", *TOY[2:]]
    own = {"PYTHONPATH": str(remote), "LOSSLAND_TEST_SLOW": str(slow), "LOSSLAND_CHECKPOINT_SECONDS": "1"}
    with open(remote / "output.txt", "w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=remote, env=os.environ | own, stdout=output, stderr=output
        )
    try:
        requeued, cancelled, late = trainings = [_Training(remote, name) for name in ("net/1", "net/2", "late/3")]
        _until(lambda: all(t.is_in_the_middle for t in trainings), process)
        for training, command in ((requeued, ["scontrol", "requeue"]), (cancelled, ["scancel"])):
            training.stopped_after = training.epochs[-1]
            subprocess.run([*command, training.job], check=True)
        with ThreadPoolExecutor() as pool:
            undisturbed = pool.submit(snakemake, local, *TOY)
            _until(late.is_out_of_time, process)
            slow.unlink()
        status, output = undisturbed.result()
        assert status == 0, output
        assert process.wait(timeout=300) == 0, (remote / "output.txt").read_text()
    finally:
        process.kill()
    return trainings, _jobs()


def _project(folder):
    """The toy with longer trainings of a network that can be slow; the third has a minute, then two."""
    copy_project(folder)
    (folder / "slow_network.py").write_text(MODEL)
    path = folder / "tests/toy.yaml"
    config = yaml.safe_load(path.read_text())
    net = config["network"]["net"]
    net["recipe"]["epochs"] = EPOCHS
    net |= {"model": "slow_network:network", "seeds": [1, 2]}
    del net["hidden"]
    config["network"]["late"] = net | {"seeds": [3], "resources": {"runtime": 1}}
    config["subspace"]["plane"]["sources"] = ["net", "late"]
    path.write_text(yaml.safe_dump(config))
    return folder


class _Training:
    """A training on the cluster, seen from outside."""

    def __init__(self, project, name):
        out = project / "results/toy/network" / name
        self.log = project / "results/toy/log/network" / f"{name}.log"
        self.checkpoints = (out.parent, f".{out.name}.unfinished/*/training-1/state.safetensors")
        self.comment = f"rule_sgd_wildcards_{name.replace('/', '_')}"
        self.stopped_after = None

    @property
    def epochs(self):
        """Those that its last try has reported."""
        return [int(e) for e in re.findall(rf"epoch (\d+) of {EPOCHS}", self.log.read_text())] if self.log.exists() else []

    @property
    def is_in_the_middle(self):
        folder, pattern = self.checkpoints
        return len(self.epochs) > 2 and any(folder.glob(pattern))

    @property
    def tries(self):
        return [job for job in _jobs() if job["Comment"] == self.comment]

    @property
    def job(self):
        return self.tries[-1]["JobID"]

    def is_out_of_time(self):
        epochs = self.epochs  # before the look at the state: a next try begins a log of its own
        over = self.tries[0]["State"] == "TIMEOUT"
        if not over:
            self.stopped_after = epochs[-1]
        return over


def _jobs():
    """What SLURM says of all jobs, in the order of their start."""
    columns = {"JobID": 20, "State": 20, "Comment": 100, "tres-per-job": 50, "RestartCnt": 10}
    wanted = ",".join(f"{name}:{width}" for name, width in columns.items())
    told = subprocess.run(["squeue", "-h", "-t", "all", "-O", wanted], capture_output=True, text=True, check=True).stdout
    ends = [sum(list(columns.values())[:i]) for i in range(len(columns) + 1)]
    rows = [[line[a:b].strip() for a, b in pairwise(ends)] for line in told.splitlines()]
    return sorted((dict(zip(columns, row, strict=True)) for row in rows), key=lambda job: int(job["JobID"]))


def _until(condition, process):
    end = time.monotonic() + 500
    while not condition():
        assert process.poll() is None, "the run ended too early"
        assert time.monotonic() < end, "the jobs do not do what they should"
        time.sleep(0.3)


def test_what_was_stopped_went_on_where_it_was(runs):
    for training in runs.trainings:
        assert training.stopped_after < EPOCHS
        assert training.epochs[0] > training.stopped_after, training.comment
        assert training.epochs[-1] == EPOCHS


def test_each_was_stopped_in_its_way(runs):
    tries = [[job for job in runs.jobs if job["Comment"] == training.comment] for training in runs.trainings]
    requeued, cancelled, late = [[(job["State"], job["RestartCnt"]) for job in jobs] for jobs in tries]
    assert requeued == [("COMPLETED", "1")]
    assert cancelled == [("CANCELLED", "0"), ("COMPLETED", "0")]
    assert late == [("TIMEOUT", "0"), ("COMPLETED", "0")]


def test_everything_has_the_bytes_of_a_local_run(runs):
    local, remote = artefacts(runs.local), artefacts(runs.remote)
    assert len(local) > 20
    assert [name for name in local.keys() | remote.keys() if local.get(name) != remote.get(name)] == []


def test_a_job_that_asks_for_a_gpu_has_one_and_no_other_has_any(runs):
    logs = {log.relative_to(runs.remote / "log"): log.read_text() for log in runs.remote.rglob("*.log")}
    seen = {name: re.findall("^GPU (.*)$", text, re.M) for name, text in logs.items()}
    for name, devices in seen.items():
        without = name.parts[0] in ("data", "figure", "claim", "verdict", "report") or name.stem.endswith("_shape")
        assert devices in ([["none"]] if without else [["0"], ["1"]]), name


def test_small_probes_share_allocations_with_one_gpu(runs):
    assert len(list(runs.remote.glob("table/*.parquet"))) == 9
    allocations = [job["tres-per-job"] for job in runs.jobs if re.search("landscape|shape|ensemble", job["Comment"])]
    assert allocations == ["gres:gpu:1"] * 2, "six measured tables with the shapes of three, four at a time"
