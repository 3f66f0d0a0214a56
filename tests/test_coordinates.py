"""Single parameters along a path and its distance from straight, in closed form and by plain vectors; cycles of a band."""

import pandas as pd
import pytest
import torch

from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.subspace import Subspace
from lossland.probes import coordinates, cycles, saddles


def _in_the_plane(problem, *corners):
    """A chain through points of the plane of the first two parameters."""
    anchors = torch.zeros(len(corners), problem.space.dimension)
    anchors[:, :2] = torch.tensor(corners)
    return Subspace(anchors, PolyChain(len(corners)))


@pytest.mark.parametrize(
    ("corners", "away"),
    [
        ([(0.0, 0.0), (3.0, 0.0), (6.0, 0.0)], [0, 0, 0, 0, 0]),
        ([(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)], [0, 1 / 4, 1 / 2, 1 / 4, 0]),
        ([(0.0, 0.0), (-1.0, 0.0), (2.0, 0.0)], [0, 1 / 4, 1 / 2, 0, 0]),
        ([(1.0, 1.0), (1.0, 5.0), (4.0, 5.0)], [0, 2 * 3 / 25, 4 * 3 / 25, 1.5 * 4 / 25, 0]),
    ],
    ids=["straight", "bent", "beyond an end", "around a rectangle of 3 and 4"],
)
def test_the_distance_from_the_segment_in_its_length(problem, corners, away):
    points = torch.tensor(corners, dtype=torch.float64)
    table = coordinates.measure(problem, _in_the_plane(problem, *corners), resolution=5, number=1)
    assert table["away"].tolist() == pytest.approx(away, abs=1e-7)
    steps = points.diff(dim=0).norm(dim=1)
    share = (
        torch.cat([torch.zeros(1), torch.stack([steps[0] / 2, steps[0], steps[0] + steps[1] / 2, steps.sum()])]) / steps.sum()
    )
    assert table["share"].tolist() == pytest.approx(share.tolist())


def test_distances_and_values_by_plain_vectors(problem):
    anchors = torch.randn(4, problem.space.dimension, generator=torch.Generator().manual_seed(0))
    for chart in (PolyChain(4), Bezier(4)):
        path = Subspace(anchors, chart)
        table = coordinates.measure(problem, path, resolution=13, number=20, seed=3)
        theta = path.at(chart.grid(13)).double()
        edge = theta[-1] - theta[0]
        foot = theta[0] + ((theta - theta[0]) @ edge / (edge @ edge)).clamp(0, 1)[:, None] * edge
        away = (theta - foot).norm(dim=1) / edge.norm()
        assert table.groupby("index")["away"].first().tolist() == pytest.approx(away.tolist(), abs=1e-6)
        drawn = table["coordinate"].unique()
        assert len(drawn) == 20
        assert table["value"].tolist() == pytest.approx(theta[:, drawn].flatten().tolist(), abs=1e-6)
        share = torch.tensor(table.groupby("index")["share"].first().to_numpy())
        straight = (theta[0] + share[:, None] * edge)[:, drawn]
        assert table["straight"].tolist() == pytest.approx(straight.flatten().tolist(), abs=1e-6)


def test_an_entry_has_the_name_of_its_tensor(problem):
    """All of them, drawn: in order, as often as the tensor has entries, others under another seed."""
    chain = _in_the_plane(problem, (0.0, 0.0), (1.0, 0.0))
    table = coordinates.measure(problem, chain, resolution=2, number=problem.space.dimension)
    first = table[table["index"] == 0]
    assert first["coordinate"].tolist() == list(range(problem.space.dimension))
    parts = problem.space.unravel(chain.anchors[0])
    assert first["parameter"].tolist() == [name for name, view in parts.items() for _ in range(view.numel())]
    drawn = [
        coordinates.measure(problem, chain, resolution=2, number=9, seed=seed)["coordinate"].tolist() for seed in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_what_has_no_coordinates_along_it_is_refused(problem):
    with pytest.raises(ValueError, match=r"this needs a path with a length, and all points of .* are one"):
        coordinates.measure(problem, _in_the_plane(problem, (1.0, 0.0), (1.0, 0.0)))
    with pytest.raises(ValueError, match="number is 355, but the network has 354 parameters; name fewer"):
        coordinates.measure(problem, _in_the_plane(problem, (0.0, 0.0), (1.0, 0.0)), number=355)


def test_cycles_are_what_the_band_notes(problem):
    notes = {
        "dense.cycle": torch.tensor([1, 1, 1, 2, 2]),
        "dense.share": torch.tensor([0, 0.4, 1, 0, 1], dtype=torch.float64),
        "dense.pivot": torch.tensor([True, False, True, True, True]),
        "dense.nll": torch.tensor([1.0, 3, 2, 1, 2]),
    }
    band = Subspace(torch.arange(2.0)[:, None].expand(2, problem.space.dimension), PolyChain(2), notes)
    table = cycles.measure(problem, band)
    found = saddles.measure(problem, band, resolution=2, rounds=0).iloc[0]
    assert (set(table["a"]), set(table["b"])) == ({found["a"]}, {found["b"]}), "a pair of minima has one name"
    assert table["index"].tolist() == [0, 1, 2, 0, 1]
    for name in ("cycle", "share", "pivot", "nll"):
        assert table[name].tolist() == notes[f"dense.{name}"].tolist()
    assert table["error"].isna().all(), "a formula errs nowhere"
    with_errors = Subspace(band.anchors, band.chart, notes | {"dense.error": notes["dense.nll"] / 9})
    pd.testing.assert_series_equal(
        cycles.measure(problem, with_errors)["error"], table["nll"] / 9, check_names=False, rtol=1e-6
    )


def test_what_was_not_trained_in_cycles_has_none(problem):
    with pytest.raises(ValueError, match=r"cycles follows the training of a band, and .* notes none; name a subspace of neb"):
        cycles.measure(problem, _in_the_plane(problem, (0.0, 0.0), (1.0, 0.0)))
