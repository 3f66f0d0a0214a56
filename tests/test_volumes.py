"""Volumes of simplexes against closed forms and exact arithmetic, and the tables of complexes that are made from them."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
import torch

from lossland.geometry import volumes
from lossland.geometry.charts.complex import Complex
from lossland.geometry.charts.points import Points
from lossland.landscape.simplexes import restricted, stages
from lossland.landscape.subspace import Subspace
from lossland.methods import connector, sgd
from lossland.options import Recipe
from lossland.probes import landscape, sampled, vertices, volume
from lossland.rng import stream

EDGE = 59.25  # of random networks of 15 million parameters


def regular(n, edge=1.0, dimension=None):
    """The regular simplex of n vertices [n D], float64: multiples of unit vectors."""
    return edge / math.sqrt(2) * torch.eye(n, dimension or n, dtype=torch.float64)


def regular_log_volume(n, edge):
    m = n - 1
    return m * math.log(edge) + math.log(n) / 2 - math.lgamma(n) - m * math.log(2) / 2


def normal(*shape, name=0):
    return torch.randn(*shape, generator=stream("volumes", name), dtype=torch.float64)


def determinant(rows):
    """Exact, by elimination."""
    rows, value = [[Fraction(x) for x in row] for row in rows], Fraction(1)
    for i in range(len(rows)):
        pivot = next((j for j in range(i, len(rows)) if rows[j][i]), None)
        if pivot is None:
            return Fraction(0)
        value *= rows[pivot][i] * (1 if pivot == i else -1)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for j in range(i + 1, len(rows)):
            factor = rows[j][i] / rows[i][i]
            rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    return value


def exact_square(points):
    """V^2 of a simplex of whole-numbered points as a fraction, by Cayley and Menger."""
    n = len(points)
    squares = [[sum((a - b) ** 2 for a, b in zip(p, q, strict=True)) for q in points] for p in points]
    matrix = [[*row, 1] for row in squares] + [[1] * n + [0]]
    return abs(determinant(matrix)) / (math.factorial(n - 1) ** 2 * 2 ** (n - 1))


def logarithm(fraction):
    return math.log(fraction.numerator) - math.log(fraction.denominator)


def own_log_volume(points):
    return volumes.log_volume(volumes.inner(points), range(len(points))).item()


@pytest.mark.parametrize("edge", [1e-3, 1.0, EDGE])
@pytest.mark.parametrize("n", range(2, 19))
def test_a_regular_simplex_in_any_dimension(n, edge):
    points = regular(n, edge, 400).float()
    assert own_log_volume(points) == pytest.approx(regular_log_volume(n, edge), abs=1e-6 * n)
    inner = volumes.inner(points)
    squares = volumes.squares(inner)[~torch.eye(n, dtype=torch.bool)]
    torch.testing.assert_close(squares, torch.full_like(squares, edge**2), rtol=1e-6, atol=0)
    height = volumes.height(inner, range(n), n // 2).item()
    assert height == pytest.approx(edge * math.sqrt(n / (2 * (n - 1))), rel=1e-6)


@pytest.mark.parametrize("n", range(2, 13))
def test_float64_against_cayley_and_menger_in_exact_arithmetic(n):
    points = torch.randint(-50, 51, (n, n + 2), generator=stream("points", n)).double()
    square = exact_square(points.long().tolist())
    assert 2 * own_log_volume(points) == pytest.approx(logarithm(square), abs=1e-10)
    if n < 9:
        assert volumes.released(points).item() == pytest.approx(float(square), rel=1e-9), "its formula, in float64"


def test_a_thin_simplex_in_exact_arithmetic():
    """A height of one hundred-thousandth of the edges, which a float32 determinant does not see."""
    points = torch.randint(-(10**6), 10**6, (6, 8), generator=stream("thin")).double()
    points[5] = (points[:5].sum(0) / 5).round() + torch.eye(8)[0] * 10
    square = exact_square(points.long().tolist())
    assert 2 * own_log_volume(points) == pytest.approx(logarithm(square), abs=1e-4)
    single = volumes.released((points / 10**6).float()).item() * 10.0**60
    assert single != pytest.approx(float(square), rel=0.5)


@pytest.mark.parametrize("n", [2, 4, 9])
def test_a_volume_scales_and_knows_no_order_and_no_place(n):
    points = normal(n, 30)
    own, order = own_log_volume(points), torch.randperm(n, generator=stream("order"))
    assert own_log_volume(3 * points) == pytest.approx(own + (n - 1) * math.log(3), abs=1e-10)
    assert own_log_volume(points[order] + normal(30, name=1)) == pytest.approx(own, abs=1e-10)


def test_the_volume_of_a_point_is_one_and_of_a_segment_its_length():
    points = normal(2, 5)
    inner = volumes.inner(points)
    assert volumes.log_volume(inner, [1]).item() == 0
    assert volumes.released(points[:1]).item() == 1
    assert volumes.log_volume(inner, [1, 0]).exp().item() == pytest.approx((points[1] - points[0]).norm().item())


def test_dependent_vertices_have_no_volume_and_no_slope():
    points = torch.tensor([[0.0, 0], [1, 0], [2, 0], [3, 1]], dtype=torch.float64)
    inner = volumes.inner(points)
    assert volumes.log_volume(inner, [0, 1, 2]).item() == -math.inf
    assert not volumes.slope(inner, [0, 1, 2], 2).any()
    assert volumes.height(inner, [0, 1, 2], 2).item() == 0
    both = torch.logsumexp(volumes.log_volumes(inner, [[0, 1, 2], [0, 1, 3]]), 0)
    assert both.item() == pytest.approx(math.log(0.5)), "a triangle that is none adds nothing"


@pytest.mark.parametrize("vertex", [0, 1, 4])
def test_the_slope_of_the_log_volume_by_finite_differences(vertex):
    points, simplex, step = normal(6, 9), [0, 1, 3, 4], 1e-6
    slope = volumes.slope(volumes.inner(points), simplex, vertex)
    assert slope[[2, 5]].eq(0).all(), "vertices of no part in it"
    gradient = slope @ points
    for direction in normal(4, 9, name=2):
        ends = []
        for sign in (1, -1):
            moved = points.clone()
            moved[vertex] += sign * step * direction
            ends.append(own_log_volume(moved[simplex]))
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx((gradient @ direction).item(), rel=1e-6)


def test_the_slope_is_one_over_the_height():
    points = normal(5, 20)
    inner = volumes.inner(points)
    for vertex in range(5):
        length = (volumes.slope(inner, range(5), vertex) @ points).norm().item()
        assert length == pytest.approx(1 / volumes.height(inner, range(5), vertex).item())


def test_heights_of_a_right_simplex():
    """Legs a_i: each its own height; the corner lies 1 / sqrt(sum 1 / a_i^2) from the face across."""
    legs = torch.tensor([0.5, 2, 3, 7], dtype=torch.float64)
    points = torch.cat([torch.zeros(1, 4, dtype=torch.float64), legs.diag()])
    inner = volumes.inner(points)
    for i, leg in enumerate(legs.tolist(), 1):
        assert volumes.height(inner, range(5), i).item() == pytest.approx(leg)
    assert volumes.height(inner, range(5), 0).item() == pytest.approx((1 / legs.square()).sum().rsqrt().item())
    assert volumes.log_volume(inner, range(5)).item() == pytest.approx(math.log(legs.prod().item() / 24))


def test_a_vertex_more_is_a_row_more():
    points = normal(6, 11)
    torch.testing.assert_close(volumes.extended(volumes.inner(points[:5]), points), volumes.inner(points))


@pytest.mark.parametrize("n", range(2, 9))
def test_the_released_determinant_of_small_round_simplexes(n):
    points = regular(n, 2.0, 50).float() + normal(50).float()
    assert volumes.released(points).item() == pytest.approx(math.exp(2 * regular_log_volume(n, 2.0)), rel=1e-3)


def test_the_released_determinant_overflows_at_eleven_random_networks_of_the_paper():
    """V^2 itself is far below what float32 holds; float64 in logarithms goes on to any number. At 11 the determinant would fit,
    11 EDGE^20, and it depends on the order of its factors whether their product does."""
    points = regular(18, EDGE, 400).float()
    finite = [volumes.released(points[:n]).isfinite().item() for n in range(2, 19)]
    assert finite in (9 * [True] + 8 * [False], 10 * [True] + 7 * [False])
    assert 2 * regular_log_volume(11, EDGE) / math.log(10) < 30
    assert own_log_volume(points) == pytest.approx(regular_log_volume(18, EDGE), abs=1e-5)


def test_the_released_determinant_sees_a_volume_where_there_is_none():
    points = regular(6, 18.0, 400)
    points[5] = points[:5].mean(0)
    assert own_log_volume(points) < math.log(1e-4)
    assert volumes.released(points.float() + normal(400).float()).item() > 0.01


def complex_of(points, simplexes, modes):
    """A complex of the points [k D], all but the first `modes` of them added, with lambdas 1, 2, ..."""
    strength = torch.arange(1, len(points) - modes + 1, dtype=torch.float64)
    return Subspace(points.float(), Complex(len(points), simplexes), {"strength": strength})


def test_a_complex_after_each_vertex():
    joined = complex_of(normal(6, 9), [[0, 3, 4], [1, 3], [2, 3, 5], [3, 4]], 3)
    assert stages(joined) == {
        1: [(0, 3), (1, 3), (2, 3)],
        2: [(0, 3, 4), (1, 3), (2, 3), (3, 4)],
        3: [(0, 3, 4), (1, 3), (2, 3, 5), (3, 4)],
    }
    assert restricted(joined.chart.simplexes, 4) == [(0, 3, 4), (3, 4)]


def test_the_table_of_volumes_of_a_growing_complex(problem):
    """Two modes and 16 connectors on a regular simplex, at the edge of random networks: no volume overflows but the released."""
    m, k = 2, 18
    points = regular(k, EDGE, problem.space.dimension)
    joined = complex_of(points, [[i, *range(m, k)] for i in range(m)], m)
    table = volume.measure(problem, joined).set_index(["stage", "simplex"])
    assert len(table) == 3 * 16
    for stage in range(1, 17):
        n = stage + 1
        rows = table.loc[stage]
        assert rows.loc[[0, 1], "vertices"].tolist() == [n, n]
        assert rows.loc[-1, "vertices"] == n + 1
        for number, expected in ((0, 0), (1, 0), (-1, math.log(2))):
            assert rows.loc[number, "log_volume"] == pytest.approx(regular_log_volume(n, EDGE) + expected, abs=1e-5)
            assert rows.loc[number, ["longest", "shortest"]].tolist() == pytest.approx([EDGE, EDGE])
            assert rows.loc[number, "strength"] == stage
        for number, others in ((0, n - 1), (-1, n)):
            assert rows.loc[number, "height"] == pytest.approx(EDGE * math.sqrt((others + 1) / (2 * others)), rel=1e-6)
        assert rows.loc[-1, "released"] == rows.loc[0, "released"]
    own = [volumes.released(joined.anchors[list(simplex)]).item() for s in stages(joined).values() for simplex in s]
    assert table.drop(-1, level="simplex")["released"].tolist() == own
    assert np.isinf(table["released"].loc[11:]).all()


def test_a_simplex_without_the_newest_vertex_has_no_height(problem):
    joined = complex_of(normal(5, problem.space.dimension), [[0, 2], [1, 2], [0, 3, 4]], 2)
    table = volume.measure(problem, joined).set_index(["stage", "simplex"])["height"]
    assert table.loc[3].isna().tolist() == [True, True, False, False]
    assert table.loc[2].isna().tolist() == [True, True, False, False]


def test_what_is_no_complex_is_refused(problem):
    network = sgd.build(problem, [], recipe=Recipe(1, 0.1), seed=0)
    for probe in (volume, vertices):
        with pytest.raises(
            ValueError, match="Points of 1 anchor is not a complex whose vertices were trained; name a simplex,"
        ):
            probe.measure(problem, network)
    with pytest.raises(ValueError, match="sampled shows the plane of three vertices"):
        sampled.measure(problem, network)
    flat = torch.arange(3.0)[:, None].expand(3, problem.space.dimension)
    with pytest.raises(ValueError, match="first three vertices lie on one line"):
        sampled.measure(problem, complex_of(flat, [[0, 1, 2]], 1))


def test_four_vertices_are_drawn_as_far_apart_as_they_are(problem):
    points = normal(4, problem.space.dimension)
    joined = complex_of(points, [[0, 2], [1, 2, 3]], 2)
    table = vertices.measure(problem, joined)
    places = torch.tensor(table[["x", "y", "z"]].to_numpy())
    torch.testing.assert_close(torch.pdist(places), torch.pdist(points.float().double()), rtol=1e-6, atol=0)
    shares = table[["share_x", "share_y", "share_z"]].to_numpy()
    variances = places.var(0, correction=0).numpy()
    np.testing.assert_allclose(shares, np.tile(variances / variances.sum(), (4, 1)), rtol=1e-9)
    assert table["mode"].tolist() == [True, True, False, False]
    assert table["simplexes"].tolist() == ["0", "1", "0 1", "1"]


def test_three_vertices_lie_in_a_plane_and_have_the_scores_of_a_landscape(problem):
    recipe = Recipe(2, 0.1)
    joined = connector.build(problem, [sgd.build(problem, [], recipe=recipe, seed=s) for s in (1, 2)], recipe=recipe, seed=0)
    table = vertices.measure(problem, joined)
    assert not table[["z", "share_z"]].any(axis=None)
    assert table[["share_x", "share_y"]].sum(axis=1).tolist() == pytest.approx([1, 1, 1])
    alone = landscape.measure(problem, Subspace(joined.anchors, Points(3)), splits=["train"]).set_index("quantity")
    for quantity in ("nll", "error"):
        assert table[quantity].tolist() == alone.loc[quantity, "value"].tolist()


@pytest.mark.parametrize("stretch", [1.0, 5.0])
def test_draws_of_a_triangle_are_uniform_in_it_whatever_its_shape(problem, stretch):
    """Barycentric coordinates, solved for from the drawn corners, have the moments of the flat Dirichlet distribution."""
    points = torch.zeros(3, problem.space.dimension, dtype=torch.float64)
    points[:, :2] = torch.tensor([[1.0, 2], [4, 6], [0, 9]])
    n = 4000
    table = sampled.measure(problem, complex_of(points, [[0, 1, 2]], 1), samples=n, stretches=[stretch])
    assert set(table["stretch"]) == {stretch}
    corner, table = table[table["simplex"] < 0], table[table["simplex"] >= 0]
    edges = points[1:, :2] - points[0, :2]
    length = edges[0].norm().item()
    along = (edges[1] @ edges[0]).item() / length
    corners = np.array([[0, 0], [stretch * length, 0], [along, math.sqrt(edges[1].square().sum().item() - along**2)]])
    np.testing.assert_allclose(corner[["x", "y"]], corners, atol=1e-9)
    system = np.vstack([corners.T, np.ones(3)])
    u = np.linalg.solve(system, np.vstack([table[["x", "y"]].to_numpy().T, np.ones(n)]))
    assert u.min() >= -1e-9
    np.testing.assert_allclose(u.mean(1), 1 / 3, atol=5 * math.sqrt(1 / 18 / n))
    np.testing.assert_allclose(np.cov(u, ddof=0), (np.eye(3) - 1 / 3) / 12, atol=0.01)
    assert (table["simplex"] == 0).all()


def test_a_stretch_moves_the_same_draws_along_the_first_edge(problem):
    """x grows by (stretch - 1) u_1 times the length of that edge, the coordinate u_1 solved for from the corners as they are."""
    triangle = complex_of(normal(3, problem.space.dimension), [[0, 1, 2]], 1)
    table = sampled.measure(problem, triangle, samples=50, stretches=[1, 100.0])
    assert not table.duplicated(sampled.KEY).any()
    assert table["stretch"].dtype == np.float64
    plain, long = (table[table["stretch"] == stretch].set_index("index") for stretch in (1, 100))
    assert len(plain) == len(long) == 53
    assert plain[["simplex", "y"]].equals(long[["simplex", "y"]])
    system = np.vstack([plain[["x", "y"]].to_numpy()[:3].T, np.ones(3)])
    u = np.linalg.solve(system, np.vstack([plain[["x", "y"]].to_numpy().T, np.ones(53)]))
    np.testing.assert_allclose(long["x"], plain["x"] + 99 * u[1] * plain.loc[1, "x"], rtol=1e-9, atol=1e-9)
    alone = sampled.measure(problem, triangle, samples=50)
    assert alone.equals(table[table["stretch"] == 1])


def test_a_draw_lies_in_the_simplex_that_it_names(problem):
    """Of two triangles on a common edge along x: one above it, one below."""
    points = torch.zeros(4, problem.space.dimension)
    points[:, :2] = torch.tensor([[0.0, 0], [1, 0], [0, 1], [0, -1]])
    table = sampled.measure(problem, complex_of(points, [[1, 3, 0], [0, 1, 2]], 1), samples=200)[3:]
    assert set(table["simplex"]) == {0, 1}
    assert ((table["y"] > 0) == (table["simplex"] == 1)).all()


def test_all_edges_of_a_complex_count_once(problem):
    points = normal(5, problem.space.dimension)
    row = volume.measure(problem, complex_of(points, [[0, 1, 2], [2, 3, 4]], 2)).set_index(["stage", "simplex"]).loc[(3, -1)]
    pairs = [p for simplex in ((0, 1, 2), (2, 3, 4)) for p in combinations(simplex, 2)]
    lengths = [(points.float()[i] - points.float()[j]).double().norm().item() for i, j in pairs]
    assert [row["longest"], row["shortest"]] == pytest.approx([max(lengths), min(lengths)], rel=1e-5)
