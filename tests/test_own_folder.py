"""Plug-ins in a folder of the user's own, run with the Snakefile of a checkout that nothing but its path names."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml
from conftest import SURROUNDINGS, copy_project, edit
from safetensors.torch import load_file
from torch import nn

from lossland.data import spirals
from lossland.workflow import files
from lossland.workflow.plan import ConfigError, Plan

CONFIG = """
results: out
data: {own: {source: "my_data:load", n: 32}}
network:
  net: {data: own, model: "parts.models:small", width: 4, method: sgd, seeds: 2, recipe: {epochs: 1, lr: 0.1}}
subspace:
  middle: {method: "my_methods:midpoint", at: 0.25, sources: [net/1, net/2]}
table:
  norms: {probe: "my_probes:norms", subspace: middle}
figure:
  drawn: {draw: "my_figures:paint", norms: norms}
claim:
  held: {check: "my_figures:judge", norms: norms}
experiments:
  my_experiments:study: {network: net}
"""
OWN = {
    "my_data.py": """
from lossland.data import spirals
from lossland.options import Count

def load(root, *, n: Count):
    return spirals.load(root, n=n)
""",
    "parts/widths.py": "HALF = 2\n",
    "parts/models.py": """
from torch import nn
from lossland.options import Count
from parts.widths import HALF

def small(shape, classes, *, width: Count = 3) -> nn.Module:
    return nn.Sequential(nn.Linear(shape[0], width * HALF), nn.Tanh(), nn.Linear(width * HALF, classes))
""",
    "my_methods.py": """
from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.options import Fraction

def midpoint(problem, sources, *, at: Fraction = 0.5) -> Subspace:
    return Subspace((1 - at) * sources[0].end[None] + at * sources[1].end[None], Points(1))
""",
    "my_probes.py": """
import pandas as pd

SCHEMA = {"u0": "float64", "norm": "float64"}
KEY = ["u0"]

def norms(problem, subspace, *, scale: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"u0": [0.0], "norm": [scale * float(subspace.anchors.norm())]})
""",
    "my_figures.py": """
'''Norms: one point for each subspace.'''
from matplotlib.figure import Figure
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim

def paint(*, norms: Table("my_probes:norms")) -> Figure:
    figure = Figure()
    figure.subplots().plot(norms["norm"], "o")
    return figure

def judge(*, norms: Table("my_probes:norms")) -> list[Claim]:
    return [Claim("norm", norms.set_index("run")["norm"], above=0, of="the norm", says="A norm is positive.")]
""",
    "my_experiments.py": """
'''A study of one's own.'''
from lossland.options import Networks

def study(plan, *, network: Networks):
    middle = plan.subspace("my_methods:midpoint", "half way", network.groups(2))
    plan.figure("again", draw="my_figures:paint", norms=plan.table("my_probes:norms", middle))
""",
}


class Folder:
    """A folder of the user's own, beside a checkout of the project."""

    def __init__(self, path, checkout):
        self.path, self.checkout = path, checkout
        for name, text in OWN.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text)
        (path / "mine.yaml").write_text(CONFIG)

    def snakemake(self, *arguments):
        """Exit status and words of the command itself, with nothing in the environment that names the checkout."""
        command = [Path(sys.executable).parent / "snakemake", "-s", self.checkout / "Snakefile", "--cores", "2", *arguments]
        command += ["--configfile", "mine.yaml"]
        done = subprocess.run(command, cwd=self.path, env=SURROUNDINGS, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def planned(self):
        status, output = self.snakemake("-n", "-p")
        assert status == 0, output
        outputs = [line.split("output: ")[1].split(", ") for line in output.splitlines() if "output: " in line]
        return {str(Path(name).with_suffix("")).removeprefix("out/") for names in outputs for name in names}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = Folder(tmp_path_factory.mktemp("mine"), copy_project(tmp_path_factory.mktemp("checkout")))
    edit(
        made.checkout / "lossland/data/spirals.py", "def load(", "CHECKOUT = 'another'\n\n\ndef load("
    )  # not the installed one
    edit(made.path / "my_data.py", "    return", "    assert spirals.CHECKOUT == 'another'\n    return")
    status, output = made.snakemake()
    assert status == 0, output
    return made


def test_one_of_each_is_a_file_and_a_line(folder):
    out = folder.path / "out"
    assert (out / "figure/drawn.png").stat().st_size > 1000
    assert (out / "figure/my_experiments_again.png").stat().st_size > 1000
    assert pd.read_parquet(out / "verdict/own.parquet")["verdict"].notna().all()
    own, module, first = (
        re.sub(r"<(style|script).*?</\1>|<[^>]*>", "", (out / f"report/{name}.html").read_text(), flags=re.S)
        for name in ("own", "my_experiments", "index")
    )
    assert "one point for each subspace" in own
    assert "A study" in module
    assert "paper" not in own + module + first
    code = files.provenance(out / "network/net/1.safetensors")["code"]
    assert {"parts/models.py", "parts/widths.py", "my_data.py", "lossland/data/spirals.py"} <= set(code)
    assert not (folder.checkout / ".snakemake").exists()
    assert folder.planned() == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "reruns"),
    [
        (
            "parts/widths.py",
            "HALF = 2",
            "HALF = 3",
            {"network/net/1", "table/norms", "figure/drawn", "figure/my_experiments_again"},
        ),
        ("my_probes.py", "scale: float = 1.0", "scale: float = 2.0", {"table/norms", "figure/drawn", "claim/held"}),
        ("my_figures.py", "one point", "a point", {"figure/drawn", "figure/my_experiments_again", "claim/held"}),
        ("my_experiments.py", "A study", "The study", {"report/my_experiments"}),
    ],
)
def test_an_edit_reruns_what_depends_on_it(folder, file, old, new, reruns):
    edit(folder.path / file, old, new)
    planned = folder.planned()
    edit(folder.path / file, new, old)
    assert reruns <= planned
    assert "data/own" not in planned
    assert bool(planned) == bool(reruns)


@pytest.mark.parametrize(
    ("section", "name", "key", "value", "says"),
    [
        ("subspace", "middle", "method", "my_method:midpoint", "is my_method:midpoint, but there is no my_method.py in"),
        ("subspace", "middle", "method", "my_methods:mid", "my_methods.py is not a plug-in: it has no function mid"),
        ("table", "norms", "probe", "my_methods:midpoint", "it must take (problem, subspace, *, ...)"),
        ("subspace", "middle", "at", 2, "subspace.middle.at is 2"),
        ("network", "net", "model", "my_methods:midpoint", "it must take (shape, classes, *, ...)"),
    ],
)
def test_a_mistake_is_one_sentence_when_planning(folder, monkeypatch, section, name, key, value, says):
    config = yaml.safe_load(CONFIG)
    config[section][name][key] = value
    monkeypatch.chdir(folder.path)
    with pytest.raises(ConfigError) as error:
        Plan(config)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


LEARNED = """
results: out
data: {own: {source: "my_data:load", n: 32}}
network:
  net: {data: own, model: "parts.models:small", loss: "my_losses:weighted", method: sgd, seed: 1, recipe: {epochs: 1, lr: 0.1}}
  two: {data: own, model: "parts.models:small", task: "my_losses:task", method: sgd, seed: 1, recipe: {epochs: 1, lr: 0.1}}
table:
  of_net: {probe: landscape, subspace: net, splits: [train]}
  of_two: {probe: landscape, subspace: two, splits: [train]}
"""
LOSSES = """
from types import SimpleNamespace
import torch
from torch import nn
from parts.widths import HALF

weighted = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0]), label_smoothing=0.1)
task = SimpleNamespace(
    SCORES=("nll",),
    losses=lambda o, y: HALF * nn.functional.cross_entropy(o, y, reduction="none"),
    scores=lambda o, y: HALF * nn.functional.cross_entropy(o, y, reduction="none")[:, None],
)
"""


def test_a_task_and_a_loss_of_ones_own(folder):
    """The weighted mean of PyTorch's own module; an edit of the file trains again; what is not there is one sentence."""
    (folder.path / "my_losses.py").write_text(LOSSES)
    (folder.path / "mine.yaml").write_text(LEARNED)
    status, output = folder.snakemake()
    assert status == 0, output
    data, criterion = spirals.load(None, n=32), nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0]), label_smoothing=0.1)
    x, y = data.x["train"], data.y["train"]
    for name, loss in (("net", criterion), ("two", lambda o, y: 2 * nn.functional.cross_entropy(o, y))):
        theta = load_file(folder.path / f"out/network/{name}.safetensors")["anchors"][-1]
        module = nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 2))
        nn.utils.vector_to_parameters(theta, module.parameters())
        table = pd.read_parquet(folder.path / f"out/table/of_{name}.parquet").query("quantity == 'nll'")
        assert table["value"].item() == pytest.approx(loss(module(x), y).item(), rel=1e-5)
    edit(folder.path / "my_losses.py", "5.0", "4.0")
    assert folder.planned() == {"network/net", "network/two", "table/of_net", "table/of_two"}
    for old, new, says in (
        ('"my_losses:weighted"', "mine", "network.net.loss is 'mine'; it must be module:name"),
        ('"my_losses:weighted"', '"my_loss:mine"', "network.net.loss is my_loss:mine, but there is no my_loss.py in"),
        (
            '"my_losses:weighted"',
            '"my_losses:weigted"',
            "network.net.loss is my_losses:weigted, but my_losses.py has no weigted; did you mean weighted?",
        ),
        ('"my_losses:task"', "tokns", "network.two.task is 'tokns'; it must be module:name; did you mean tokens?"),
    ):
        (folder.path / "mine.yaml").write_text(LEARNED.replace(old, new))
        status, output = folder.snakemake("-n")
        assert status
        assert says in output
    (folder.path / "mine.yaml").write_text(LEARNED)
    edit(folder.path / "my_losses.py", "import HALF", "import HALVE")
    command, own = (
        [sys.executable, "-m", "lossland", "check", "--configfile", "mine.yaml"],
        {"PYTHONPATH": str(folder.checkout)},
    )
    done = subprocess.run(command, cwd=folder.path, env=SURROUNDINGS | own, capture_output=True, text=True)
    assert done.returncode == 1
    assert "mine.yaml:5: network.net.loss is my_losses:weighted, which fails: ImportError: cannot import" in done.stderr
    assert done.stderr.endswith("my_losses.py, line 5\n")
    (folder.path / "mine.yaml").write_text(CONFIG)
