"""The trivial curve of Garipov et al. 2018, A.8: labels stay, logits scale as s^n, the loss rises to that of a guess."""

import math
from functools import partial

import pytest
import torch

from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import line, sgd, trivial
from lossland.models import cnn, conv3fc3, mlp, preresnet
from lossland.options import Recipe
from lossland.probes import landscape, shape

NETWORKS = {
    "mlp": (partial(mlp.build, hidden=[20, 20]), 3),
    "cnn": (partial(cnn.build, channels=[4, 8]), 3),
    "conv3fc3": (partial(conv3fc3.build, k=0.02), 6),
}


def _problem(build, shape=(1, 16, 16)):
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randint(256, (40, *shape), generator=rng, dtype=torch.uint8) for s in ("train", "val", "test")}
    y = {s: torch.randint(3, (40,), generator=rng) for s in x}
    return Problem(ParamSpace(partial(build, shape, 3)), Arrays(x, y, 3, (0.5,), (0.25,)))


def _random(problem, seed):
    """A network with biases that matter."""
    theta = problem.init(seed)
    noise = torch.randn(theta.shape, generator=torch.Generator().manual_seed(seed))
    return Subspace((theta + 0.05 * noise)[None], Points(1))


@pytest.mark.parametrize("name", NETWORKS)
def test_logits_scale_and_labels_stay(name):
    """In float64, on both halves, at every s > 0 of a grid that leaves out s = 0."""
    build, n = NETWORKS[name]
    problem = _problem(build)
    curve = trivial.build(problem, [_random(problem, seed) for seed in (1, 2)])
    exact = Subspace(curve.anchors.double(), curve.chart)
    x = problem.data.inputs("test", slice(None)).double()
    grid = curve.chart.grid(12)
    assert len(curve.anchors) == 2 * n
    for end in (0, 1):
        whole = problem.space.predict(exact.at(torch.full((1, 1), float(end), dtype=torch.float64))[0], {}, x)
        for t in grid[(grid[:, 0] < 0.5) != bool(end)]:
            logits = problem.space.predict(exact.at(t[None])[0], {}, x)
            s = (1 - 2 * t).abs()
            torch.testing.assert_close(logits, s**n * whole, rtol=1e-9, atol=1e-15)
            assert torch.equal(logits.argmax(1), whole.argmax(1))


def test_ends_are_the_networks_and_the_decay_is_handed_on(problem):
    ends = [sgd.build(problem, [], recipe=Recipe(2, 0.1, weight_decay=1e-3), seed=s) for s in (1, 2)]
    curve = trivial.build(problem, ends)
    u = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    assert torch.equal(curve.at(u), torch.stack([e.end for e in ends]))
    assert torch.equal(torch.stack(list(curve.points(u))), torch.stack([e.end for e in ends]))
    assert curve.decay["weight_decay"] == pytest.approx(1e-3)
    with pytest.raises(ValueError, match="is no network"):
        line.build(problem, [curve, trivial.build(problem, ends[::-1])])


def test_the_loss_rises_to_that_of_a_guess_and_the_error_stays(problem):
    ends = [sgd.build(problem, [], recipe=Recipe(100, 0.1), seed=s) for s in (1, 2)]
    curve = trivial.build(problem, ends)
    table = landscape.measure(problem, curve, resolution=20)
    nll, error = (
        table[(table["split"] == "train") & (table["quantity"] == q)].sort_values("index")["value"].to_numpy()
        for q in ("nll", "error")
    )
    assert max(nll[0], nll[-1]) < 0.5
    assert nll[9] == pytest.approx(math.log(2), abs=1e-3)
    assert set(error[:10]) == {error[0]}
    assert set(error[10:]) == {error[-1]}
    middle = landscape.measure(problem, curve, resolution=3, splits=["train"]).set_index(["index", "quantity"])["value"]
    assert middle[(1, "nll")] == pytest.approx(math.log(2), abs=1e-7)
    assert shape.measure(table).set_index(["split", "quantity"])["max"]["train", "nll"] == nll.max()


@pytest.mark.parametrize(
    "build",
    [partial(cnn.build, channels=[4, 8], batch_norm=True), partial(preresnet.build, depth=8)],
    ids=["batch norm", "residual"],
)
def test_networks_whose_outputs_do_not_scale_are_refused(build):
    problem = _problem(build)
    with pytest.raises(ValueError, match="do not scale as s\\^n"):
        trivial.build(problem, [_random(problem, seed) for seed in (1, 2)])
