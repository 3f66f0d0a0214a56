"""The front door as a new user meets it: `lossland look`, `new` and `run`, and the library in a notebook."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import ROOT, run, snakemake
from matplotlib.figure import Figure
from PIL import Image
from planted import planted
from safetensors.torch import load_file, save_file

import lossland as ll
from lossland.data import spirals
from lossland.methods import curve, sgd
from lossland.options import Recipe
from lossland.plotting.panels import logarithmic
from lossland.probes import landscape
from lossland.workflow import look, plugins, validation
from lossland.workflow.configfile import planned
from lossland.workflow.look import ALSO

MINE = """
from torch import nn

def network(num_classes):
    return nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, num_classes))
"""


def lossland(folder, *words):
    return run(folder, "lossland", *words, PYTHONPATH=str(ROOT))


def drawn(folder, config):
    """The files of the figures of a config, drawn as `lossland run` does."""
    status, output = snakemake(folder, "-s", str(ROOT / "Snakefile"), "--cores", "1", "--configfile", str(config))
    assert status == 0, output
    return {p.name for p in (Path(config).parent / "results/figure").iterdir()}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with images, a network and its weights."""
    home, rng = tmp_path_factory.mktemp("home"), np.random.default_rng(0)
    for split, kind, n in [(s, k, n) for s, n in (("train", 8), ("test", 4)) for k in ("cat", "dog")]:
        (home / "photos" / split / kind).mkdir(parents=True)
        for i in range(n):
            image = rng.integers(0, 256, (10, 10, 3), dtype=np.uint8) // (1 + (kind == "dog"))
            Image.fromarray(image).save(home / "photos" / split / kind / f"{i}.png")
    (home / "mine.py").write_text(MINE)
    (home / "broken.py").write_text("from torch import nn\n\ndef network():\n    return nn.Linear(3, 2)\n")
    code = {}
    exec(MINE, code)
    torch.manual_seed(0)
    weights = {n: p.detach() for n, p in code["network"](2).named_parameters()}
    save_file(weights, home / "trained.safetensors")
    torch.save({"state_dict": {f"module.{n}": p for n, p in weights.items()}}, home / "trained.pt")
    (home / "bad.pt").write_bytes((home / "trained.pt").read_bytes()[:200])
    return home


def test_look_draws_a_checkpoint_and_goes_on_after_an_edit(home):
    given = ["--data", "photos", "--size", "8", "--minutes", "0.001", "--cores", "2"]
    first = lossland(home, "look", "mine:network", *given, "trained.pt", "--out", "seen", *(f"--{name}" for name in ALSO))
    assert first.returncode == 0, first.stderr
    assert "planes of 9 x 9 points, 60 examples: about" in first.stdout
    assert "flip: 0.0" in (home / "seen/config.yaml").read_text(), "nobody asked for an augmentation"
    made = {p.name for p in (home / "seen/results/figure").iterdir()}
    assert {"own_plane.png", "own_surface.html", "own_lines.png", "own_spectrum.csv"} <= made
    assert {"own_density.png", "own_measures_of_sharpness.csv", "own_topology.png"} <= made
    config = home / "seen/config.yaml"
    config.write_text(config.read_text().replace("resolution: 9", "resolution: 7"))
    drawn(home, config)
    table = pd.read_parquet(home / "seen/results/table/own/around/plane.parquet")
    assert (table["mark"] == "grid").sum() == 7 * 7 * 2 * 3
    assert len(config.read_text().splitlines()) < 20


def test_look_takes_a_training_made_elsewhere(home, monkeypatch):
    monkeypatch.chdir(home)
    monkeypatch.syspath_prepend(home)
    (home / "run").mkdir()
    weights = load_file(home / "trained.safetensors")
    for epoch in range(4):
        torch.save({"state_dict": {f"model.{n}": p + epoch**1.5 for n, p in weights.items()}}, home / f"run/epoch={epoch}.ckpt")
    config = look.look("mine:network", "photos", ["run"], out="way", size=8, minutes=0.001)
    plan = planned([config])
    drawn = {job.name for job in plan if job.section == "figure"}
    assert {"li2018_fig8", "li2018_fig9", "own_plane", "own_spectrum"} <= drawn
    (network,) = plan["network"].values()
    assert network.options["file"] == str(home / "run")


def test_look_names_the_networks_of_several_checkpoints(home, monkeypatch):
    monkeypatch.chdir(home)
    monkeypatch.syspath_prepend(home)
    copies = [home / f"{name}.safetensors" for name in ("first", "second", "1", "2")]
    for copy in copies:
        copy.write_bytes((home / "trained.safetensors").read_bytes())
    for files, names in ((copies[:2], ["first", "second"]), (copies[2:], ["network_1", "network_2"])):
        config = look.look("mine:network", "photos", files, out=f"of_{names[0]}", size=8, minutes=0.001)
        drawn = {job.name for job in planned([config]) if job.section == "figure"}
        assert {f"own_surface_{name}" for name in names} <= drawn


def test_look_trains_networks_and_draws_what_lies_between(home, monkeypatch):
    monkeypatch.chdir(home)
    monkeypatch.syspath_prepend(home)
    monkeypatch.setattr(look, "RECIPE", look.RECIPE | {"epochs": 1, "batch_size": 8})
    config = look.look("mine:network", "photos", [], out="two", size=8, minutes=0.001)
    made = drawn(home, config)
    assert {"own_path.png", "own_curve_plane.png", "own_ensemble.png", "own_similarity.png"} <= made


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["look", "mine:network", "--data", "nowhere"], "--data nowhere is not a folder, and as a dataset there is no such"),
        (["look", "mine:net", "--data", "digits"], "model mine:net is not to be had: module 'mine' has no attribute 'net'"),
        (["look", "cnnn", "--data", "digits"], "did you mean cnn?"),
        (["look", "mine:network", "--data", "digits", "--seeds", "0"], "--seeds is 0: must be at least 1"),
        (["look", "mine:network", "--data", "digits", "--minutes", "-1"], "--minutes is -1.0: must be above 0"),
        (["look", "mine:network", "absent.safetensors", "--data", "photos"], "there is no checkpoint"),
        (["look", "mine:network", "mine.py", "--data", "photos"], "mine.py': must be a file in .safetensors"),
        (["look", "mine:network", "trained.pt", "--data", "photos", "--seeds", "4"], "--seeds 4 trains networks, and those of"),
        (["look", "mine:network", "--data", "photos", "--out", "../up"], "../up must be a folder below this one"),
        (["look", "mine:network", "--data", "photos", "--out", "photos"], "photos is there; `lossland run photos` goes on"),
        (["look", "mine:network", "--data", "photos/train"], "has no train/ and test/"),
        (
            ["look", "broken:network", "--data", "photos"],
            "model look.model:network fails on inputs of shape (3, 64, 64): the network",
        ),
        (["look", "mine:network", "--data", "photos", "--cores", "x"], "--cores is 'x': must be a number of cores, or all"),
        (["look", "mine:network", "bad.pt", "--data", "photos", "--size", "8"], "bad.pt is not a whole checkpoint of PyTorch"),
        (["look", "mine:network", "--data", "imagenet"], "--data imagenet.folder is missing"),
        (["look", "mine:network", "--data", "photos", "--size", "0"], "--size is 0: must be at least 1"),
        (["run", "photos", "--cores", "0"], "--cores is '0': must be a number of cores, or all"),
        (["run", "absent"], "there is no absent/config.yaml; `lossland new absent` writes one"),
    ],
)
def test_mistakes_are_one_sentence_and_leave_nothing(home, words, sentence):
    before = {p.name for p in home.iterdir()}
    told = lossland(home, *words)
    assert told.returncode == 1
    assert sentence in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1
    assert {p.name for p in home.iterdir()} - {"__pycache__"} == before - {"__pycache__"}


def test_new_plans(tmp_path):
    assert lossland(tmp_path, "new", "first").returncode == 0
    checked = lossland(tmp_path, "check", "--configfile", "first/config.yaml")
    assert "jobs are planned" in checked.stdout, checked.stderr


def test_what_is_drawn_fits_the_budget():
    for speed in (10.0, 1e3, 1e5):
        grids = look._affordable(speed, 1, 2, 2)
        lines, spectra = 3 * 3 * grids.points, 6 * grids.products
        passes = 2 * (3 * grids.side**2 + lines + spectra) + 3 * (grids.side**2 + 2 * grids.points)
        assert passes * grids.examples <= speed * 60 or (grids.side, grids.examples) == (look.SIDES[-1], look.EXAMPLES[-1])
    assert look._affordable(1e9, 1, 1, 1) == look.Grids(look.SIDES[0], look.EXAMPLES[0])
    assert look._affordable(1e9, 1, 1, 1, beside=2.0) == look.Grids(look.SIDES[-1], look.EXAMPLES[-1])


def test_a_notebook_gets_what_the_functions_return(problem):
    recipe = {"epochs": 2, "lr": 0.1, "batch_size": 32}
    ends = [ll.build.sgd(problem, recipe=recipe, seed=seed) for seed in (1, 2)]
    assert torch.equal(ends[1].anchors, sgd.build(problem, [], recipe=Recipe(**recipe), seed=2).anchors)
    bent = ll.build.curve(problem, ends, recipe=recipe, seed=1)
    assert torch.equal(bent.anchors, curve.build(problem, ends, recipe=Recipe(**recipe), seed=1).anchors)
    table = ll.measure.landscape(problem, bent, resolution=5)
    pd.testing.assert_frame_equal(table, landscape.measure(problem, bent, resolution=5).reset_index(drop=True))
    figure = ll.plot.path({"curve": [table, table]})
    assert [axis.get_title() for axis in figure.axes] == ["Train nll", "Train error", "Test nll", "Test error"]
    assert len(repr(problem)) < 400  # a notebook shows it: no tensors
    assert ll.load.spirals(None, n=64).shape == spirals.load(None, n=64).shape
    assert {"path", "plane", "surface", "ensemble"} <= set(dir(ll.plot))


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        (lambda p: ll.build.sgd(p, recipe={"epochs": -1, "lr": 1}, seed=1), r"sgd\.recipe\.epochs is -1: must be at least 1"),
        (lambda p: ll.build.sgd(p, recipe={"epochs": 1, "lr": 1}, sed=1), r"sgd\.sed is not an option here; did you mean seed"),
        (lambda p: ll.build.line([]), "line is given list first; give it the problem, then the rest"),
        (lambda p: ll.build.line(p, []), "line is given 0 sources; their number must be at least 1"),
        (lambda p: ll.build.sdg, "there is no sdg to build; did you mean sgd"),
        (lambda p: ll.measure.landscape(p, None, split=["train"]), "did you mean splits"),
        (lambda p: ll.plot.similarity(pd.DataFrame()), r"similarity\.disagreement is missing"),
        (
            lambda p: ll.plot.path(planted("landscape", u0=[0.0, 1.0], u1=[0.0, 1.0])),
            "two coordinates; draw it with plot.plane",
        ),
        (lambda p: ll.plots, "lossland has no plots; it has problem"),
    ],
)
def test_a_notebook_tells_mistakes_as_a_config_does(problem, mistake, sentence):
    with pytest.raises((ValueError, AttributeError), match=sentence):
        mistake(problem)


def test_a_dataset_of_a_folder_is_loaded_without_a_config(home, monkeypatch):
    monkeypatch.setenv("LOSSLAND_DATA", str(home))
    assert ll.load.image_folder(folder="photos", size=8).shape == (3, 8, 8)


def test_planes_share_colours_by_row_and_say_what_they_show():
    grid = {"u0": [-1.0, 0.0, 1.0], "u1": [-1.0, 0.0, 1.0], "split": ["train", "test"], "quantity": ["nll", "loss", "error"]}
    table = planted("landscape", labels=["a", "b"], runs=1, **grid, value=lambda row: 1 + row.u0**2 + row.u1**2)
    one, two = ll.plot.plane(table[table["subspace"] == "a"]), ll.plot.plane(table)
    titles = [axis.get_title() for axis in one.axes if axis.get_title()]
    assert titles == ["a, train nll", "a, train error", "a, test nll", "a, test error"]  # loss is the nll, without decay
    assert [axis.get_title() for axis in two.axes if axis.get_title()] == ["a", "b"]
    limits = [tuple(axis.collections[-1].get_clim()) for axis in two.axes[:2]]
    assert limits[0] == limits[1]


def heights(surface, **options):
    return np.array(ll.plot.surface(surface, quantity="nll", **options).data[0].z, float)


def test_negative_losses_are_no_flat_floor():
    """A surface, a mesh, a plane and a path show them as they are, whatever is said of logarithms."""
    grid = {"u0": [-1.0, 0.0, 1.0], "u1": [-1.0, 0.0, 1.0], "split": ["train"], "quantity": ["nll"]}
    low = planted("landscape", labels=["a"], runs=1, **grid, value=lambda row: row.u0**2 + row.u1 - 1.5)
    expected = [[u0**2 + u1 - 1.5 for u0 in (-1, 0, 1)] for u1 in (-1, 0, 1)]
    assert heights(low) == pytest.approx(np.array(expected))
    assert heights(low.assign(value=low["value"] + 2.5)).min() == pytest.approx(0.005), "no floor is drawn below zero alone"
    mesh = ll.plot.surface_mesh(low, quantity="nll")
    assert mesh.point_data["height"] == pytest.approx(np.ravel(expected))
    shown = ll.plot.plane(low).axes[0].collections[0]
    assert shown.norm.vmin <= -2.5 < 0 < shown.norm.vmax
    line = low.query("u1 == 0").assign(u1=np.nan)
    below, above = ll.plot.path(line, quantities=["nll"]).axes[0].get_ylim()
    assert below < -1.5 < -0.5 < above


def test_a_surface_is_of_any_score_that_was_measured():
    grid = {"u0": [-1.0, 1.0], "u1": [-1.0, 1.0], "split": ["train"], "quantity": ["nll", "squared_error"]}
    table = planted("landscape", labels=["a"], runs=1, **grid, value=lambda row: 2 + row.u0 * row.u1)
    drawn = ll.plot.surface(table, quantity="squared_error")
    assert np.array(drawn.data[0].z).tolist() == [[3, 1], [1, 3]]
    with pytest.raises(
        ValueError, match="there are no rows of quantity error in a, only of nll, squared_error; measure that too"
    ):
        ll.plot.surface(table, quantity="error")


def test_an_ensemble_of_one_network_is_refused(problem):
    recipe = {"epochs": 2, "lr": 0.1, "batch_size": 32}
    one, kept = (ll.build.sgd(problem, recipe=recipe, seed=1, snapshots=s) for s in ([], [1]))
    with pytest.raises(ValueError, match="an ensemble is of several networks, and there is one; pool several"):
        ll.measure.ensemble(problem, one)
    assert ll.measure.ensemble(problem, kept)["size"].max() == 2
    assert len(ll.measure.ensemble(problem, ll.build.pool(problem, [one]))) == 1, "a pool is what was asked for"
    with pytest.raises(ValueError, match="resolution is 10000, of more than 10,000,000 points in all"):
        ll.measure.landscape(problem, ll.build.random_plane(problem, [one], seed=1, box=[[-1.0, 1.0]] * 2), resolution=10_000)


@pytest.mark.parametrize("ends", [(0.8, 1.15), (0.41, 0.44), (1.1, 1.9), (0.5, 6), (0.01, 90)])
def test_an_axis_in_logarithms_has_numbers(ends):
    axis = Figure().subplots()
    axis.plot(ends)
    logarithmic(axis)
    low, high = axis.get_ylim()
    assert sum(low <= tick <= high for tick in axis.get_yticks()) >= 2


def test_the_containers_install_what_the_project_is():
    """No container runs here: their recipes copy what a wheel is built from, and no environments and results beside it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", "requirements.lock", "LICENSE", project["project"]["readme"]}
    needed |= {*wheel["packages"], *wheel["force-include"]}
    assert all((ROOT / name).exists() for name in needed)
    for recipe, copied in (("Dockerfile", r"COPY (.+) /src/"), ("lossland.def", r"    (\S+) /src/\1$")):
        text = (ROOT / "containers" / recipe).read_text()
        assert set(" ".join(re.findall(copied, text, re.M)).split()) == needed
        assert "pip install --no-cache-dir --constraint /src/requirements.lock /src" in text
        assert "lossland" in text.splitlines()[-1]


def test_a_notebook_is_offered_what_there_is():
    assert dir(ll) == ["build", "load", "measure", "plot", "problem"]


def test_cells_of_few_networks_have_their_numbers():
    pairs = {"first": [0, 0, 1], "second": [1, 2, 2]}
    tables = [planted(probe, labels=["a"]).iloc[[0] * 3].assign(**pairs, **{probe: [0.125, 0.25, 0.5]})
              for probe in ("cosine", "disagreement")]  # fmt: skip
    cosine, disagreement = ll.plot.similarity(tables[0].assign(group="weights"), tables[1].assign(split="test")).axes[:2]
    assert [text.get_text() for text in cosine.texts][:4] == ["1.00", "0.12", "0.25", "0.12"]
    assert [text.get_text() for text in disagreement.texts][:4] == ["0.0", "12.5", "25.0", "12.5"]


def test_a_trajectory_is_drawn_with_what_was_measured_of_it():
    plane = planted("landscape", runs=1, u0=[-1.0, 0.0, 1.0], u1=[-1.0, 0.0, 1.0], split="train", quantity="nll", value=lambda row: 1 + row.u0**2)  # fmt: skip
    path = planted("projection", runs=1, index=range(3), u0=lambda row: 1 - row.index / 2, u1=0.0, epoch=lambda row: float(row.index), lr=0.1)  # fmt: skip
    course = planted("dynamics", runs=1, index=range(3), split="train", quantity=["nll", "error"], epoch=lambda row: float(row.index), value=lambda row: 3 - row.index)  # fmt: skip
    bare, full = ll.plot.trajectory(plane, path).axes[0], ll.plot.trajectory(plane, path, courses=course).axes[0]
    for axis in (bare, full):
        assert axis.lines[0].get_xydata().tolist() == [[1, 0], [0.5, 0], [0, 0]]
    dots = [axis.collections[-1].get_array() for axis in (bare, full)]
    assert dots[0] is None
    assert dots[1].tolist() == [3, 2, 1]
    with pytest.raises(ValueError, match=r"trajectory\.paths is missing"):
        ll.plot.trajectory(plane, courses=course)


def test_scores_over_runs_are_dots_and_their_spread():
    table = planted("trained", labels=["a", "b"], runs=3, split=["train", "test"], quantity="nll", value=lambda row: row.run)
    (axis,) = ll.plot.distribution(table).axes
    dots = [line.get_ydata().tolist() for line in axis.lines if len(line.get_ydata()) == 3]
    assert dots == [[1, 2, 3]] * 4
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["train", "test"] * 2


def test_an_optional_table_need_not_be_named():
    plugin = plugins.plugin("figures", "trajectory")
    assert (set(plugin.tables), plugin.optional) == ({"planes", "paths", "shares", "courses"}, {"shares", "courses"})
    body = {"draw": "trajectory", "planes": "a", "paths": "b", "shares": None}
    assert list(validation.read("figure", "walk", body).roles) == ["planes", "paths"]
    with pytest.raises(ValueError, match=r"figure\.walk\.paths is missing"):
        validation.read("figure", "walk", {"draw": "trajectory", "planes": "a"})
