"""Cuts through the origin and the tunnel between two optima, in closed form."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.cone import Cone
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.geometry.charts.trivial import Trivial
from lossland.geometry.measures import project
from lossland.landscape.evaluate import evaluate
from lossland.landscape.objectives import expected_loss, pointwise, projected
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import minimise
from lossland.methods import cone, line, radial_plane, sgd, tunnel
from lossland.options import Recipe
from lossland.probes import landscape

RECIPE = Recipe(epochs=30, lr=0.1, batch_size=16, schedule="constant", weight_decay=1e-4)


def column(*values):
    return torch.tensor(values, dtype=torch.float64)[:, None]


@pytest.fixture
def ends(problem):
    return [sgd.build(problem, [], recipe=RECIPE, seed=s) for s in (1, 2)]


def path(k=4, dimension=9):
    rng = torch.Generator().manual_seed(1)
    note = {"weight_decay": torch.tensor(0.1)}
    return Subspace(torch.randn(k, dimension, generator=rng, dtype=torch.float64), PolyChain(k), note)


def test_a_cone_is_the_origin_the_chain_and_all_its_multiples():
    anchors = path().anchors
    t, around = column(0, 0.2, 1 / 3, 0.7, 1), Subspace(anchors, Cone(4))
    at = {r: around.at(torch.cat([t, torch.full_like(t, r)], 1)) for r in (0, 0.4, 1, 1.3)}
    assert not at[0].any()
    torch.testing.assert_close(at[1], path().at(t))
    torch.testing.assert_close(at[0.4], 0.4 * at[1])
    torch.testing.assert_close(at[1.3], 1.3 * at[1])
    assert around.chart.grid([3, 2]).tolist() == [[0, 0], [0, 1.3], [0.5, 0], [0.5, 1.3], [1, 0], [1, 1.3]]
    drawn = Cone(4, 0.5, 0.6).sample(100, torch.Generator().manual_seed(0))
    assert drawn[:, 0].min() < 0.1
    assert drawn[:, 0].max() > 0.9
    assert ((drawn[:, 1] >= 0.5) & (drawn[:, 1] <= 0.6)).all()
    with pytest.raises(ValueError, match="low is at least 0 and below high"):
        Cone(4, 1.0, 1.0)


def test_triangles_lie_flat_with_their_true_lengths_and_angles():
    """Inside one triangle every distance is kept; its neighbour begins where it ends, and turns on in the same sense."""
    made = cone.build(None, [path()])
    assert made.decay == {"weight_decay": torch.tensor(0.1)}
    flat = made.notes["flat"]
    assert (flat.shape, flat.dtype) == ((4, 2), torch.float64)
    torch.testing.assert_close(flat.norm(dim=1), made.anchors.norm(dim=1))
    torch.testing.assert_close(flat.diff(dim=0).norm(dim=1), made.anchors.diff(dim=0).norm(dim=1))
    assert flat[0, 0] > 0
    assert flat[0, 1] == 0
    assert (flat[:-1, 0] * flat[1:, 1] > flat[:-1, 1] * flat[1:, 0]).all(), "each corner lies to the left of the one before"
    rng = torch.Generator().manual_seed(0)
    for piece in range(3):
        u = made.chart.sample(20, rng)
        u[:, 0] = (piece + u[:, 0]) / 3
        torch.testing.assert_close(torch.cdist(made.chart(u) @ flat, made.chart(u) @ flat), torch.cdist(made.at(u), made.at(u)))


def test_corners_of_a_cone_are_those_of_a_chain_or_equal_shares_of_a_curve():
    assert torch.equal(cone.build(None, [path()]).anchors, path().anchors)
    bezier = Subspace(path(3).anchors, Bezier(3))
    made = cone.build(None, [bezier], corners=5, low=0.5, high=1.2)
    assert made.chart == Cone(5, 0.5, 1.2)
    assert torch.equal(made.anchors, bezier.at(column(0, 0.25, 0.5, 0.75, 1)))


def test_triangles_that_overlap_are_refused():
    """Corners of a simplex at right angles: five lie flat within a full turn, six do not."""
    assert cone.build(None, [Subspace(torch.eye(5), PolyChain(5))]).notes["flat"][4].tolist() == pytest.approx([1, 0])
    with pytest.raises(ValueError, match="the triangles lie 450 degrees around the origin and overlap beyond 360; name fewer"):
        cone.build(None, [Subspace(torch.eye(6), PolyChain(6))])
    assert cone.build(None, [Subspace(torch.eye(6), PolyChain(6))], corners=3).chart == Cone(3)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (Subspace(torch.eye(3), Points(3)), "a cone is that of a path of networks"),
        (Subspace(torch.eye(4), Trivial(4)), "a cone is that of a path of networks"),
        (Subspace(torch.tensor([[1.0, 0], [0, 0], [0, 1]]), PolyChain(3)), "a corner of the path is the origin"),
    ],
)
def test_cones_of_what_is_no_path_are_refused(source, message):
    with pytest.raises(ValueError, match=message):
        cone.build(None, [source])


def test_a_radial_plane_holds_the_origin_and_both_optima(problem, ends):
    plane = radial_plane.build(problem, ends, margin=0.25)
    optima, at = torch.stack([e.end for e in ends]), plane.notes["mark.optima"]
    assert not plane.at(torch.zeros(1, 2)).any()
    torch.testing.assert_close(plane.at(at), optima, rtol=0, atol=1e-6 * optima.abs().max().item())
    torch.testing.assert_close(at.norm(dim=1), optima.double().norm(dim=1))
    torch.testing.assert_close(project(optima, plane.anchors[0], plane.anchors[1:])[0], at, rtol=1e-6, atol=1e-6)
    assert at[0, 1] == 0
    (left, right), (below, above) = plane.chart.box
    assert (left <= 0, below) == (True, 0)
    assert right >= 1.25 * at[0, 0]
    assert above == pytest.approx(1.25 * at[1, 1].item())
    with pytest.raises(ValueError, match="is no network"):
        _ = plane.end
    with pytest.raises(ValueError, match="lie on one line"):
        radial_plane.build(problem, [ends[0], Subspace(2 * ends[0].anchors, Points(1))])


def test_an_optimum_across_the_origin_is_inside_the_box():
    ends = [Subspace(torch.tensor([theta]), Points(1)) for theta in ([1.0, 0, 0], [-2.0, 1, 0])]
    assert radial_plane.build(None, ends, margin=0.5).chart.box == ((-3, 1.5), (0, 1.5))


def test_radial_cuts_are_measured_as_surfaces(problem, ends):
    """At the origin all logits are zero: nll log 2 of two classes."""
    plane, around = radial_plane.build(problem, ends), cone.build(problem, [line.build(problem, ends)])
    for cut, marks in ((plane, {"grid", "optima"}), (around, {"grid"})):
        table = landscape.measure(problem, cut, resolution=3, splits=["train"])
        assert set(table["mark"]) == marks
        assert table["arc"].isna().all()
        assert evaluate(problem, cut, torch.zeros(1, 2), ["train"])[0, 0, 0].item() == pytest.approx(math.log(2))
    origin = table[(table["u1"] == 0) & (table["quantity"] == "nll")]
    assert origin["value"].tolist() == pytest.approx([math.log(2)] * 3)
    assert origin["l2"].tolist() == [0] * 3


def test_a_tunnel_keeps_ends_and_shares_and_is_lower_than_the_segment(problem, ends):
    made = tunnel.build(problem, ends, recipe=RECIPE, seed=0, points=3)
    first, last = (e.end for e in ends)
    assert made.chart == PolyChain(5)
    assert torch.equal(made.anchors[[0, -1]], torch.stack([first, last]))
    way = last.double() - first.double()
    shares = (made.anchors.double() - first.double()) @ way / way.square().sum()
    torch.testing.assert_close(shares, torch.linspace(0, 1, 5, dtype=torch.float64), rtol=0, atol=1e-6)
    u = column(0.25, 0.5, 0.75)
    segment = line.build(problem, ends)
    assert (made.distances(u, torch.zeros(1, 1)) > 1.1 * segment.distances(u, torch.zeros(1, 1))).any(), "they have moved"
    tunnelled, straight = (evaluate(problem, s, u, ["train"])[:, 0, 0] for s in (made, segment))
    assert (tunnelled < straight).all()
    assert made.notes["loss"].shape == (30,)
    assert made.decay["weight_decay"] == pytest.approx(1e-4)


@pytest.mark.parametrize("name", ["problem", "normalised"])
def test_points_that_train_side_by_side_do_not_know_of_one_another(name, request):
    """Each row is the point that would have come of it alone: one batch and one dropout for all, no force between them."""
    problem = request.getfixturevalue(name)
    recipe = replace(RECIPE, epochs=2)
    start = torch.stack([problem.init(s) for s in range(5)])
    for objective in (pointwise(1e-3), projected(pointwise(1e-3), [0, 4])):
        together = minimise(problem, objective, start.clone(), recipe, 0, free=[1, 2, 3])
        alone = [minimise(problem, objective, start.clone(), recipe, 0, free=[row]) for row in (1, 2, 3)]
        assert torch.equal(together.anchors[1:4], torch.stack([a.anchors[row] for row, a in enumerate(alone, 1)]))
        torch.testing.assert_close(together.losses, torch.stack([a.losses for a in alone]).mean(0))


def test_a_point_of_a_tunnel_does_not_depend_on_how_many_there_are(problem, ends):
    """The middle of three is the one point of a tunnel of one."""
    one, three = (tunnel.build(problem, ends, recipe=replace(RECIPE, epochs=3), seed=0, points=n) for n in (1, 3))
    assert torch.equal(one.anchors[1], three.anchors[2])
    assert not torch.equal(one.anchors[1], line.build(problem, ends).at(column(0.5))[0])


def test_the_part_of_a_gradient_along_a_direction_is_taken_and_no_more(problem):
    theta, across = problem.init(0), problem.init(1)
    _, inputs, target = next(problem.batches("train", 16))
    value, whole = problem.gradient(theta, inputs, target, None, 0.1)  # without dropout, nothing is drawn
    anchors = torch.stack([theta, torch.zeros_like(across), across])
    mean, (left,) = projected(pointwise(0.1), [1, 2])(problem, anchors, [0], (inputs, target), torch.Generator())
    assert mean == value
    assert (left.double() @ across.double()).abs() < 1e-7 * whole.norm() * across.norm()
    share = (whole.double() @ across.double()) / across.double().square().sum()
    torch.testing.assert_close(whole - left, (share * across.double()).float(), rtol=1e-4, atol=1e-8)


def test_a_curve_that_trains_across_a_direction_stays_in_its_hyperplanes(problem, ends):
    """The connector of three anchors, its middle free: it moves, and not along the segment."""
    first, last = (e.end for e in ends)
    start, way = torch.stack([first, (first + last) / 2, last]), last.double() - first.double()
    objective = projected(expected_loss(Bezier(3), 1e-4), [0, 2])
    made = minimise(problem, objective, start.clone(), replace(RECIPE, epochs=5), 0, free=[1]).anchors
    moved = (made - start).double()
    assert not moved[[0, 2]].any()
    assert moved[1].norm() > 0.01
    assert (moved[1] @ way).abs() < 1e-5 * moved[1].norm() * way.norm()


def test_a_tunnel_refuses_steps_that_leave_its_hyperplanes(problem, ends):
    with pytest.raises(ValueError, match="those of adam are not; use sgd"):
        tunnel.build(problem, ends, recipe=replace(RECIPE, optimiser="adam"), seed=0)


def test_a_tunnel_refuses_to_clip_gradients_together(problem, ends):
    with pytest.raises(ValueError, match=r"recipe.clip is 0.5, and shortens the gradients of all points of a tunnel together"):
        tunnel.build(problem, ends, recipe=replace(RECIPE, clip=0.5), seed=0)


def test_a_tunnel_refuses_a_memory_that_its_points_would_share():
    with pytest.raises(ValueError, match="a memory would pass from one to the next"):
        tunnel.build(SimpleNamespace(task=SimpleNamespace(MEMORY=True)), [None, None], recipe=RECIPE, seed=0)
