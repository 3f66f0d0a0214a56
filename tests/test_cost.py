"""What a config will cost: what was measured of these very jobs, else what they compute at the speed of their networks."""

import copy
import json

import pytest
from conftest import ROOT

from lossland.landscape import train
from lossland.workflow import cost, plugins, speed, work
from lossland.workflow.code_digest import digest
from lossland.workflow.configfile import read
from lossland.workflow.cost import USUAL, estimate
from lossland.workflow.plan import Plan

TOY = read([ROOT / "tests" / "toy.yaml"]).plain
SIZES = {"train": 64, "val": 32, "test": 128}


@pytest.fixture(autouse=True)
def known_speed(monkeypatch, tmp_path):
    """A gradient takes 20 ms and 1 ms an example, a forward pass 0.1 ms an example."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(speed, "of", lambda *_: speed.Speed((0.02, 1e-3), (0.0, 1e-4), 354, 0.0, False))


def _plan(results, **changed):
    config = copy.deepcopy(TOY) | {"results": str(results)}
    config["network"]["net"] |= changed
    return Plan(config)


def _measured(plan, section, name, seconds, **took):
    job = plan[section][name]
    log = f"{plan.results}/log/{section}/{name}.json"
    for path, text in (
        (log, json.dumps({"seconds": seconds, "rest": False, "spec": digest(job.spec)} | took)),
        (job.paths(plan.results)[0], "x" * 500),
    ):
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)


def test_without_a_measurement_it_is_what_is_computed_at_the_speed_of_the_network(tmp_path):
    table = estimate(_plan(tmp_path))
    seconds = table["CPU-hours"] * 3600
    step = 0.02 + 16e-3
    assert table.loc["sgd", ["jobs", "to run", "hours unknown", "GB unknown"]].tolist() == [3, 3, 0, 0]
    assert seconds["sgd"] == pytest.approx(3 * (8 * 4 * step + USUAL)), "8 epochs of 4 steps"
    assert seconds["curve"] == pytest.approx(2 * (8 * 4 * step + USUAL))
    points, examples = 3 * 11 + 5 * 5, 64 + 128
    assert seconds["landscape"] == pytest.approx(points * examples * 1e-4 + 4 * USUAL), "points of paths and of a plane"
    assert seconds["path_ensemble"] == pytest.approx(2 * (11 * 128e-4 + USUAL))
    assert table.loc["sgd", "GB"] == pytest.approx(3 * 3 * 354 * 4e-9), "three snapshots of each"
    assert table.loc["all", "jobs"] == table["jobs"].iloc[:-1].sum()
    assert table.loc["all", "hours unknown"] == 1, "the config does not say it of the dataset"


def test_what_a_rehearsal_took_beside_its_work_counts(tmp_path):
    plan = _plan(tmp_path)
    short = cost.rehearsal.rehearsed(plan, {"instances": 1})
    _measured(short, "network", "net/1", 5 + 2 * (0.02 + 8e-3))  # 2 steps of 8 examples
    assert estimate(plan).loc["sgd", "CPU-hours"] * 3600 == pytest.approx(8 * 4 * 0.036 + 5 + 2 * (8 * 4 * 0.036 + USUAL))


def test_a_measurement_counts_for_its_own_job_and_for_its_likes(tmp_path, monkeypatch):
    plan = _plan(tmp_path)
    _measured(plan, "network", "net/1", 1800)
    table = estimate(plan)
    assert table.loc["sgd", "CPU-hours"] == pytest.approx(1.5)
    assert table.loc["sgd", "GB"] == pytest.approx(1.5e-6)
    monkeypatch.setattr(cost, "devices", lambda: ["0"])
    assert estimate(plan).loc["sgd", "GPU-hours"] == pytest.approx(1.5)
    assert estimate(_plan(tmp_path, resources={"gpu": 0})).loc["sgd", "CPU-hours"] == pytest.approx(1.5)


def test_what_was_measured_of_another_config_or_of_the_rest_of_a_job_does_not_count(tmp_path):
    plan, unmeasured = _plan(tmp_path), 3 * (8 * 4 * 0.036 + USUAL) / 3600
    _measured(plan, "network", "net/1", 1800)
    assert estimate(_plan(tmp_path, hidden=[99])).loc["sgd", "CPU-hours"] == pytest.approx(unmeasured)
    _measured(plan, "network", "net/1", 1800, rest=True)
    assert estimate(plan).loc["sgd", "CPU-hours"] == pytest.approx(unmeasured)
    (tmp_path / "log/network/net/1.json").write_text("{")
    assert estimate(plan).loc["sgd", "CPU-hours"] == pytest.approx(unmeasured)


RECIPE = {"epochs": 2, "lr": 0.01, "batch_size": 20}


@pytest.mark.parametrize(
    ("method", "sources", "options"),
    [
        ("curve", 2, {"recipe": RECIPE}),
        ("simplex", 1, {"recipe": RECIPE, "vertices": 2, "samples": 3}),
        ("complex", 2, {"recipe": RECIPE, "connectors": 2, "samples": 3}),
        ("connector", 2, {"recipe": RECIPE}),
        ("connector", 3, {"recipe": RECIPE, "objective": "uniform", "samples": 2}),
        ("tunnel", 2, {"recipe": RECIPE, "points": 3}),
        ("neb", 2, {"cycles": [{"steps": 3, "lr": 0.01, "insert": "equal", "count": 2}], "batch_size": 16, "between": 1}),
    ],
)
def test_gradients_are_counted_as_methods_take_them(problem, monkeypatch, method, sources, options):
    """Against the gradients that a method really takes, in examples."""
    config = copy.deepcopy(TOY) | {"results": "none", "figure": {}, "claim": {}, "table": {}}
    names = [f"net/{i + 1}" for i in range(sources)]
    config["subspace"] = {"made": {"method": method, "sources": names, "seed": 1} | options}
    job = Plan(config)["subspace"]["made"]
    seen, gradient = [], type(problem).gradient

    def counted(self, theta, inputs, target, *rest, **more):
        seen.append(len(target))
        return gradient(self, theta, inputs, target, *rest, **more)

    ends = [train.Subspace(problem.init(i)[None], train.Points(1)) for i in range(sources)]
    monkeypatch.setattr(type(problem), "gradient", counted)
    plugins.load("methods", method)(problem, ends, seed=1, **options)
    known = work.of(job, SIZES, normalised=False)
    assert known.steps * known.batch == pytest.approx(sum(seen))


def test_a_line_through_two_batches_is_what_a_pass_takes(monkeypatch):
    monkeypatch.setattr(speed, "_clocked", lambda _, size: (size, 0.01 + 0.002 * size))
    a, b = speed._line(lambda size: size)
    assert (a, b) == (pytest.approx(0.01), pytest.approx(0.002))


def test_the_speed_with_a_network_is_measured(monkeypatch):
    monkeypatch.undo()
    from lossland.data import spirals

    measured = speed.of(speed.problem_of("mlp", {"hidden": [512, 512]}, spirals.load(None, n=64)))
    assert measured.parameters == 512 * (3 + 513) + 2 * 513
    assert measured.held >= 4 * (2 + 512 + 512), "inputs, and what two hidden layers give"
    assert 0 < measured.passes("forward", 1, 64) < measured.passes("gradient", 1, 64) < 1
