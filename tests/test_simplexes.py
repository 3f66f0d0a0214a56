"""Simplexes, complexes and connectors: their objective against plain autograd, what stays, what was spent, what is refused."""

import itertools
import math
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from conftest import ROOT
from torch.func import functional_call
from torch.nn import functional as F

from lossland.geometry import volumes
from lossland.geometry.charts.complex import Complex
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.checkpoint import Journal
from lossland.landscape.objectives import expected_loss, pointwise
from lossland.landscape.simplexes import Spro, _lambda, restricted, strengths
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import minimise
from lossland.methods import complex, connector, sgd, simplex
from lossland.options import Recipe, Volume
from lossland.rng import stream
from lossland.workflow.store import DiskJournal

RECIPE = Recipe(epochs=3, lr=0.05, batch_size=16, weight_decay=1e-3, schedule="constant")
FREE = Volume(strength=0.0)
CONSTANT = Volume(strength=0.01, rule="constant")


@pytest.fixture
def networks(problem):
    return [sgd.build(problem, [], recipe=replace(RECIPE, epochs=4), seed=seed) for seed in range(3)]


@pytest.mark.parametrize("simplexes", [[(0, 1, 2, 3)], [(0, 2, 3), (1, 2, 3), (2, 3), (0, 1, 3)]])
@pytest.mark.parametrize(
    "volume",
    [FREE, CONSTANT, replace(CONSTANT, power=2, over="first"), replace(CONSTANT, power=2, over="first", determinant="float32")],
)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_objective_is_what_plain_autograd_makes_of_its_formula(problem, simplexes, volume, reduction):
    """Vertices [k D], the draws of the same stream, and a volume from a QR decomposition."""
    anchors = torch.stack([problem.init(seed) for seed in range(4)])
    batch = next(problem.batches("train", 16))[1:]
    objective = Spro(simplexes, volume.strength, volume, 1e-2, 4, reduction, "index")
    value, (gradient,) = objective(problem, anchors.clone(), [3], batch, stream("points"))

    drawn = Complex(4, simplexes).sample(4, stream("points")).float()
    vertex = anchors[3].clone().requires_grad_()
    rows = torch.stack([*anchors[:3], vertex])
    parts = [problem.space.unravel(c @ rows) for c in drawn]
    losses = [F.cross_entropy(functional_call(problem.space._build(), part, batch[0]), batch[1]) for part in parts]
    expected = sum(losses) / (4 if reduction == "mean" else 1) + 0.5e-2 * vertex.square().sum()
    if volume.strength:
        kept = simplexes[:1] if volume.over == "first" else simplexes
        edges = [torch.stack([rows[v] - rows[s[0]] for v in s[1:]]).double() for s in kept]
        whole = sum(torch.linalg.qr(e.T).R.diagonal().prod().abs() / math.factorial(len(e)) for e in edges)
        expected = expected - 0.01 * volume.power / 2 * (whole.square() + 1e-4).log()
    torch.testing.assert_close(value.double(), expected.detach().double(), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(gradient, torch.autograd.grad(expected, vertex)[0].float(), rtol=2e-4, atol=1e-6)


def test_points_are_drawn_by_volume_or_by_number(problem):
    """Three segments of the lengths 1, 2 and 5."""
    anchors = torch.zeros(4, problem.space.dimension)
    anchors[range(3), range(3)] = torch.tensor([1.0, 2.0, 5.0])
    inner = volumes.inner(anchors)
    segments = [(0, 3), (1, 3), (2, 3)]
    for draw, shares in (("volume", [1 / 8, 2 / 8, 5 / 8]), ("index", [1 / 3] * 3)):
        objective = Spro(segments, 0.0, FREE, 0.0, 20_000, "mean", draw)
        u = objective._points(4, inner, stream("draw"))
        counts = (u[:, :3] > 0).double().mean(0)
        assert counts.tolist() == pytest.approx(shares, abs=0.012)


def test_all_but_the_new_vertices_stay_bit_equal(problem, networks):
    made = complex.build(problem, networks, recipe=RECIPE, seed=0, connectors=2, volume=CONSTANT)
    first = complex.build(problem, networks, recipe=RECIPE, seed=0, connectors=1, volume=CONSTANT)
    assert torch.equal(made.anchors[:3], torch.stack([n.end for n in networks]))
    assert torch.equal(made.anchors[:4], first.anchors), "the first connector does not know of the second"
    assert made.chart.simplexes == ((0, 3, 4), (1, 3, 4), (2, 3, 4))
    inner = volumes.inner(made.anchors)
    shares = volumes.log_volumes(inner, made.chart.simplexes).softmax(0)
    assert made.chart.weights == pytest.approx(shares.tolist())


def test_a_simplex_of_two_vertices_is_the_line_between_them(problem, networks):
    made = simplex.build(problem, networks[:1], recipe=RECIPE, seed=0, vertices=1)
    t = torch.linspace(0, 1, 7, dtype=torch.float64)[:, None]
    line = Subspace(made.anchors, PolyChain(2))
    torch.testing.assert_close(made.at(torch.cat([1 - t, t], 1)), line.at(t), rtol=0, atol=1e-7)
    assert torch.equal(made.anchors[0], networks[0].end)
    assert not torch.equal(made.anchors[1], networks[0].end)


def test_the_objective_of_an_edge_at_lambda_zero_is_that_of_a_line(problem):
    """The same t: the gradient of the new vertex is that of the last anchor of a chain of two."""
    anchors = torch.stack([problem.init(seed) for seed in range(2)])
    batch = next(problem.batches("train", 16))[1:]
    _, (gradient,) = Spro([(0, 1)], 0.0, FREE, 0.0, 1, "mean", "index")(problem, anchors, [1], batch, stream("points"))
    t = Complex(2, [(0, 1)]).sample(1, stream("points"))[:, 1:]

    class Fixed(PolyChain):
        def sample(self, n, rng):
            return t

    _, (expected,) = expected_loss(Fixed(2), 0.0)(problem, anchors, [1], batch, stream("other"))
    torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-7)


def test_the_sum_over_the_points_is_the_mean_at_a_higher_rate(problem, networks):
    """Sum, lr r, decay w, lambda l = mean, lr H r, w / H, l / H: what the released code does at one fifth of its numbers."""
    told = {"seed": 3, "vertices": 2, "samples": 5}
    summed = replace(RECIPE, lr=0.01, weight_decay=5e-3)
    mean = replace(RECIPE, lr=0.05, weight_decay=1e-3)
    one = simplex.build(problem, networks[:1], recipe=summed, reduction="sum", volume=replace(CONSTANT, strength=0.05), **told)
    other = simplex.build(problem, networks[:1], recipe=mean, volume=CONSTANT, **told)
    torch.testing.assert_close(one.anchors, other.anchors, rtol=1e-4, atol=1e-5)


def test_a_stronger_lambda_makes_a_larger_simplex(problem, networks):
    made = [
        simplex.build(problem, networks[:1], recipe=RECIPE, seed=0, volume=replace(CONSTANT, strength=s))
        for s in (0, 0.01, 0.1)
    ]
    found = [volumes.log_volume(volumes.inner(m.anchors), m.chart.simplexes[0]).item() for m in made]
    assert found[0] < found[1] < found[2]


def test_simplexes_are_cut_down_to_the_vertices_so_far():
    whole = [(0, 4, 5), (1, 4), (2, 4, 6), (3, 5, 6), (0, 4, 6)]
    assert restricted(whole, 4) == [(0, 4), (1, 4), (2, 4)]
    assert restricted(whole, 5) == [(0, 4, 5), (3, 5)]
    assert restricted(whole, 6) == [(2, 4, 6), (3, 5, 6), (0, 4, 6)]


def test_lambda_by_its_rules(problem):
    """One complex of two modes, three connectors; the random networks are those of the network's own initialisation."""
    simplexes, kept = [[0, 2, 3, 4], [1, 2, 3, 4]], Rows()
    own = replace(problem, journal=kept)
    assert strengths(own, FREE, simplexes, 2, [0, 4, 5], 0) == [0, 0, 0]
    assert strengths(own, CONSTANT, simplexes, 2, [0, 4, 5], 0) == [0.01] * 3
    found = strengths(own, Volume(strength=1e-3), simplexes, 2, [0, 4, 5], 0)
    inner = volumes.inner(kept.kept)
    for newest, strength in zip((2, 3, 4), found, strict=True):
        whole = sum(volumes.log_volume(inner, (i, *range(2, newest + 1))).exp() for i in (0, 1))
        assert strength == pytest.approx(1e-3 / whole.log().item())
    released = strengths(own, Volume(strength=1e-3, rule="released"), simplexes, 2, [0, 4, 5], 0)
    exact = [2 * volumes.log_volume(volumes.inner(kept.kept[:n]), tuple(range(n))).item() for n in (4, 5)]
    assert released == pytest.approx([0.0, *(1e-3 / v for v in exact)], rel=1e-3)


def test_the_released_rule_falls_to_its_floor_where_the_determinant_overflows(problem):
    far = replace(problem, space=Far(problem.space))
    found = strengths(far, Volume(strength=0.1, rule="released"), [tuple(range(9))], 1, list(range(2, 10)), 0)
    assert found[-1] == 1e-8
    assert found[0] > 1e-3


def test_where_the_released_determinant_overflows_nothing_pushes(problem):
    """Ten random networks far apart: the gradient is that of the loss and the decay alone."""
    far = replace(problem, space=Far(problem.space))
    anchors = torch.stack([far.init(seed) for seed in range(10)])
    batch = next(problem.batches("train", 16))[1:]
    pushed, free = (
        Spro([tuple(range(10))], strength, Volume(determinant="float32"), 1e-3, 2, "mean", "index")(
            problem, anchors, [9], batch, stream("points")
        )
        for strength in (0.1, 0.0)
    )
    assert not volumes.released(anchors).isfinite()
    assert torch.equal(pushed[1], free[1])


def test_a_determinant_that_is_no_number_leaves_the_floor_of_the_released_rule():
    assert _lambda(0.1, math.nan) == _lambda(0.1, math.inf) == 1e-8


def test_a_volume_of_random_networks_below_one_is_refused(problem):
    near = replace(problem, space=Far(problem.space, 1e-3))
    with pytest.raises(ValueError, match="at most 1; give volume"):
        strengths(near, Volume(), [(0, 1)], 1, [2], 0)


def test_a_connector_trained_across_the_edges_stays_as_far_from_all_as_their_mean(problem, networks):
    ends = torch.stack([n.end for n in networks]).double()
    recipe = replace(RECIPE, epochs=5, weight_decay=0)
    free, across = (
        connector.build(problem, networks, recipe=recipe, seed=0, projection=p).end.double() - ends.mean(0)
        for p in ("none", "orthogonal")
    )
    edges = ends[1:] - ends[0]
    assert across.norm() > 0.01
    assert ((edges @ across).abs() < 1e-5 * edges.norm(dim=1) * across.norm()).all()
    assert ((edges @ free).abs() > 1e-3 * edges.norm(dim=1) * free.norm()).any()


def test_a_connector_is_a_point_trained_alone_or_the_first_of_a_complex(problem, networks):
    """Objective vertex without projection: the training of the mean itself. Uniform: a complex of segments at lambda = 0."""
    made = connector.build(problem, networks, recipe=RECIPE, seed=5, projection="none")
    mean = sum((1 / 3) * n.end for n in networks)
    alone = minimise(problem, pointwise(1e-3), mean[None].clone(), RECIPE, (5, 3))
    torch.testing.assert_close(made.end, alone.anchors[0], rtol=1e-5, atol=1e-6)
    uniform = connector.build(problem, networks, recipe=RECIPE, seed=5, objective="uniform", projection="none")
    spro = complex.build(problem, networks, recipe=RECIPE, seed=5, draw="index", volume=FREE)
    assert torch.equal(uniform.anchors, spro.anchors)
    assert uniform.chart == spro.chart == Complex(4, [[0, 3], [1, 3], [2, 3]])


def test_passes_are_counted_and_what_is_shared_once(problem, networks):
    """Four epochs of each network, then three epochs of five points for each vertex."""
    around = simplex.build(problem, networks[:1], recipe=RECIPE, seed=0, vertices=2, volume=FREE)
    assert around.spent.tolist() == [4, 19, 34]
    assert around.lineage[:, 1].tolist() == [4, 15, 15]
    joined = complex.build(problem, networks, recipe=RECIPE, seed=0, connectors=2, samples=2, volume=FREE)
    assert joined.spent.tolist() == [4, 4, 4, 18, 24]
    assert connector.build(problem, networks, recipe=RECIPE, seed=0).spent.tolist() == [4, 4, 4, 15]


def test_a_beginning_that_two_networks_share_is_paid_once(problem, networks):
    """Training 7 went on to epoch 4; at epoch 2 another, 8, left it for 3 epochs. A connector takes 3 more."""
    lineages = ([[7, 4]], [[7, 2], [8, 3]])
    sources = [
        replace(n, notes=n.notes | {"lineage": torch.tensor(own)}) for n, own in zip(networks[:2], lineages, strict=True)
    ]
    for order in (sources, sources[::-1]):
        assert connector.build(problem, order, recipe=RECIPE, seed=0).spent[-1] == 4 + 3 + 3


def test_a_complex_that_was_killed_goes_on_to_the_same_bytes(problem, networks, tmp_path):
    calls = itertools.count(1)

    def stopping():
        return next(calls) % 20 >= 18  # asked by a step, and once more when its work is saved

    told = {"recipe": RECIPE, "seed": 0, "connectors": 3, "samples": 2}
    whole, tries, made = complex.build(problem, networks, **told), 0, None
    while made is None:
        try:
            made = complex.build(replace(problem, journal=DiskJournal(tmp_path, 0, stopping)), networks, **told)
        except SystemExit:
            tries += 1
    assert tries > 1
    assert torch.equal(made.anchors, whole.anchors)
    assert torch.equal(made.notes["loss"], whole.notes["loss"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"simplexes": [[0, 1], [1, 2]]}, "name no vertex beyond the 3 networks; add a connector, number 3"),
        ({"simplexes": [[0, 3], [1, 3]]}, "vertex 2 is in no simplex"),
        ({"simplexes": [[0, 3, 3], [1, 2, 3]]}, "must list different vertices"),
        ({"simplexes": [[0, 3], [1, 2, 3]]}, "no volume in common to draw by; give draw: index"),
    ],
)
def test_a_wrong_complex_is_refused_before_anything_is_trained(problem, networks, options, told):
    with pytest.raises(ValueError, match=told):
        complex.build(problem, networks, recipe=RECIPE, seed=0, volume=FREE, **options)


def test_a_projection_needs_plain_steps(problem, networks):
    with pytest.raises(ValueError, match="use sgd, or projection: none"):
        connector.build(problem, networks, recipe=replace(RECIPE, optimiser="adam"), seed=0)


class Rows(Journal):
    """Keeps what random networks were drawn."""

    def rows(self, n, width, dtype=torch.float32):
        self.kept = super().rows(n, width, dtype)
        return self.kept


class Far:
    """The space of a network, its initialisations `scale` times as far from zero."""

    def __init__(self, space, scale=1e4):
        self._space, self._scale = space, scale

    def __getattr__(self, name):
        return getattr(self._space, name)

    def init(self, seed, dtype=torch.float32):
        return self._scale * self._space.init(seed, dtype)


MEMORY = """
import gc, threading, time, torch
from lossland.inputs.arrays import Arrays
from lossland.geometry.volumes import inner, log_volume
from lossland.landscape.problem import Problem
from lossland.landscape.simplexes import Spro
from lossland.landscape.space import ParamSpace
from lossland.landscape.train import minimise
from lossland.models import vgg
from lossland.options import Recipe, Volume


def private():
    (line,) = (line for line in open("/proc/self/status") if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024


def watch():
    while True:
        peak[0] = max(peak[0], private())
        time.sleep(0.005)


torch.set_num_threads(1)
x, y = torch.randn(2, 3, 32, 32), torch.tensor([0, 1])
data = Arrays(*(dict.fromkeys(("train", "val", "test"), t) for t in (x, y)), 10)
problem = Problem(ParamSpace(lambda: vgg.build((3, 32, 32), 10)), data)
problem.gradient(problem.init(0), (x,), y, torch.Generator())
vertices = torch.empty(16, problem.space.dimension)
for seed, row in enumerate(vertices):
    row.copy_(problem.init(seed))
peak, copies = [0], []
threading.Thread(target=watch, daemon=True).start()
objective = Spro([tuple(range(16))], 1e-3, Volume(), 0.0, 2, "mean", "index")
for _ in range(2):
    gc.collect()
    before, peak[0] = private(), 0
    made = minimise(problem, objective, vertices, Recipe(2, 1e-6, batch_size=2), 0, free=[15])
    copies.append((peak[0] - before) / (4 * problem.space.dimension))
print(min(copies), log_volume(inner(vertices), range(16)).item())
assert made.losses.isfinite().all() and vertices[15].isfinite().all()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_step_of_sixteen_vertices_of_a_large_network_holds_three_vectors_more(tmp_path):
    """VGG-16, 15 million parameters: point, gradient and momentum beside the vertices, and what its largest layers need for
    themselves, less than half a copy; the lesser of two trainings, for what the process gives back late is none of it. The
    volume of random networks, about e^41, is finite."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "THP_MEM_ALLOC_ENABLE": "1"},
    )
    assert done.returncode == 0, done.stderr
    copies, logarithm = map(float, done.stdout.split())
    assert 2 < copies < 3.5
    assert 30 < logarithm < 50
