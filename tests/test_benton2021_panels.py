"""The figures of Benton et al. 2021 draw what is in their tables: values that were planted are read back."""

from itertools import combinations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from conftest import saved
from matplotlib.colors import to_hex
from matplotlib.contour import QuadContourSet
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

from lossland.papers.benton2021.figures import a2 as benton2021_a2
from lossland.papers.benton2021.figures import complex as benton2021_complex
from lossland.papers.benton2021.figures import fig2 as benton2021_fig2
from lossland.papers.benton2021.figures import fig3 as benton2021_fig3
from lossland.papers.benton2021.figures import fig4 as benton2021_fig4
from lossland.papers.benton2021.figures import fig7 as benton2021_fig7
from lossland.papers.benton2021.figures import fig10 as benton2021_fig10
from lossland.plotting.style import COLOURS
from lossland.statistics import tables as sheets

CORNERS = [(0.0, 0.0), (4.0, 0.0), (1.0, 3.0)]
T = np.linspace(0, 1, 5)


def drawn(axis):
    return {line.get_label(): line for line in axis.lines}


def sheet_of(axis):
    return next(c for c in axis.collections if isinstance(c, QuadContourSet) and c.filled)


def long(frame, values, **names):
    """One block of rows for each (split, quantity)."""
    return pd.concat([frame.assign(split=s, quantity=q, value=v, **names) for (s, q), v in values.items()])


def planted_plane(name="plane", value=lambda x, y: x + y, path=(), run="1"):
    grid = [("grid", i, x, y) for i, (x, y) in enumerate((x, y) for x in range(-1, 6) for y in range(-1, 5))]
    marks = [(mark, i, *p) for mark, points in (("spanning", CORNERS), ("path", path)) for i, p in enumerate(points)]
    points = pd.DataFrame(grid + marks, columns=["mark", "index", "u0", "u1"])
    height = value(points["u0"], points["u1"])
    return long(points, {("train", "nll"): height, ("test", "nll"): 7.0, ("train", "error"): 0.7}, subspace=name, run=run)


def planted_curves(name="curves", numbers=4, factor=1.0):
    """Curve i has train nll (i + 1)(1 + t) and test error (i + 1) t / 10; rows are shuffled."""
    points = pd.DataFrame([(t, i) for i in range(numbers) for t in T], columns=["u0", "u1"]).assign(mark="grid")
    points["index"] = range(len(points))
    nll, error = factor * (points["u1"] + 1) * (1 + points["u0"]), factor * (points["u1"] + 1) * points["u0"] / 10
    table = long(points, {("train", "nll"): nll, ("test", "error"): error, ("test", "nll"): 9.0}, subspace=name, run="1")
    return table.sample(frac=1, random_state=0)


def planted_fig2(**tables):
    segment = planted_curves("segment", 1, 3.0).assign(u1=np.nan)
    plane = planted_plane(path=[(4 * t, 2 * t * (1 - t)) for t in T])
    return benton2021_fig2.draw(**{"curves": planted_curves(), "segment": segment, "plane": plane} | tables)


def test_figure_2_draws_every_curve_and_the_mean_apart():
    left, middle, plane, bar = planted_fig2().axes
    for axis, values in ((left, lambda i: (i + 1) * (1 + T)), (middle, lambda i: 10 * (i + 1) * T)):
        *thin, mean, straight = axis.lines
        for i, line in enumerate(thin, 1):
            assert line.get_xydata() == pytest.approx(np.stack([T, values(i)], axis=1))
        assert mean.get_ydata() == pytest.approx(values(0))
        assert mean.get_linewidth() > thin[0].get_linewidth()
        assert straight.get_ydata() == pytest.approx(3 * values(0))
    assert (left.get_ylabel(), middle.get_ylabel()) == ("train nll [nats]", "test error [%]")
    assert (left.get_yscale(), middle.get_yscale()) == ("log", "linear")
    assert (plane.get_xlabel(), bar.get_ylabel()) == ("distance", "train nll [nats]")


def test_figure_2_marks_what_is_noted_of_the_plane():
    axis = planted_fig2().axes[2]
    path, ends, bend = axis.lines
    assert path.get_xdata().tolist() == pytest.approx([4 * t for t in T])
    assert ends.get_xydata().tolist() == [list(p) for p in CORNERS[:2]]
    assert bend.get_xydata().tolist() == [list(CORNERS[2])]
    bare = planted_fig2(plane=planted_plane().query("mark == 'grid'")).axes[2]
    assert sum(len(line.get_xdata()) for line in bare.lines) == 0


def test_figure_2_refuses_a_single_curve_and_a_table_without_test_errors():
    curves = planted_curves()
    with pytest.raises(ValueError, match="curves is curves, a single curve; measure a subspace of method swag_curve"):
        planted_fig2(curves=curves.assign(u1=np.nan))
    with pytest.raises(ValueError, match="curves of curves has no rows of split test, only of train; name one of them"):
        planted_fig2(curves=curves[curves["split"] == "train"])


HEIGHTS = {
    "slope": lambda x, y: x + y + 2,
    "flat": lambda x, y: 0 * x + 0.3,
    "perfect": lambda x, y: 0 * x,
    "much too high": lambda x, y: 0 * x + 1e12,
    "not finite": lambda x, y: 0 * x + np.nan,
    "partly finite": lambda x, y: np.where(x > 2, np.inf, x + y + 2),
}


@pytest.mark.parametrize("height", HEIGHTS)
def test_planes_of_any_loss(height, tmp_path):
    plane = planted_plane(value=HEIGHTS[height])
    saved(planted_fig2(plane=plane), tmp_path / "2.png")
    saved(benton2021_fig3.draw(faces=plane, titles=[["plane", "face"]], modes=[1]), tmp_path / "3.png")
    saved(benton2021_fig7.draw(face=plane, functions=planted_boundaries()), tmp_path / "7.svg")


FACES = pd.concat([planted_plane("a"), planted_plane("b", lambda x, y: 0 * x + 0.5), planted_plane("a", run="2")])


def test_faces_share_one_scale_and_are_in_the_order_of_the_option():
    figure = benton2021_fig3.draw(faces=FACES, titles=[["b", "B"], ["a", "A"], ["b", "C"]], modes=[2, 0, 3], highest=1.4)
    *axes, bar = figure.axes
    assert [axis.get_title() for axis in axes] == ["B", "A", "C"]
    for axis in axes:
        assert sheet_of(axis).levels == pytest.approx(np.linspace(0, 1.4, 8))
        assert (axis.get_aspect(), axis.get_xlabel()) == (1, "distance")
    assert bar.get_ylabel() == "train nll [nats]"
    lower = benton2021_fig3.draw(faces=FACES, titles=[["b", "B"]], modes=[1])
    assert sheet_of(lower.axes[0]).levels[-1] == 0.5
    other = benton2021_fig3.draw(faces=FACES, titles=[["b", "B"]], modes=[1], split="test", highest=9.0)
    assert sheet_of(other.axes[0]).levels[-1] == 7.0


def test_colours_of_a_face_follow_its_values():
    """x + y + 2, at most 11, in seven steps: each lies between two lines x + y = constant."""
    plane = planted_plane(value=lambda x, y: x + y + 2)
    shades = sheet_of(benton2021_fig3.draw(faces=plane, titles=[["plane", ""]], modes=[1], highest=99.0).axes[0])
    steps = np.linspace(0, 11, 8)
    for low, high, path in zip(steps[:-1], steps[1:], shades.get_paths(), strict=True):
        heights = path.vertices.sum(axis=1) + 2
        assert (heights.min(), heights.max()) == pytest.approx((low, high))


@pytest.mark.parametrize("modes", range(4))
def test_a_face_has_its_triangle_modes_filled_and_connectors_open(modes):
    axis = benton2021_fig3.draw(faces=FACES, titles=[["a", "A"]], modes=[modes]).axes[0]
    (edges,) = axis.patches
    assert edges.get_xy().tolist() == [list(p) for p in (*CORNERS, CORNERS[0])]
    assert not edges.get_fill()
    mode, connector = drawn(axis)["mode"], drawn(axis)["connector"]
    assert mode.get_xydata().tolist() == [list(p) for p in CORNERS[:modes]]
    assert connector.get_xydata().tolist() == [list(p) for p in CORNERS[modes:]]
    assert mode.get_markerfacecolor() == COLOURS["mode"]
    assert connector.get_markerfacecolor() == "white"
    assert mode.get_marker() != connector.get_marker()


def test_faces_refuse_what_they_cannot_draw():
    with pytest.raises(ValueError, match="modes lists 1 numbers for 2 faces; list one for each of titles"):
        benton2021_fig3.draw(faces=FACES, titles=[["a", "A"], ["b", "B"]], modes=[1])
    with pytest.raises(ValueError, match="faces has no rows of c, only of a, b; name one of them"):
        benton2021_fig3.draw(faces=FACES, titles=[["c", "C"]], modes=[1])
    two = FACES[(FACES["mark"] != "spanning") | (FACES["index"] < 2)]
    with pytest.raises(ValueError, match="A marks 2 vertices, and a face has three; measure a subspace of method face"):
        benton2021_fig3.draw(faces=two, titles=[["a", "A"]], modes=[1])


SIMPLEXES = [[0, 2, 3, 4], [1, 2, 3], [1, 4]]
POINTS = np.random.default_rng(0).normal(size=(5, 3))


def planted_vertices(points=POINTS, simplexes=SIMPLEXES):
    numbers = [" ".join(str(n) for n, s in enumerate(simplexes) if i in s) for i in range(len(points))]
    table = pd.DataFrame(points, columns=["x", "y", "z"]).assign(simplexes=numbers, run="1", subspace="k")
    table["index"], table["mode"] = range(len(points)), np.arange(len(points)) < 2
    shares = {"share_x": 0.5, "share_y": 0.25, "share_z": 0.125}
    other = table.assign(run="2", x=99.0)
    return pd.concat([table[::-1], other]).assign(nll=0.01 * table["index"], error=0.1, **shares)


def test_edges_and_faces_are_those_of_the_simplexes_each_once():
    table = planted_vertices().query("run == '1'").sort_values("index")
    for size in (2, 3):
        assert sheets.cliques(table, size) == sorted({f for s in SIMPLEXES for f in combinations(s, size)})
    assert len(sheets.cliques(table, 3)) == 5
    ten = planted_vertices(simplexes=[[0, 1]] + [[2, 3]] * 10 + [[0, 4]]).query("run == '1'").sort_values("index")
    assert sheets.cliques(ten, 2) == [(0, 1), (0, 4), (2, 3)], "simplex 11 is not simplex 1"
    assert sheets.cliques(ten, 3) == []


def test_a_cube_holds_all_points_and_keeps_proportions():
    low, high = sheets.cube(pd.DataFrame(POINTS, columns=["x", "y", "z"]))
    assert (low < POINTS).all()
    assert (high > POINTS).all()
    assert np.ptp(high - low) == pytest.approx(0)
    one = sheets.cube(pd.DataFrame({"x": [3.0], "y": [4.0], "z": [5.0]}))
    assert [side.tolist() for side in one] == [[2, 3, 4], [4, 5, 6]]


def test_the_complex_stands_in_both_views_with_its_faces_and_edges():
    figure = benton2021_fig4.draw(vertices=planted_vertices())
    assert len(figure.axes) == 2
    for axis in figure.axes:
        faces, edges = (next(c for c in axis.collections if type(c) is kind) for kind in (Poly3DCollection, Line3DCollection))
        kept = np.array(edges._segments3d)
        assert kept == pytest.approx(POINTS[sorted({e for s in SIMPLEXES for e in combinations(s, 2)})])
        axis.get_figure().draw_without_rendering()
        assert len(faces.get_paths()) == 5
        assert 0 < faces.get_alpha() < 0.5
        dots = {c.get_label(): c for c in axis.collections if c.get_label() in ("mode", "connector")}
        for name, points in (("mode", POINTS[:2]), ("connector", POINTS[2:])):
            assert pytest.approx(points) == np.array(dots[name]._offsets3d).T
            assert to_hex(dots[name].get_facecolor()[0]).upper() == COLOURS[name]
        assert [text.get_text().strip() for text in axis.texts] == list("01234")
        assert [line.get_label_text() for line in (axis.xaxis, axis.yaxis, axis.zaxis)] == [
            "PC 1: 50 %",
            "PC 2: 25 %",
            "PC 3: 12 %",
        ]
        assert np.ptp([np.ptp(axis.get_xlim()), np.ptp(axis.get_ylim()), np.ptp(axis.get_zlim())]) == pytest.approx(0)


def test_the_page_of_a_complex_has_the_same_parts_and_says_what_a_vertex_is(tmp_path):
    figure = benton2021_complex.draw(vertices=planted_vertices())
    assert isinstance(figure, go.Figure)
    faces, edges, modes, connectors = figure.data
    assert sorted(zip(faces.i, faces.j, faces.k, strict=True)) == sorted({f for s in SIMPLEXES for f in combinations(s, 3)})
    assert np.stack([faces.x, faces.y, faces.z], axis=1) == pytest.approx(POINTS)
    line = np.stack([edges.x, edges.y, edges.z], axis=1).reshape(-1, 3, 3)
    assert line[:, :2] == pytest.approx(POINTS[sorted({e for s in SIMPLEXES for e in combinations(s, 2)})])
    assert np.isnan(line[:, 2]).all(), "the pen is lifted between edges"
    assert [list(part.text) for part in (modes, connectors)] == [["0", "1"], ["2", "3", "4"]]
    assert modes.marker.symbol != connectors.marker.symbol
    assert connectors.customdata[:, 0].tolist() == pytest.approx([0.02, 0.03, 0.04])
    assert connectors.customdata[:, 1].tolist() == pytest.approx([10] * 3)
    assert connectors.customdata[:, 2].tolist() == ["0 1", "0 1", "0 2"]
    assert figure.layout.scene.yaxis.title.text == "PC 2: 25 % of variance"
    saved(figure, tmp_path / "a.html")
    saved(benton2021_complex.draw(vertices=planted_vertices()), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert "<script src=" not in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize("simplexes", [[[0, 2], [1, 2]], [[0, 1, 2]]])
def test_complexes_without_faces_and_in_one_plane(simplexes, tmp_path):
    table = planted_vertices(POINTS[:3] * [1, 1, 0], simplexes)
    saved(benton2021_fig4.draw(vertices=table), tmp_path / "f.png")
    page = benton2021_complex.draw(vertices=table)
    assert len(page.data[0].i) == (len(simplexes) == 1)
    saved(page, tmp_path / "f.html")


def planted_boundaries(networks=7, name="simplex", slope=50.0):
    """Network i is sure of class 1 right of x0 = i / 10 - 0.3."""
    x, y = np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-2, 2, 9))
    frames = []
    for i in range(networks):
        output = 1 / (1 + np.exp(-slope * (x.ravel() - i / 10 + 0.3)))
        frames.append(
            pd.DataFrame({"index": i, "point": range(x.size), "source": 0, "x0": x.ravel(), "x1": y.ravel(), "output": output})
        )
    return pd.concat(frames).assign(subspace=name, run="1")


def boundary(axis):
    (line,) = (c for c in axis.collections if isinstance(c, QuadContourSet) and not c.filled)
    assert line.levels.tolist() == [0.5]
    return np.concatenate([path.vertices for path in line.get_paths()])


def test_five_boundaries_and_that_of_the_mean():
    figure = benton2021_fig7.draw(face=planted_plane("face"), functions=planted_boundaries())
    face, *panels, bar = [a for a in figure.axes if a.get_title() or a.get_ylabel() == "probability of class 1"]
    assert face.get_title() == "A face of the simplex"
    assert drawn(face)["mode"].get_xydata().tolist() == [list(CORNERS[0])]
    assert [axis.get_title() for axis in panels] == [*(f"network {i}" for i in range(5)), "mean of 7"]
    for i, axis in enumerate(panels[:5]):
        assert boundary(axis)[:, 0] == pytest.approx(i / 10 - 0.3, abs=1e-6)
        assert sheet_of(axis).norm.vmin == 0
        assert sheet_of(axis).norm.vmax == 1
    assert boundary(panels[5])[:, 0] == pytest.approx(0, abs=1e-6), "of the median network, all being equally steep"
    assert bar.get_ylabel() == "probability of class 1"


def test_few_networks_and_one_that_is_never_in_doubt(tmp_path):
    functions = planted_boundaries(2)
    sure = functions.assign(output=functions["output"].where(functions["index"] > 0, 0.9))
    figure = benton2021_fig7.draw(face=planted_plane(), functions=sure, modes=3)
    panels = {axis.get_title(): axis for axis in figure.axes}
    assert {"network 0", "network 1", "mean of 2"} < set(panels)
    assert "network 2" not in panels
    assert not any(isinstance(c, QuadContourSet) and not c.filled for c in panels["network 0"].collections)
    saved(figure, tmp_path / "f.png")
    with pytest.raises(ValueError, match="functions of simplex have one input; a boundary needs a task of two"):
        benton2021_fig7.draw(face=planted_plane(), functions=functions.assign(x1=np.nan))


X = np.linspace(-2, 2, 9)


def planted_functions(name, slopes):
    """f_i(x) = 1 + slope_i x; rows are shuffled."""
    frames = [
        pd.DataFrame({"index": i, "point": range(9), "source": 0, "x0": X, "output": 1 + s * X}) for i, s in enumerate(slopes)
    ]
    return pd.concat(frames).assign(subspace=name, run="1", x1=np.nan).sample(frac=1, random_state=0)


FUNCTIONS = pd.concat([planted_functions("a", [1.0, 2.0, 6.0]), planted_functions("b", [0.0, 0.0])])


def test_bands_are_means_and_multiples_of_the_standard_deviation():
    figure = benton2021_fig10.draw(functions=FUNCTIONS, titles=[["b", "B"], ["a", "A"]], intervals=[[-1, 0.5]], singles=2)
    assert [axis.get_title() for axis in figure.axes] == ["B, 2 networks", "A, 3 networks"]
    axis, deviation = figure.axes[1], 7**0.5  # of 1, 2, 6, with n - 1
    bands = {c.get_label(): c.get_paths()[0].vertices for c in axis.collections}
    assert list(bands) == ["3 std", "2 std", "1 std"], "the widest lies at the back"
    for k in (1, 2, 3):
        at_the_end = bands[f"{k} std"][bands[f"{k} std"][:, 0] == 2][:, 1]
        assert (at_the_end.min(), at_the_end.max()) == pytest.approx((7 - 2 * k * deviation, 7 + 2 * k * deviation))
    mean, *single = axis.lines
    assert mean.get_xydata() == pytest.approx(np.stack([X, 1 + 3 * X], axis=1))
    assert [line.get_ydata() for line in single] == [pytest.approx(1 + X), pytest.approx(1 + 2 * X)]
    (interval,) = axis.patches
    assert (interval.get_x(), interval.get_width()) == (-1, 1.5)
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()
    assert (figure.get_supxlabel(), figure.get_supylabel()) == ("input x", "output f(x)")


def test_bands_without_data_and_singles_and_with_a_network_that_is_not_finite(tmp_path):
    broken = FUNCTIONS.assign(output=FUNCTIONS["output"].where(~((FUNCTIONS["x0"] > 1) & (FUNCTIONS["index"] == 1)), np.inf))
    figure = benton2021_fig10.draw(functions=broken, titles=[["a", "A"]], singles=0)
    (mean,) = figure.axes[0].lines
    assert np.isfinite(mean.get_ydata()).tolist() == [True] * 7 + [False] * 2
    assert not figure.axes[0].patches
    saved(figure, tmp_path / "f.png")


def test_bands_refuse_what_is_no_regression_and_no_interval():
    for table, said in (
        (FUNCTIONS.assign(x1=0.0), "functions of A have two inputs; bands need a regression in one dimension"),
        (FUNCTIONS.query("index == 0"), "functions of A are of one network; a band needs two or more"),
    ):
        with pytest.raises(ValueError, match=said):
            benton2021_fig10.draw(functions=table, titles=[["a", "A"]])
    for ends in ([1.0], [2.0, 1.0]):
        with pytest.raises(ValueError, match=r"intervals\.1 is .*; it must be \[low, high\]"):
            benton2021_fig10.draw(functions=FUNCTIONS, titles=[["a", "A"]], intervals=[[0.0, 1.0], ends])


def planted_draws(name, simplexes, stretch=1.0):
    rng = np.random.default_rng(0)
    corners = np.array([[0, 0], [stretch, 0], [0.5, 0.8]])
    points = rng.dirichlet(np.ones(3), len(simplexes)) @ corners
    table = pd.DataFrame(np.concatenate([corners, points]), columns=["x", "y"])
    table["simplex"] = [-1] * 3 + simplexes
    table["index"] = range(len(table))
    return table.assign(subspace=name, run="", stretch=stretch)


def test_draws_lie_in_their_triangles(tmp_path):
    one, two = planted_draws("one", [0] * 30), planted_draws("two", [0, 1] * 15)
    figure = benton2021_a2.draw(samples=pd.concat([two, one]), titles=[["one", "One"], ["two", "Two"]])
    for axis, table, title in zip(figure.axes, (one, two), ("One: 30 draws", "Two: 30 draws"), strict=True):
        assert axis.get_title() == title
        (triangle,) = axis.patches
        assert triangle.get_xy()[:3] == pytest.approx(table[["x", "y"]].to_numpy()[:3])
        for number, points in table[table["simplex"] >= 0].groupby("simplex"):
            assert drawn(axis)[f"simplex {number}"].get_xydata() == pytest.approx(points[["x", "y"]].to_numpy())
    assert len(figure.legends) == 1
    saved(figure, tmp_path / "f.png")
    alone = benton2021_a2.draw(samples=one.query("simplex >= 0"), titles=[["one", "One"]])
    assert not alone.legends
    saved(alone, tmp_path / "g.png")
    with pytest.raises(ValueError, match="samples has no rows of three, only of one; name one of them"):
        benton2021_a2.draw(samples=one, titles=[["three", ""]])


def test_one_simplex_is_drawn_as_it_is_and_stretched(tmp_path):
    plain, long, other = planted_draws("one", [0] * 30), planted_draws("one", [0] * 30, 100.0), planted_draws("two", [0, 0])
    figure = benton2021_a2.draw(samples=pd.concat([long, other, plain]), titles=[["one", "One"], ["two", "Two"]])
    titles = ["One: 30 draws", "One: 30 draws\none edge 100 times as long", "Two: 2 draws"]
    assert [axis.get_title() for axis in figure.axes] == titles
    for axis, table in zip(figure.axes, (plain, long, other), strict=True):
        assert axis.patches[0].get_xy()[:3] == pytest.approx(table[["x", "y"]].to_numpy()[:3])
        assert len(drawn(axis)["simplex 0"].get_xydata()) == len(table) - 3
    saved(figure, tmp_path / "f.png")
