"""Surfaces of which a part is measured: closed forms within what is stated, and the table that says which points were."""

import numpy as np
import pytest
import torch

from lossland.landscape.adaptive import surface
from lossland.methods import plane, sgd
from lossland.options import Recipe
from lossland.plotting.figures import plane as drawn
from lossland.probes import landscape

X, Y = np.meshgrid(np.linspace(-1, 1, 51), np.linspace(-1, 1, 51), indexing="ij")
SURFACES = {
    "bowl": 0.1 + 3 * X**2 + 5 * Y**2,
    "two minima": 0.05 + np.log1p(20 * ((X - 0.5) ** 2 + Y**2) * ((X + 0.5) ** 2 + Y**2)),
    "cliff": 0.2 + 4 / (1 + np.exp(-12 * (X**2 + Y**2 - 0.4))),
}


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("tolerance", [0.02, 0.05])
def test_no_point_is_off_by_more_than_stated_and_few_are_measured(name, tolerance):
    """Of the second column, in steps as an error is, only what was found."""
    whole = torch.from_numpy(np.stack([SURFACES[name], np.round(SURFACES[name], 2)], -1).reshape(-1, 2))
    asked = []

    def measure(points):
        asked.append(points)
        return whole[points]

    values, off = surface((51, 51), measure, tolerance, torch.tensor([True, False]), torch.Generator().manual_seed(0))
    points = torch.cat(asked)
    assert len(points.unique()) == len(points) == (off[:, 0] == 0).sum()  # none twice, and each is told
    assert torch.equal(values[points], whole[points])
    error = (values - whole).abs()
    assert (error[:, 0] <= off[:, 0] + 1e-12).all()
    assert (error[:, 1] > off[:, 1]).double().mean() < 0.1
    low, high = whole[:, 1].aminmax()
    assert ((values[:, 1] >= low - 1e-12) & (values[:, 1] <= high + 1e-12)).all(), "an error stays a fraction"
    assert len(points) < 0.65 * len(whole)
    assert name == "cliff" or len(points) < 0.4 * len(whole)


def test_a_surface_with_a_hole_is_measured_whole():
    whole = torch.from_numpy(SURFACES["bowl"].reshape(-1, 1)).clone()
    whole[51 * 24 + 24] = torch.nan
    values, off = surface((51, 51), lambda points: whole[points], 0.05, torch.tensor([True]), torch.Generator())
    torch.testing.assert_close(values, whole, equal_nan=True)
    assert not off.any()


def test_a_table_tells_what_was_measured(problem):
    """Those points have the bytes of the whole table, the others are as near as it says."""
    networks = [sgd.build(problem, [], recipe=Recipe(epochs=5, lr=0.1, batch_size=16), seed=s) for s in (1, 2, 3)]
    made, options = plane.build(problem, networks), {"resolution": [21, 19], "splits": ["train", "test"]}
    whole, part = (landscape.measure(problem, made, **options, **how) for how in ({}, {"adaptive": 0.05}))
    key = landscape.KEY
    both = whole.merge(part, on=key, suffixes=("", " of part"), validate="one_to_one")
    assert len(both) == len(whole) == len(part)
    assert (whole["within"] == 0).all()
    measured = both["within of part"] == 0
    assert 0.05 < (~measured)[both["mark"] == "grid"].mean() < 0.95
    assert measured[both["mark"] != "grid"].all()
    off = (both["value"] - both["value of part"]).abs()
    assert (off[measured] == 0).all()
    for quantity in ("nll", "loss"):
        rows = ~measured & (both["quantity"] == quantity)
        assert (off[rows] <= both["within of part"][rows]).mean() > 0.97
    figure = drawn.draw(planes=part.assign(subspace="plane", run="1"), splits=["train"], quantities=["nll"])
    share = (part["within"] == 0)[(part["mark"] == "grid") & (part["quantity"] == "nll") & (part["split"] == "train")].mean()
    assert any(f"{share:.0%} of points measured" in axis.get_title() for axis in figure.axes)


@pytest.mark.parametrize(("options", "told"), [({"shard": [1, 2]}, "shards"), ({"augmented": True}, "augmented")])
def test_what_does_not_go_together_is_refused(problem, options, told):
    networks = [sgd.build(problem, [], recipe=Recipe(epochs=1, lr=0.1), seed=s) for s in (1, 2, 3)]
    with pytest.raises(ValueError, match=told):
        landscape.measure(problem, plane.build(problem, networks), resolution=9, adaptive=0.1, **options)
    with pytest.raises(ValueError, match="adaptive is for planes"):
        landscape.measure(problem, networks[0], adaptive=0.1)
