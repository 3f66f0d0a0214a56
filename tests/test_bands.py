"""Elastic bands: spacing, tangents, forces, insertion in closed form; AutoNEB on landscapes with known saddles, and resumed."""

import math
from dataclasses import replace
from functools import partial

import pytest
import torch

import lossland as ll
from lossland.data import formula
from lossland.geometry import bands
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.geometry.known_saddles import TOYS
from lossland.landscape.evaluate import calibrated, evaluate
from lossland.landscape.nudged_band import Force, widened
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import line, neb, pair, sgd
from lossland.models import toy
from lossland.options import Cycle, Recipe
from lossland.probes import saddles
from lossland.rng import stream
from lossland.workflow.store import DiskJournal


def networks(problem, n):
    return [Subspace(problem.init(seed)[None], Points(1)) for seed in range(n)]


def chain(k=6, width=7):
    return torch.randn(k, width, generator=stream("chain")).cumsum(0)


def test_lengths_are_those_of_the_pieces():
    points = torch.tensor([[0.0, 0], [3, 4], [3, 5], [3, 5]])
    assert bands.lengths(points).tolist() == [5, 1, 0]


def test_spacing_keeps_the_ends_and_puts_points_at_shares_of_the_length():
    points = torch.tensor([[0.0, 0], [1, 0], [1, 1], [1, 5]])  # of length 6, with a corner
    made = bands.spaced(points.clone(), torch.tensor([0.5, 0.25, 0.25]))
    torch.testing.assert_close(made, torch.tensor([[0.0, 0], [1, 2], [1, 3.5], [1, 5]]))
    line = torch.tensor([0.0, 0.1, 0.7, 1])[:, None] * torch.arange(3.0)
    made = bands.spaced(line, torch.full((3,), 1 / 3))
    torch.testing.assert_close(bands.lengths(made), torch.full((3,), math.sqrt(5) / 3).double())


def test_spacing_a_smooth_band_again_and_again_makes_pieces_equal():
    angle = torch.tensor([0.0, 0.1, 0.5, 0.6, 1.2, 2.4, 3.0])
    points = torch.stack([angle.cos(), angle.sin()], 1)
    for _ in range(60):
        bands.spaced(points, torch.full((6,), 1 / 6))
    pieces = bands.lengths(points)
    assert pieces.max() / pieces.min() < 1 + 1e-5


@pytest.mark.parametrize(
    ("values", "rule", "expected"),
    [
        ((0, 1, 3), "henkelman", (0, 1)),
        ((3, 1, 0), "henkelman", (1, 0)),
        ((0.9, 1, 0), "henkelman", (1, 0.1)),
        ((0, 1, 0.9), "henkelman", (0.1, 1)),
        ((1, 0, 4), "henkelman", (1, 4)),
        ((0, 1, 3), "as_released", (0, 1)),
        ((0.9, 1, 0), "as_released", (0.1, 1)),
        ((0.9, 1, 0), "bisector", (1, 1)),
        ((1, 1, 1), "henkelman", (1, 1)),
    ],
)
def test_tangents(values, rule, expected):
    """Improved tangents of Henkelman & Jonsson 2000, equations 8 to 11; as released the weights of an extremum are swapped."""
    weights = bands.tangents(torch.tensor(values, dtype=torch.float64), torch.ones(2, dtype=torch.float64), rule)
    torch.testing.assert_close(weights, torch.tensor([expected], dtype=torch.float64))


@pytest.mark.parametrize("rule", ["henkelman", "as_released", "bisector"])
def test_forces_are_perpendicular_to_tangents_and_springs_are_along_them(rule):
    points, values = chain(), torch.tensor([1.0, 3, 2, 2.5, 2.5, 0])
    gradients, pieces = torch.randn(4, 7, generator=stream("gradients")), bands.lengths(points)
    weights, edges = bands.tangents(values.double(), pieces, rule), points.double().diff(dim=0)
    tangent = weights[:, :1] * edges[:-1] + weights[:, 1:] * edges[1:]
    tangent = tangent / tangent.norm(dim=1, keepdim=True)
    across = bands.force(gradients.clone(), points, values, rule=rule)
    assert ((across * tangent).sum(1).abs() / across.norm(dim=1)).max() < 1e-6
    lost = gradients - across
    torch.testing.assert_close(lost, ((gradients * tangent).sum(1, keepdim=True) * tangent).float(), rtol=1e-4, atol=1e-5)
    shares = torch.tensor([0.1, 0.2, 0.3, 0.2, 0.2], dtype=torch.float64)
    pulled = bands.force(gradients.clone(), points, values, rule=rule, stiffness=2.0, shares=shares) - across
    strain = pieces - shares * pieces.sum()
    torch.testing.assert_close(pulled.double(), 2 * (strain[:-1] - strain[1:])[:, None] * tangent, rtol=1e-4, atol=1e-5)


def test_pivots_go_where_the_loss_is_highest_above_the_line_between_two():
    values = torch.tensor([0.0, 0.1, 0.2, 1, 4, 1, 2, 2.2, 2], dtype=torch.float64)  # pivots 0, 0.2, 4, 2, 2
    assert bands.highest(values, 1, 2, 0.01) == [(3, 0.5)]
    values = torch.tensor([0.0, 2, 1, 3, 2, 2, 2], dtype=torch.float64)  # two gaps of two points
    assert bands.highest(values, 2, 2, 0.2) == [(0, pytest.approx(1 / 3))]
    assert bands.highest(torch.tensor([0.0, 3, 0, 4, 1]).double(), 1, 2, 0.2) == [(0, 0.5), (1, 0.5)]


def test_inserted_points_divide_their_gap_and_its_share():
    points, shares = chain(3), torch.tensor([0.4, 0.6], dtype=torch.float64)
    made, parts = bands.inserted(points, shares, [(0, 0.25), (1, 0.5)])
    torch.testing.assert_close(made[[0, 2, 4]], points)
    torch.testing.assert_close(made[1], points[0] + 0.25 * (points[1] - points[0]))
    torch.testing.assert_close(parts, torch.tensor([0.1, 0.3, 0.3, 0.3], dtype=torch.float64))
    assert bands.inserted(points, shares, [])[1].tolist() == shares.tolist()


def test_one_minibatch_serves_the_whole_band_or_each_pivot_has_its_own(problem):
    points = problem.init(0) + 1e-3 * torch.arange(4.0)[:, None]
    batch = next(problem.batches("train", 8))[1:]
    force = Force(torch.full((3,), 1 / 3), 0.0, 1.0, "bisector", None)
    first, second = force(problem, points, [1, 2], batch, stream("a"))[1]
    assert (first - second).norm() < 0.03 * first.norm()
    first, second = replace(force, own=8)(problem, points, [1, 2], batch, stream("a"))[1]
    assert (first - second).norm() > 0.3 * first.norm()


def test_an_interrupted_band_goes_on_to_the_same_bytes(problem, tmp_path):
    cycles, ends = [Cycle(5, 0.1, "equal", 3), Cycle(5, 0.1), Cycle(4, 0.01)], networks(problem, 2)
    build = partial(neb.build, sources=ends, cycles=cycles, seed=1, batch_size=32, between=3)
    made = build(problem)
    assert torch.equal(made.anchors[[0, -1]], torch.stack([s.end for s in ends]))
    assert made.notes["loss"].numel() == 3 + 3 + 2  # epochs of two steps
    for stop in (3, 9, 13, 17):  # among the dense points, in a cycle, between two
        looks = iter(range(1000))
        with pytest.raises(SystemExit):
            build(replace(problem, journal=DiskJournal(tmp_path, stopping=lambda: next(looks) >= stop)))  # noqa: B023
    again = build(replace(problem, journal=DiskJournal(tmp_path)))
    assert torch.equal(again.anchors, made.anchors)
    assert all(torch.equal(again.notes[n], t) for n, t in made.notes.items())


def test_a_band_goes_on_where_another_ended(problem):
    ends = networks(problem, 2)
    first = neb.build(problem, ends, cycles=[Cycle(4, 0.1, "equal", 3)], seed=0, batch_size=32)
    further = neb.build(problem, [first], cycles=[Cycle(1, 1e-6, count=0)], seed=0, batch_size=32)
    torch.testing.assert_close(further.anchors, first.anchors, atol=1e-3, rtol=1e-3)
    before, after = (s.notes["dense.nll"][s.notes["dense.cycle"] == c] for s, c in ((first, 1), (further, 0)))
    assert torch.equal(before, after)


def test_dense_points_are_those_of_the_path_as_other_tables_measure_it(problem):
    band = neb.build(problem, networks(problem, 2), cycles=[Cycle(4, 0.1, "equal", 2)], seed=0, batch_size=32, between=4)
    last = band.notes["dense.cycle"] == 1
    u = band.chart.grid(3 * 5 + 1)
    torch.testing.assert_close(band.notes["dense.nll"][last], evaluate(problem, band, u, ["train"])[:, 0, 0])
    arc = band.arc(u)
    torch.testing.assert_close(band.notes["dense.share"][last], arc / arc[-1], rtol=1e-5, atol=1e-6)
    assert band.notes["dense.pivot"][last].nonzero()[:, 0].tolist() == [0, 5, 10, 15]


OTHERS = [{"tangent": "as_released", "batches": "separate"}, {"tangent": "bisector"}, {"stiffness": 5.0}]


@pytest.mark.parametrize(("form", "how"), [*((form, {}) for form in TOYS), *(("curved_valley", how) for how in OTHERS)])
def test_autoneb_finds_the_saddle_of_each_toy_landscape(form, how):
    """From wells, which differ from the minima by less than 1e-3, to the known height of the pass, within 1e-3 of it."""
    toys = Problem(ParamSpace(partial(toy.build, (0,), 1, form=form, dimension=3)), formula.load(None))
    ends = [Subspace(torch.tensor([[*well, 0.0]]), Points(1)) for well in TOYS[form].wells[:2]]
    cycles = [
        Cycle(60, 0.01, "equal", 5),
        Cycle(50, 0.01, threshold=0.02),
        Cycle(50, 0.01, threshold=0.02),
        Cycle(40, 0.001, count=0),
    ]
    band = neb.build(toys, ends, cycles=cycles, seed=0, batch_size=1, weight_decay=0.0, between=4, **how)
    found = saddles.measure(toys, band, rounds=4, splits=["train"]).iloc[0]
    height = TOYS[form].height
    assert found["refined"] == pytest.approx(height, rel=1e-3)
    assert max(found["value_a"], found["value_b"]) < height - 0.1


def test_two_equal_networks_are_refused(problem):
    with pytest.raises(ValueError, match="one and the same"):
        neb.build(problem, networks(problem, 1) + networks(problem, 1), cycles=[Cycle(1, 0.1)], seed=0)


def test_as_released_buffers_are_coordinates_of_the_band(normalised):
    """They count in its lengths, are interpolated, and are carried to where it is measured; recalibrated ones are others."""
    ends, cycles = networks(normalised, 2), [Cycle(6, 0.05, "equal", 2)]
    wide = widened(normalised, torch.stack([s.end for s in ends]))
    assert wide.shape[1] == normalised.space.dimension + 2 * (3 + 8)
    assert bands.lengths(wide) > bands.lengths(wide[:, : normalised.space.dimension])
    for row, end in zip(wide, ends, strict=True):
        state = calibrated(normalised, end.end)
        kept = normalised.space.unpack(row[normalised.space.dimension :])
        assert all(torch.equal(kept[n], s) for n, s in state.items())
    band = neb.build(normalised, ends, cycles=cycles, seed=0, batch_size=10, buffers="inside", between=2)
    rows = torch.cat([band.anchors, band.notes["statistics"]], 1)
    assert torch.equal(rows[[0, -1]], wide)
    own, both = (lengths.max() / lengths.min() - 1 for lengths in map(bands.lengths, (band.anchors, rows)))
    assert both < 0.005
    assert own > 3 * both, "it is in the coordinates of both that the pivots are spaced"
    straight = torch.lerp(wide[0], wide[1], torch.tensor([1 / 3, 2 / 3])[:, None])[:, normalised.space.dimension :]
    assert ((band.notes["statistics"][1:3] - straight).norm(dim=1) > 0.1 * straight.norm(dim=1)).all()
    u, last = band.chart.grid(10), band.notes["dense.cycle"] == 1
    carried, own = (evaluate(normalised, band, u, ["train"], bn)[:, 0, 0] for bn in ("carried", "recalibrate"))
    torch.testing.assert_close(band.notes["dense.nll"][last], carried)
    assert (carried - own).abs().max() > 1e-3
    outside = neb.build(normalised, ends, cycles=cycles, seed=0, batch_size=10, between=2)
    assert bands.lengths(outside.anchors).max() / bands.lengths(outside.anchors).min() < 1.05
    with pytest.raises(ValueError, match="no statistics of its own"):
        evaluate(normalised, outside, u, ["train"], "carried")


def test_a_band_that_goes_on_keeps_the_statistics_it_carried(normalised):
    ends, how = networks(normalised, 2), {"seed": 0, "batch_size": 20, "buffers": "inside", "between": 1}
    band = neb.build(normalised, ends, cycles=[Cycle(4, 0.05, "equal", 2)], **how)
    further = neb.build(normalised, [band], cycles=[Cycle(1, 1e-9, count=0)], **how)
    before, after = (torch.cat([s.anchors, s.notes["statistics"]], 1) for s in (band, further))
    own = normalised.space.pack(normalised.space.calibrate(band.anchors[1], [next(normalised.batches("train", 20))[1]]))
    moved = after[1, -len(own) :] - before[1, -len(own) :]
    assert moved.norm() < 0.3 * (own - before[1, -len(own) :]).norm()


@pytest.mark.parametrize(
    ("sources", "cycles", "sentence"),
    [
        (lambda p: networks(p, 2), [], "neb.cycles is ..: must list 1 or more"),
        (lambda p: networks(p, 1), [Cycle(1, 0.1)], "two networks, a pair or a chain, and its source is Points"),
    ],
)
def test_what_is_no_band_is_refused(problem, sources, cycles, sentence):
    with pytest.raises(ValueError, match=sentence):
        ll.build.neb(problem, sources(problem), cycles=cycles, seed=0)


def test_buffers_inside_needs_batch_norm(problem):
    with pytest.raises(ValueError, match="networks with batch norm"):
        neb.build(problem, networks(problem, 2), cycles=[Cycle(1, 0.1)], seed=0, buffers="inside")


def _band(ends, height):
    anchors = torch.stack([s.end for s in ends])
    notes = {"dense.cycle": torch.tensor([0, 1, 1]), "dense.nll": torch.tensor([99.0, height, 0.0])}
    return Subspace(anchors, PolyChain(2), notes)


def test_pairs_are_a_star_then_across_the_highest_edge_of_the_tree(problem):
    minima = [sgd.build(problem, [], recipe=Recipe(e, 0.1), seed=s) for s, e in enumerate((1, 8, 2, 4))]  # 1 is the best
    order = sorted(range(4), key=lambda i: evaluate(problem, minima[i], torch.zeros(1, 1), ["train"])[0, 0, 0].item())
    rays = [pair.build(problem, minima, ray=r) for r in (1, 2, 3)]
    assert [r.notes["pair"].tolist() for r in rays] == [sorted([order[0], i]) for i in order[1:]]
    assert torch.equal(rays[0].anchors, torch.stack([minima[i].end for i in sorted(order[:2])]))
    heights = {(0, 1): 1.0, (0, 2): 3.0, (0, 3): 2.0}  # by place in the order; the highest cuts off 2
    star = [_band([minima[order[a]], minima[order[b]]], h) for (a, b), h in heights.items()]
    chosen = pair.build(problem, minima + star).notes["pair"].tolist()
    assert chosen == sorted([order[2], order[1]])
    star.append(_band([minima[order[2]], minima[order[1]]], 1.5))  # now the tree is 01, 12, 03; the highest cuts off 3
    assert pair.build(problem, minima + star).notes["pair"].tolist() == sorted([order[3], order[1]])
    with pytest.raises(ValueError, match="do not join all"):
        pair.build(problem, minima + star[:2])
    with pytest.raises(ValueError, match="star of 4 minima has 3"):
        pair.build(problem, minima, ray=4)
    rest = [_band([minima[a], minima[b]], 5.0) for a in range(4) for b in range(a)]
    with pytest.raises(ValueError, match="every pair of the 4"):
        pair.build(problem, minima + rest)
    with pytest.raises(ValueError, match="one and the same"):
        pair.build(problem, [*minima, replace(minima[1])], ray=1)
    with pytest.raises(ValueError, match="height is not noted"):
        pair.build(problem, [*minima, line.build(problem, minima[:2])])
