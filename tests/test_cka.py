"""CKA: what it does not see (turns, mirrors, moves, scales), what it does, and its estimator against the definition."""

import itertools
from functools import partial

import numpy as np
import pytest
import torch
from conftest import written
from planted import planted

from lossland.data import formula
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import permute
from lossland.models import wedge
from lossland.plotting.figures import layers
from lossland.probes import cka
from lossland.rng import stream


def drawn(*shape, name="x"):
    return torch.randn(*shape, generator=stream("cka", name), dtype=torch.float64)


def cka_of(x, y):
    return float(cka.compared(x @ x.T, y @ y.T)[0])


def test_turns_mirrors_moves_and_scales_change_nothing_and_other_linear_maps_do():
    x, turn = drawn(20, 5), torch.linalg.qr(drawn(5, 5, name="turn"))[0]
    mirror = torch.tensor([-1.0, 1, 1, 1, 1])
    for y in (x @ turn, mirror * x @ turn, 7 * x, x + 3, torch.cat([x @ turn, torch.zeros(20, 4)], 1)):
        assert cka_of(x, y) == pytest.approx(1, abs=1e-12)
    assert cka_of(x, mirror * 9 ** (mirror < 0) * x) < 0.9


def test_the_inner_product_is_the_mean_over_four_different_examples():
    """<K, L> / (n (n - 3)) estimates E[k_ij (l_ij + l_qr - 2 l_iq)] without bias (Song et al. 2012)."""
    k, other = (z @ z.T for z in (drawn(6, 3), drawn(6, 2, name="y")))
    pairs = [k[i, j] * (other[i, j] + other[q, r] - 2 * other[i, q]) for i, j, q, r in itertools.permutations(range(6), 4)]
    assert (cka.centred(k) * cka.centred(other)).sum() / (6 * 3) == pytest.approx(float(sum(pairs) / len(pairs)))


def test_layers_with_nothing_in_common_are_at_zero_however_many_outputs_they_have():
    found = [cka_of(drawn(30, 200, name=f"x{i}"), drawn(30, 200, name=f"y{i}")) for i in range(40)]
    assert abs(np.mean(found)) < 3 * np.std(found) / 40**0.5
    assert np.std(found) < 0.2


@pytest.mark.parametrize("kind", ["problem", "normalised"])
def test_ends_that_are_one_function_by_other_names_are_alike_in_every_layer(kind, request):
    given = request.getfixturevalue(kind)
    first, other = given.init(1), given.init(2)
    end = Subspace(first[None], Points(1))
    named = permute.build(given, [end], order="random", seed=0).anchors[-1]
    table = cka.measure(given, Subspace(torch.stack([first, named]), PolyChain(2)), resolution=3)
    at = table.set_index(["layer", "index", "reference"])["cka"].unstack("reference")
    assert len(at) == 3 * 3, "three layers at three points"
    assert np.allclose(at.loc[(slice(None), [0, 2]), :], 1)
    apart = cka.measure(given, Subspace(torch.stack([first, other]), PolyChain(2)), resolution=2)
    assert (apart.query("index != reference")["cka"] < 0.999).all()
    same = apart.query("index == reference")
    assert np.allclose(same[["cka", "variance"]], 1)


def test_the_variance_of_unmatched_units_is_halved():
    """Var[(a + b) / 2] = (Var a + Var b + 2 Cov) / 4; of layers that are one, moved, it stays."""
    a, b = torch.linalg.qr(drawn(400, 12) - drawn(400, 12).mean(0))[0].split(6, 1)
    ratio = [cka.compared(z @ z.T, a @ a.T)[1].item() for z in ((a + b) / 2, a + 3, 2 * a)]
    assert ratio == pytest.approx([0.5, 1, 4], rel=1e-9)


def test_what_is_no_path_and_has_no_layer(problem):
    with pytest.raises(ValueError, match="this needs a path"):
        cka.measure(problem, Subspace(problem.init(1)[None], Points(1)))
    wedges = Problem(ParamSpace(partial(wedge.build, (0,), 1, dimension=3, long=1)), formula.load(None))
    with pytest.raises(ValueError, match="in this network none runs"):
        cka.measure(wedges, Subspace(torch.eye(3)[:2], PolyChain(2)))


def test_the_figure_of_layers(tmp_path):
    given = {"layer": ["in", "out"], "u0": [0.0, 0.5, 1.0], "reference": [0, 1], "depth": lambda row: int(row.layer == "out")}
    variance = lambda row: (1 - 0.5 * (row.u0 == 0.5)) * (1 + row.reference)  # noqa: E731
    table = planted("cka", labels=["segment", "repaired"], cka=lambda row: 1 - row.u0 / 2, variance=variance, **given)
    figure = layers.draw(layers=table)
    written(tmp_path, figure, layers)
    alike, left = figure.axes[:2]
    assert alike.lines[0].get_ydata().tolist() == [1, 0.75, 0.5]
    assert left.lines[1].get_ydata().tolist() == pytest.approx([1, 0.5 / (0.5 + 0.5 / 2), 2])
    assert [line.get_label() for line in alike.lines] == ["in", "out"]
    given = {"u0": [0.0, 0.5, 1.0], "member": ["alone", "scaled"], "quantity": "nll", "labels": ["segment", "repaired"]}
    tempered = planted("path_ensemble", value=lambda row: 1 + row.u0 * (row.member == "alone"), **given)
    last = layers.draw(layers=table, tempered=tempered).axes[5]
    assert [line.get_ydata().tolist() for line in last.lines] == [[1, 1.5, 2], [1, 1, 1]]
