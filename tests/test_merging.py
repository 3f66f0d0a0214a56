"""Parts of networks exchanged and networks merged, against numbers from the formulas."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from planted import planted
from torch import nn

from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape.evaluate import calibrated, mean_scores
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import line, merge, sgd, soup, transplant, weight_average
from lossland.options import Recipe
from lossland.probes import landscape
from lossland.statistics.barrier import of_parts


class Product(nn.Module):
    """(1 - w_2 w_1)^2 / 2, the squared error of f = w_2 w_1 x for the target x, E x^2 = 1."""

    def __init__(self):
        super().__init__()
        self.w1, self.w2 = nn.Parameter(torch.randn(1)), nn.Parameter(torch.randn(1))

    def forward(self, x):
        return (0.5 * (1 - self.w2 * self.w1) ** 2).expand(len(x))


def formula(network):
    x, y = (dict.fromkeys(("train", "val", "test"), torch.zeros(shape)) for shape in ((1, 0), 1))
    return Problem(ParamSpace(network), Arrays(x, y, 1, task="analytic"))


def networks(*points):
    return [Subspace(torch.tensor([point], dtype=torch.float32), Points(1)) for point in points]


def merged(points, **options):
    return merge.build(None, networks(*points), **options).end


def test_a_layer_without_a_hump_may_still_end_high():
    problem, ends = formula(Product), networks((1, 1), (-1, -1))
    paths = {"all": line.build(problem, ends), "first": transplant.build(problem, ends, only=["w1"])}
    tables = [landscape.measure(problem, path, resolution=11, splits=["train"]).assign(subspace=name, run="1")
              for name, path in paths.items()]  # fmt: skip
    whole, first = (table[table["quantity"] == "nll"] for table in tables)
    t = first["u0"].to_numpy()
    np.testing.assert_allclose(first["value"], 2 * t**2, atol=1e-6)
    np.testing.assert_allclose(whole["value"], 0.5 * (1 - (1 - 2 * t) ** 2) ** 2, atol=1e-6)
    found = of_parts(pd.concat([first, whole]), whole).set_index("subspace")
    assert found.loc["first", ["own", "averaged"]].tolist() == pytest.approx([0, 0.5], abs=1e-6)
    assert found.loc["all", ["own", "averaged"]].tolist() == pytest.approx([0.5, 0.5], abs=1e-6)


def test_barriers_against_whole_networks_go_by_run_and_on_test_data_by_halves():
    t = np.linspace(0, 1, 5)
    at = {"u0": t, "split": "test", "quantity": "nll"}
    part = planted("landscape", labels=["layer"], runs=2, value=lambda row: row.run * row.u0, **at)
    whole = planted("landscape", labels=["all"], runs=2, value=lambda row: row.run * row.u0 / 4, **at)
    assert of_parts(part, whole)["averaged"].tolist() == [0.375, 0.75]
    halves = part.assign(half_a=part["value"] * (part["u0"] == 0.5), half_b=part["value"])
    assert of_parts(halves, whole)["own"].tolist() == [0, 0], "each half is read where the other is highest"
    with pytest.raises(ValueError, match="run 2 of layer has no path between the whole networks"):
        of_parts(part, whole[whole["run"] == "1"])


def test_a_deep_linear_network_is_convex_in_each_layer():
    """Squared error and no activation: second differences of a layer's cut are not negative; those of the whole line are."""
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randn(40, 3, generator=rng) for s in ("train", "val", "test")}
    data = Arrays(x, {s: v @ torch.randn(3, 2, generator=rng) for s, v in x.items()}, 2, task="regression")
    problem = Problem(ParamSpace(lambda: nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 2))), data)
    ends = [Subspace(problem.init(s)[None] * 2, Points(1)) for s in (0, 1)]

    def bend(path):
        table = landscape.measure(problem, path, resolution=9, splits=["train"])
        return np.diff(table[table["quantity"] == "nll"]["value"], 2).min()

    assert min(bend(transplant.build(problem, ends, only=[layer])) for layer in "012") > -1e-5
    assert bend(line.build(problem, ends)) < -1e-3


def test_a_transplant_takes_the_named_layers_and_no_others(problem):
    ends = [Subspace(problem.init(s)[None], Points(1)) for s in (0, 1)]
    made = problem.space.unravel(transplant.build(problem, ends, only=["1"], leave_out=["bias"]).end)
    own, other = (problem.space.unravel(end.end) for end in ends)
    for name in made:
        assert torch.equal(made[name], other[name] if name == "1.weight" else own[name])
    assert torch.equal(transplant.build(problem, ends).end, ends[1].end)
    with pytest.raises(ValueError, match="no trained parameter has a name like layer9"):
        transplant.build(problem, ends, only=["layer9"])


def test_ties_elects_signs_among_the_largest_entries():
    """Two of four entries kept of each: (3,.,.,2), (.,-2,.,2), (.,4,-3,.); signs +,+,-,+."""
    deltas = [(3, -1, 0.5, 2), (-1, -2, 0.1, 2), (1, 4, -3, 0)]
    assert merged([(0, 0, 0, 0), *deltas], rule="ties", keep=0.5).tolist() == [3, 4, -3, 2]
    moved = merged([(1, 1, 1, 1), *(tuple(1 + v for v in d) for d in deltas)], rule="ties", keep=0.5, strength=0.5)
    assert moved.tolist() == pytest.approx([2.5, 3, -0.5, 2])


def test_dare_is_the_sum_of_the_changes_in_the_mean():
    base, points = torch.zeros(4000), [(1.0,) * 4000, (0.5,) * 4000]
    made = merged([base.tolist(), *points], rule="dare", keep=0.25, seed=3)
    assert sorted(set(made.tolist())) == [0, 2, 4, 6]
    assert made.mean().item() == pytest.approx(1.5, abs=4 * math.sqrt((1 + 0.25) * 3 / 4000))
    assert not torch.equal(made, merged([base.tolist(), *points], rule="dare", keep=0.25, seed=4))


def test_coefficients_of_merges():
    assert merged([(1, 0), (0, 2)], rule="slerp").tolist() == pytest.approx([0.5**0.5, 2 * 0.5**0.5])
    assert merged([(1, 1), (2, 2)], rule="slerp", share=0.25).tolist() == pytest.approx([1.25, 1.25])
    assert merged([(1, 0), (3, 1), (1, 4)], rule="arithmetic", strength=[0.5, 2]).tolist() == pytest.approx([2, 8.5])
    assert merged([(1, 0), (3, 1)], rule="arithmetic", strength=-1).tolist() == [-1, -1], "negation"
    ema, points = torch.tensor([8.0, 1.0]), [(8, 1), (2, 2), (4, 0)]
    for point in points[1:]:
        ema = 0.75 * ema + 0.25 * torch.tensor(point)
    assert merged(points, rule="ema", memory=0.75).tolist() == pytest.approx(ema.tolist())
    assert merged(points, rule="ema", memory=0).tolist() == [4, 0]


def test_what_cannot_be_merged_is_refused():
    with pytest.raises(ValueError, match="merge is given 1 networks; ties takes two or more"):
        merged([(1, 2)], rule="ties")
    with pytest.raises(ValueError, match="merge is given 3 networks; slerp takes two"):
        merged([(1, 2)] * 3, rule="slerp")
    with pytest.raises(ValueError, match="strength lists 1 numbers for 2 networks of arithmetic"):
        merged([(1, 2)] * 3, strength=[1.0])


def test_a_greedy_soup_takes_what_does_not_harm(problem):
    """By hand: from the best on, each is kept if the val error of the mean does not rise."""
    runs = [sgd.build(problem, [], recipe=Recipe(4, 0.2, batch_size=16), seed=s, snapshots=[2, 3]) for s in range(3)]

    def error(points):
        theta = torch.stack(points).mean(0)
        return mean_scores(problem, theta, calibrated(problem, theta), "val")[1].item()

    for sources in (runs, runs[:1]):
        points = list(runs[0].anchors) if len(sources) == 1 else [run.end for run in runs]
        order = sorted(range(3), key=lambda i: error([points[i]]))
        kept = [order[0]]
        for i in order[1:]:
            if error([points[j] for j in [*kept, i]]) <= error([points[j] for j in kept]):
                kept.append(i)
        made = soup.build(problem, sources)
        assert made.notes["taken"].tolist() == kept
        torch.testing.assert_close(made.end, torch.stack([points[i] for i in kept]).mean(0))
    one = soup.build(problem, [Subspace(runs[0].end[None], Points(1))])
    assert torch.equal(one.end, runs[0].end)


def test_a_soup_is_no_higher_than_its_networks_under_a_convex_loss():
    x = torch.randn(30, 3, generator=torch.Generator().manual_seed(0))
    data = Arrays(
        dict.fromkeys(("train", "val", "test"), x), dict.fromkeys(("train", "val", "test"), x.sum(1)), 1, task="regression"
    )
    problem = Problem(ParamSpace(lambda: nn.Linear(3, 1)), data)
    points = Subspace(torch.stack([problem.init(s) for s in range(4)]), Points(4))
    rows = [landscape.measure(problem, s, splits=["train"]) for s in (points, weight_average.build(problem, [points]))]
    each, mean = (table[table["quantity"] == "nll"]["value"].mean() for table in rows)
    assert mean < each
