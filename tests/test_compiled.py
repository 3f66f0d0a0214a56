"""Compiled work: the values of eager work to rounding, the same bytes after an interruption, and when it is not compiled."""

import json
import re
from dataclasses import replace

import pytest
import torch
from interrupted import resumed

from lossland.geometry.charts.bezier import Bezier
from lossland.landscape import compiled
from lossland.landscape.evaluate import evaluate
from lossland.landscape.objectives import expected_loss
from lossland.landscape.train import minimise
from lossland.methods import curve, sgd
from lossland.options import Recipe
from lossland.workflow.plan import Plan
from lossland.workflow.store import DiskJournal

RECIPE = Recipe(epochs=2, lr=0.05, batch_size=10, weight_decay=1e-3)


@pytest.fixture
def on(normalised):
    return replace(normalised, compile="on")


def choices(folder):
    return [DiskJournal(path.parent).load()["compiled"].item() for path in sorted(folder.rglob("compiled-*/state.safetensors"))]


def test_a_compiled_training_and_its_path_have_the_values_of_eager_ones(normalised, on, tmp_path):
    ends, other = ([sgd.build(p, [], recipe=RECIPE, seed=s) for s in (1, 2)] for p in (normalised, on))
    torch.testing.assert_close(ends[0].anchors, other[0].anchors, rtol=1e-4, atol=1e-5)
    assert not torch.equal(ends[0].anchors, other[0].anchors)  # another program did it
    path = curve.build(normalised, ends, recipe=RECIPE, seed=1)
    for bn in ("recalibrate", "interpolate"):
        found = evaluate(on, path, path.chart.grid(5), ["train", "test"], bn)
        torch.testing.assert_close(
            found, evaluate(normalised, path, path.chart.grid(5), ["train", "test"], bn), rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("after", [2, 3])
def test_interrupted_compiled_training_ends_in_the_bytes_of_a_whole_one(on, after, tmp_path):
    start, objective = torch.stack([on.init(s) for s in range(3)]), expected_loss(Bezier(3), 0.0)
    whole = minimise(on, objective, start.clone(), RECIPE, 0, free=[1])

    def in_another_process(problem):
        torch.compiler.reset()
        return minimise(problem, objective, start.clone(), RECIPE, 0, free=[1])

    again = resumed(in_another_process, on, tmp_path, after, more=3)
    assert torch.equal(whole.anchors, again.anchors)
    assert choices(tmp_path) == [True]


def test_an_evaluation_that_is_resumed_keeps_its_choice(normalised, tmp_path, monkeypatch):
    """Of `auto`: the machine that goes on is faster, and would have chosen otherwise."""
    auto = replace(normalised, compile="auto", journal=DiskJournal(tmp_path))
    network = sgd.build(normalised, [], recipe=RECIPE, seed=1)
    monkeypatch.setattr(compiled, "BREAK_EVEN", 0.0)
    monkeypatch.setattr(compiled, "FASTER", 1e9)
    first = evaluate(auto, network, network.chart.grid(), ["test"])
    monkeypatch.undo()
    again = evaluate(replace(auto, journal=DiskJournal(tmp_path)), network, network.chart.grid(), ["test"])
    assert torch.equal(first, again)
    assert choices(tmp_path) == [True]


def test_short_work_is_not_compiled(normalised, tmp_path):
    auto = replace(normalised, compile="auto", journal=DiskJournal(tmp_path))
    assert torch.equal(*(sgd.build(p, [], recipe=RECIPE, seed=1).anchors for p in (normalised, auto)))
    assert choices(tmp_path) == [False]


class _Broken(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        return g * torch.nan


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (RuntimeError("no C++ compiler\nmore"), r"fails \(RuntimeError: no C\+\+ compiler\)"),
        (lambda out: 2 * out, "changes a pass by [0-9.]+ of its size"),
        (lambda out: _Broken.apply(out), "changes a pass by nan of its size"),  # of a loss that is equal
    ],
)
def test_what_fails_or_differs_is_not_compiled(on, fault, told, monkeypatch, caplog):
    def compile(module, **_):
        if isinstance(fault, Exception):
            raise fault
        return lambda x: fault(module(x))

    monkeypatch.setattr(torch, "compile", compile)
    with caplog.at_level("WARNING"):
        found = sgd.build(on, [], recipe=RECIPE, seed=1).anchors
    (line,) = caplog.messages
    assert re.match(f"not compiled, for .*{told}", line)
    assert torch.equal(found, sgd.build(replace(on, compile="off"), [], recipe=RECIPE, seed=1).anchors)


def test_a_choice_is_part_of_what_a_result_is():
    """Of a network, and of what is made from it: that of its stanza, or that of the config; `off` is what was before."""
    network = {"data": "digits", "model": "mlp", "method": "sgd", "recipe": {"epochs": 1, "lr": 0.1}, "seeds": 2}
    config = {
        "data": {"digits": {"source": "digits"}},
        "network": {"net": network},
        "subspace": {"line": {"method": "line", "sources": ["net/1", "net/2"]}},
        "table": {"path": {"probe": "landscape", "subspace": "line"}},
    }

    def specs(**changes):
        own = config | changes
        return {job.title: json.dumps(job.spec, sort_keys=True) for job in Plan(own) if job.section in ("network", "table")}

    plain, auto = specs(), specs(compile="auto")
    assert specs(compile="off") == plain == specs(network={"net": network | {"compile": "off"}}, compile="auto")
    assert auto == specs(network={"net": network | {"compile": "auto"}})
    assert len(plain) == 3
    assert all(auto[title] != plain[title] for title in plain)
