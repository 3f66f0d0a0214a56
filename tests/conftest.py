"""Toy problems that every test may use, and copies of the project that a test may edit."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import preloaded
import pytest
import torch
from filelock import FileLock

from lossland.data import spirals
from lossland.inputs.arrays import Arrays
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.models import mlp

ROOT = Path(__file__).resolve().parent.parent
RECORD = json.dumps(
    {"revision": None, "chain": [{"code": {}, "device": "x86", "versions": {"torch": "2"}, "results": ["table t"]}]}
)
# a copy finds its own library, and data
SURROUNDINGS = {n: v for n, v in os.environ.items() if n not in ("PYTHONPATH", "LOSSLAND_DATA")}
TOY = ("--cores", "2", "--configfile", "tests/toy.yaml")
torch.set_num_threads(1)


@pytest.fixture
def problem():
    """Two spirals and a small perceptron: 64 training points, 354 parameters."""
    data = spirals.load(None, n=64, noise=0.3, turns=1)
    return Problem(ParamSpace(partial(mlp.build, data.shape, 2, hidden=[16, 16])), data, batch_size=24)


@pytest.fixture
def normalised():
    """A convolutional network with batch norm and dropout on random images."""
    return Problem(ParamSpace(normalised_network), random_pictures(), batch_size=7)


def normalised_network():
    from torch import nn

    layers = [nn.Conv2d(1, 3, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3)]
    return nn.Sequential(*layers, nn.Linear(27, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))


def random_pictures(n=20):
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randint(256, (n, 1, 5, 5), generator=rng, dtype=torch.uint8) for s in ("train", "val", "test")}
    y = {s: torch.randint(3, (n,), generator=rng) for s in x}
    return Arrays(x, y, 3, (0.5,), (0.25,), {"crop": 1, "flip": 0.5})


@pytest.fixture
def project(tmp_path):
    return copy_project(tmp_path)


def copy_project(folder):
    """A copy of the tracked and new files of the project, free to be edited."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def run(project, *command, **environment):
    """Run a script, or a module of the project, in a copy of it with its own lossland; returns the finished process."""
    environment = SURROUNDINGS | environment
    if command[0].endswith(".py"):
        command = [sys.executable, *command]
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=1500)
    with tempfile.NamedTemporaryFile("r") as said, tempfile.NamedTemporaryFile("r") as errors:
        status = preloaded.run(command[0], project, command[1:], environment, said.name, errors.name)
        return subprocess.CompletedProcess(command, status, said.read(), errors.read())


def snakemake(project, *arguments, **environment):
    """Run Snakemake in a copy of the project; returns its exit status and what it said."""
    with tempfile.NamedTemporaryFile("r") as said:
        return preloaded.run("snakemake", project, arguments, SURROUNDINGS | environment, said.name, said.name), said.read()


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A copy of the project with the toy results made, once for all workers of a test run."""
    folder = tmp_path_factory.getbasetemp()
    made = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "made"
    with FileLock(f"{made}.lock"):
        if not (made / "output.txt").exists():
            status, output = snakemake(copy_project(made), *TOY)
            assert status == 0, output
            (made / "output.txt").write_text(output)
    return shutil.copytree(made, folder / "finished", symlinks=True)


@pytest.fixture
def editable(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "project", symlinks=True)
    return tmp_path / "project"


def artefacts(results):
    """Name -> bytes of all that was made, logs aside."""
    files = [f for f in results.rglob("*") if f.is_file() and f.relative_to(results).parts[0] != "log"]
    return {str(f.relative_to(results)): f.read_bytes() for f in files}


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def planned(project, *arguments):
    """Names of what a dry run would make, without suffixes: `table/bezier_path` ..."""
    status, output = snakemake(project, "-n", "-p", *arguments, *TOY)
    assert status == 0, output
    made = [name for line in re.findall(r"^    output: (.*)$", output, re.M) for name in line.split(", ")]
    return {str(Path(name).with_suffix("")).removeprefix("results/toy/") for name in made}


@pytest.fixture(autouse=True)
def alone():
    """No test depends on what others have drawn: neither random numbers nor figures."""
    torch.manual_seed(0)
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


def pytest_collection_modifyitems(items):
    """The files that run the workflow begin first: a worker has the whole of a file, and these are the longest."""
    long = {item.path for item in items if {"finished", "project", "quiet", "tmp_path_factory"} & set(item.fixturenames)}
    items.sort(key=lambda item: item.path not in long)


def written(folder, drawn, module):
    """A figure or a table saved as the workflow does."""
    from lossland.workflow import artifacts as drawing

    suffixes = ("csv",) if hasattr(drawn, "columns") else ("png", "svg")
    drawing.save([folder / f"drawn.{s}" for s in suffixes], drawn, RECORD)


def saved(figure, path):
    from lossland.workflow import artifacts as drawing

    drawing.save([path], figure, json.dumps({"revision": None, "chain": []}))
    assert path.stat().st_size > 5000


def judged(claims):
    """The rows of claims, by their names, each judged as the only claim of a report: verdicts as of p.

    Planted runs that are all equal get a spread of a millionth: what is tested here is on which side the numbers lie.
    """
    import pandas as pd

    from lossland.statistics import verdicts

    rows = verdicts.table(map(_spread_out, claims))
    rows = pd.concat([verdicts.judge(rows[i : i + 1]) for i in range(len(rows))]).set_index("claim")
    assert rows.index.is_unique
    return rows


def _spread_out(claim):
    import numpy as np

    given = {part: getattr(claim, part, None) for part in ("values", "less")}
    samples = {part: np.asarray(v, float) for part, v in given.items() if v is not None and not isinstance(v, dict)}
    equal = {part: v for part, v in samples.items() if len(v) > 1 and np.ptp(v) <= 1e-12 * max(1, np.abs(v).max())}
    return replace(
        claim, **{part: v + 1e-6 * max(np.abs(v).max(), 1e-3) * np.linspace(-1, 1, len(v)) for part, v in equal.items()}
    )


def unprinted(claims):
    """The same of claims to which the paper prints no number."""
    rows = judged(claims)
    assert set(rows["published"]) == {"none printed"}
    return rows
