"""Minima, saddles and merge trees against known landscapes and a brute-force flood of random ones."""

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import unprinted, written
from planted import planted
from scipy import ndimage

from lossland.models.toy import FORMS
from lossland.papers.chen2026.claims import topology as claims
from lossland.plotting.figures import topology as figure
from lossland.probes import topology
from lossland.statistics.topology import numbers


def landscape(values, u0=None, u1=None):
    """A `landscape` of one path [n] or plane [n1 n0]."""
    values = np.atleast_2d(np.asarray(values, float))
    rows = pd.DataFrame({"i": np.arange(values.size), "value": values.ravel()})
    u0, u1 = np.arange(values.shape[1]) if u0 is None else u0, np.arange(len(values)) if u1 is None else u1
    y, x = np.meshgrid(u1, u0, indexing="ij")
    path = len(values) == 1
    table = planted("landscape", runs=1, index=rows["i"].tolist(), value=0.0, split="train", quantity="nll")
    return table.assign(value=rows["value"], u0=x.ravel(), u1=np.nan if path else y.ravel()).drop(columns=["subspace", "run"])


def drawn(form, low, high, n0, n1):
    u0, u1 = (torch.linspace(a, b, n, dtype=torch.float64) for a, b, n in zip(low, high, (n0, n1), strict=True))
    y, x = torch.meshgrid(u1, u0, indexing="ij")
    return landscape(FORMS[form](x, y).numpy(), u0.numpy(), u1.numpy())


def measured(table, **options):
    found = topology.measure(table.sample(frac=1, random_state=0), **options)
    return found, numbers(found.assign(subspace="", run="")).iloc[0]


def pairs(found):
    return sorted(zip(found["value"], found["saddle"].fillna(np.inf), strict=True))


def test_a_path_by_hand():
    found, own = measured(landscape([0, 3, 1, 4, 2]))
    assert pairs(found) == [(0, np.inf), (1, 3), (2, 4)]
    assert (own["minima"], own["length"], own["smad"]) == (3, 4, pytest.approx(7 / 3))
    assert found["first"].tolist() == [3, 3, 4]
    assert found["into"].tolist() == [-1, 0, 0]
    assert found["saddle_u0"].tolist()[1:] == [1, 3]
    assert found["edge"].tolist() == [True, False, True]
    found, own = measured(landscape([0, 3, 1, 4, 2]), least=0.51)
    assert pairs(found) == [(0, np.inf)], "2 of 4 is less than 0.51"
    assert own["smad"] == 4, "of a single minimum up to the highest value"


def test_plateaus_and_what_is_not_finite():
    assert pairs(measured(landscape([1, 1, 0, 0, 2, 0, 0]))[0]) == [(0, 2), (0, np.inf)]
    assert pairs(measured(landscape([1, np.nan, 0, np.inf, 2]))[0]) == [(0, np.inf), (1, np.inf), (2, np.inf)]
    nowhere, own = measured(landscape([np.nan, np.nan]))
    assert (len(nowhere), own["length"]) == (1, 0)
    assert np.isnan(own["smad"])


def test_two_wells_along_a_valley():
    found, own = measured(drawn("curved_valley", (-1.5, -0.5), (1.5, 1.5), 121, 81), least=1e-3)
    assert pairs(found) == [(pytest.approx(0, abs=1e-12), pytest.approx(1)), (pytest.approx(0, abs=1e-12), np.inf)]
    assert own["smad"] == pytest.approx(1)
    assert (found["saddle_u0"].iloc[1], found["saddle_u1"].iloc[1]) == pytest.approx((0, 1), abs=1e-12)


def test_the_mueller_brown_potential():
    """Its three minima and two saddles, to the step of the grid: saddles are a hair above, for they lie between points."""
    found, own = measured(drawn("mueller_brown", (-1.6, -0.4), (1.2, 2.1), 561, 501))
    assert found["value"].tolist() == pytest.approx([-1.466995, -1.081667, -0.807678], abs=2e-4)
    assert found["saddle"].tolist()[1:] == pytest.approx([-0.406648, -0.722489], abs=2e-4)
    assert found["into"].tolist() == [-1, 0, 1]
    assert own["smad"] == pytest.approx((1.060347 + 0.359178 + 0.085189) / 3, abs=2e-4)


def test_an_egg_carton():
    """Eleven wells of 0, joined at 2, and two more that only the edge of the box makes."""
    found, _ = measured(drawn("eggcarton", (-3, -3), (3, 3), 121, 241), least=0.01)
    wells, cut = found[found["value"] < 1], found[found["value"] > 1]
    assert len(wells) == 11
    assert wells["value"].to_numpy() == pytest.approx(0, abs=1e-9)
    assert wells["saddle"].to_numpy()[1:] == pytest.approx(2, abs=0.02)
    assert sorted(zip(abs(wells["u0"]).round(6), wells["u1"].round(6), strict=True)) == sorted(
        [(0, -2), (0, 0), (0, 2)] + 2 * [(2, -3), (2, -1), (2, 1), (2, 3)]
    )
    assert (wells["edge"] == (abs(wells["u1"]) == 3)).all()
    assert cut["edge"].tolist() == [True, True]
    assert cut[["value", "saddle"]].to_numpy() == pytest.approx(np.array([[3.707, 3.903]] * 2), abs=2e-2)


def flooded(v, around):
    """(minimum, saddle) of all components of {v <= a}, by labelling them anew at every level a."""
    born, died = {}, {}
    for level in np.sort(v.ravel()):
        labels, n = ndimage.label(v <= level, structure=around)
        lowest = {float(ndimage.minimum(v, labels, i)) for i in range(1, n + 1)}
        for gone in set(born) - lowest - set(died):
            died[gone] = level
        born |= dict.fromkeys(lowest)
    return sorted((low, died.get(low, np.inf)) for low in born)


@pytest.mark.parametrize("shape", [(1, 40), (9, 7), (12, 12)])
@pytest.mark.parametrize("seed", range(3))
def test_random_landscapes_against_a_flood(shape, seed):
    v = np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape).astype(float)
    found, _ = measured(landscape(v))
    assert pairs(found) == flooded(v, np.ones((3, 3)))
    for minimum, first in zip(found["value"], found["first"], strict=True):
        levels = np.sort(v[v >= minimum])
        joined = (level for level in levels if np.isin(found["value"], v[component(v, level, minimum)]).sum() > 1)
        assert first == next(joined, v.max()), "the lowest level at which another minimum is in one component with it"


def component(v, level, value):
    labels, _ = ndimage.label(v <= level, structure=np.ones((3, 3)))
    return labels == labels[v == value]


def test_several_planes_are_refused():
    with pytest.raises(ValueError, match="topology condenses one path or plane"):
        topology.measure(pd.concat([landscape([0, 1]), landscape([1, 0])]))


def test_the_figure_of_a_path_and_of_a_plane(tmp_path):
    heights = {"path": landscape([0.5, 3, 1, 4, 0.2]), "plane": landscape([[1, 9, 2], [9, 9, 9], [9, 0.5, 9]])}
    labelled = [pd.concat([t.assign(subspace=n, run="1") for n, t in part.items()])
                for part in (heights, {name: topology.measure(table) for name, table in heights.items()})]  # fmt: skip
    drawn = figure.draw(landscape=labelled[0], minima=labelled[1])
    written(tmp_path, drawn, figure)
    (places, tree, bars), (plane, *_) = (drawn.axes[i : i + 3] for i in (0, 3))
    crosses = [line.get_xydata()[0].tolist() for line in places.lines if line.get_marker() == "x"]
    assert crosses == [[3, 4], [1, 3]], "the saddles, from the lower minimum on"
    branches = [line.get_ydata().tolist() for line in tree.lines if len(line.get_xdata()) == 4]
    assert branches == [[0.5, 3, 3, 1], [0.2, 4, 4, 3]]
    assert [segment[:, 0].tolist() for segment in bars.collections[0].get_segments()][1:] == [[0.5, 4], [1, 3]]
    dots = {tuple(xy) for line in plane.lines if line.get_marker() == "o" for xy in line.get_xydata()}
    assert dots == {(0, 0), (2, 0), (1, 2)}


def test_basins_that_meet_at_one_point_stand_side_by_side():
    heights = landscape([[0.3, 9, 0.2], [9, 5, 9], [9, 0.1, 9]]).assign(subspace="plane", run="1")
    minima = topology.measure(heights.drop(columns=["subspace", "run"])).assign(subspace="plane", run="1")
    assert minima["saddle"].dropna().tolist() == [5, 5]
    tree = figure.draw(landscape=heights, minima=minima).axes[1]
    (places,) = [line.get_xdata() for line in tree.lines if line.get_marker() == "o"]
    assert sorted(places) == [0, 1, 2]


LABELS = {"through": ["thin", "wide", "deep", "a", "b", "c"], "around": ["at the start", "at the end", "without shortcuts"]}


def barcodes(lengths, error=lambda row: 0.01, runs=3):
    """Two minima of each label whose barcode has this length, a tenth longer from run to run, and the errors of its plane."""
    value = lambda row: lengths[row.label] * (0.9 + row.run / 10)  # noqa: E731
    low = {"split": "train", "quantity": "nll", "value": 0.0, "first": 1.0, "runs": runs, "labels": list(lengths)}
    minima = planted("topology", index=[0, 1], saddle=lambda row: value(row) if row.index else np.nan, **low)
    sheets = planted(
        "landscape", labels=list(lengths), runs=runs, split=["train", "test"], quantity=["nll", "error"], value=error
    )
    return minima, sheets


@pytest.mark.parametrize(
    ("through", "around", "error", "expected"),
    [
        ([4, 2, 1, 3, 3, 3], [2, 1, 3], lambda row: 0.01 * len(row.label) / 5 + 0.02 * (row.label == "thin"), "holds"),
        ([1, 2, 3, 1.5, 1, 1], [1, 2, 1], lambda row: 0.01 + 0.02 * (row.label == "thin"), "contradicted"),
        ([4, 2, 1, 3, 3, 3], [2, 1, 3], lambda row: 0.5 + 0.01 * len(row.label), "not measurable"),
    ],
)
def test_claims(through, around, error, expected):
    (minima, heights), (lone, surfaces) = (
        barcodes(dict(zip(LABELS[name], lengths, strict=True)), error)
        for name, lengths in (("through", through), ("around", around))
    )
    given = {"through": minima, "heights": heights, "width": ["thin", "wide"], "depth": ["wide", "deep"]}
    found = unprinted(claims.check(around=lone, surfaces=surfaces, **given))
    others = found.drop(index="better networks have simpler landscapes")
    assert others["verdict"].tolist() == [expected] * 4
    assert unprinted(claims.check(**given)).index.tolist() == found.index.tolist()[:3]


def better(minima, heights):
    return [c for c in claims.check(through=minima, heights=heights, width=["thin"]) if c.name.startswith("better")]


@pytest.mark.parametrize(("order", "expected"), [(range(6), "holds"), (range(6)[::-1], "contradicted")])
def test_better_networks_are_those_with_less_error(order, expected):
    """Architectures are compared, not runs: three of them have the higher errors."""
    errors = {label: 0.01 * (1 + place) for label, place in zip(LABELS["through"], order, strict=True)}
    minima, heights = barcodes(
        dict(zip(LABELS["through"], [1, 1.2, 1.4, 4, 4.2, 4.4], strict=True)), lambda row: errors[row.label]
    )
    row = unprinted(better(minima, heights)).iloc[0]
    assert (row["verdict"], row["n"], abs(row["effect"])) == (expected, 3, 3)
    fewer = [table[(table["subspace"] != "thin") | (table["run"] == table["run"].iloc[0])] for table in (minima, heights)]
    assert unprinted(better(*fewer)).iloc[0]["verdict"] == expected, "architectures need not have equally many runs"
    few = [table[~table["subspace"].isin(["c"])] for table in (minima, heights)]
    assert not better(*few)


def test_errors_and_barcodes_that_are_unrelated_decide_nothing():
    """Before, five runs of four such architectures decided half of the cases."""
    rng, found = np.random.default_rng(0), []
    minima, heights = barcodes(dict.fromkeys(LABELS["through"], 1.0), runs=5)
    high, noisy = minima["saddle"].notna(), heights["split"] == "test"
    for _ in range(60):
        length, error = rng.uniform(1, 4, 6), rng.uniform(0.04, 0.08, 6)
        minima.loc[high, "saddle"] = np.repeat(length, 5) + 0.3 * rng.normal(size=30)
        heights.loc[noisy, "value"] = np.repeat(error, noisy.sum() // 6) + 0.004 * rng.normal(size=noisy.sum())
        found += [claim.row() for claim in better(minima, heights)]
    for side in ("p_holds", "p_contradicted"):
        assert np.mean([row[side] < 0.05 for row in found]) < 0.05 + 3 * (0.05 * 0.95 / 60) ** 0.5
