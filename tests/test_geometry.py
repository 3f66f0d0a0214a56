"""Laws of charts and measures, in closed form and float64."""

import math

import pytest
import torch

from lossland.geometry.charts import chart
from lossland.geometry.charts.affine import Affine
from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.cone import Cone
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.geometry.charts.trivial import Trivial
from lossland.geometry.measures import ENTRIES, frame, gram
from lossland.landscape.subspace import Subspace

T = torch.linspace(0, 1, 41, dtype=torch.float64)[:, None]
CHARTS = [Points(4), PolyChain(2), PolyChain(5), Bezier(2), Bezier(5), Affine(3, ((-1, 1), (0, 2))), Trivial(6), Cone(4)]


@pytest.mark.parametrize("c", CHARTS, ids=repr)
def test_description_and_shapes(c):
    u = c.sample(7, torch.Generator().manual_seed(0))
    assert u.shape == (7, c.m)
    assert c(u).shape == (7, c.k)
    assert chart(c.describe()) == c
    if c.barycentric:
        torch.testing.assert_close(c(u).sum(1), torch.ones(7, dtype=torch.float64))
        assert (c(u) >= 0).all()


def test_bezier_and_chain_of_two_anchors_are_the_segment():
    segment = torch.cat([1 - T, T], 1)
    torch.testing.assert_close(Bezier(2)(T), segment)
    torch.testing.assert_close(PolyChain(2)(T), segment)


def test_the_trivial_curve_goes_through_zero_in_powers():
    """s = 1 - 2t, then 2t - 1; the powers 1, 2, 3 of it for the anchors of one end, zero for those of the other."""
    first, second = Trivial(6)(T)[:, :3], Trivial(6)(T)[:, 3:]
    s = 1 - 2 * T[:21]
    torch.testing.assert_close(first[:21], torch.cat([s, s**2, s**3], 1))
    assert not second[:21].any()
    torch.testing.assert_close(second, first.flip(0))
    with pytest.raises(ValueError, match="not 5"):
        Trivial(5)


@pytest.mark.parametrize("c", [PolyChain(4), Bezier(4)], ids=repr)
def test_ends_are_exact_to_the_bit(c):
    anchors = torch.randn(4, 1000)
    subspace = Subspace(anchors, c)
    ends = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    assert torch.equal(subspace.at(ends), anchors[[0, -1]])
    assert all(torch.equal(p, a) for p, a in zip(subspace.points(ends), anchors[[0, -1]], strict=True))


def test_length_of_a_chain_and_of_a_parabola():
    anchors = torch.tensor([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]], dtype=torch.float64)
    t = torch.linspace(0, 1, 61, dtype=torch.float64)[:, None]
    assert Subspace(anchors, PolyChain(3)).distances(t[:-1], t[1:]).sum().item() == pytest.approx(6)
    parabola = torch.tensor([[-1.0, 1.0], [0.0, -1.0], [1.0, 1.0]], dtype=torch.float64)  # y = x^2 on [-1, 1]
    t = torch.linspace(0, 1, 2001, dtype=torch.float64)[:, None]
    length = Subspace(parabola, Bezier(3)).distances(t[:-1], t[1:]).sum().item()
    assert length == pytest.approx(math.sqrt(5) + math.asinh(2) / 2, rel=1e-6)


def test_norms_and_distances_equal_those_of_the_points():
    for c in (Bezier(4), PolyChain(4), Affine(4, ((-1, 1),) * 3), Trivial(4)):
        s = Subspace(torch.randn(4, 50, dtype=torch.float64), c)
        u, v = c.sample(9, torch.Generator().manual_seed(1)), c.sample(9, torch.Generator().manual_seed(2))
        torch.testing.assert_close(s.norms(u), s.at(u).norm(dim=1))
        torch.testing.assert_close(s.distances(u, v), (s.at(u) - s.at(v)).norm(dim=1))


def test_gram_in_chunks_is_the_gram():
    edges = torch.randn(3, ENTRIES + 17)
    expected = (edges[1:] - edges[0]).double() @ (edges[1:] - edges[0]).double().T
    torch.testing.assert_close(gram(edges[1:], edges[0]), expected, rtol=1e-6, atol=1e-3)


def test_frame_is_orthonormal_and_refuses_a_line():
    a, b = torch.randn(2, 30)
    e1, e2 = frame(a, b)
    assert abs(e1 @ e2) < 1e-12
    assert e1.norm().item() == pytest.approx(1)
    assert e2.norm().item() == pytest.approx(1)
    assert (b.double() - (b.double() @ e1) * e1 - (b.double() @ e2) * e2).norm() < 1e-6
    with pytest.raises(ValueError, match="on one line"):
        frame(a, 2 * a)


def test_grid_of_a_plane_is_x_major_and_covers_its_box():
    grid = Affine(3, ((-1, 1), (0, 2))).grid(3)
    assert grid.tolist() == [[x, y] for x in (-1, 0, 1) for y in (0, 1, 2)]


def test_anchors_that_do_not_fit_the_chart_are_refused():
    with pytest.raises(ValueError, match="needs anchors"):
        Subspace(torch.randn(2, 5), Bezier(3))
