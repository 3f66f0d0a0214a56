"""The figures of Benton et al. 2021 draw what is in their tables: values that were planted are read back."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from conftest import saved
from matplotlib.contour import QuadContourSet
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection
from planted import planted

from lossland.papers.benton2021 import connecting
from lossland.papers.benton2021.figures import a2, a3, fig2, fig3, fig4, fig5, fig7, fig8, fig10, fig11
from lossland.papers.benton2021.figures import complex as page
from lossland.papers.benton2021.modes import simplexes
from lossland.papers.published import numbers
from lossland.statistics import tables

CORNERS = [(0.0, 0.0), (4.0, 0.0), (1.0, 3.0)]
T = np.linspace(0, 1, 5)
BOTH = {"split": ["train", "test"], "quantity": ["nll", "error"]}


def named(axis):
    return {line.get_label(): line for line in axis.lines}


def shades(axis):
    return next(c for c in axis.collections if isinstance(c, QuadContourSet) and c.filled)


def planted_plane(label="plane", value=lambda x, y: x + y, runs=1, error=0.02):
    """A face: its train nll and error and three vertices; those of the test split are nonsense."""
    points = {"grid": [(x, y) for x in range(-1, 6) for y in range(-1, 5)], "spanning": CORNERS}

    def one(mark, index, at):
        own = {"u0": at[0], "u1": at[1], "index": index, "mark": mark}
        known = {("train", "nll"): value(*at), ("train", "error"): error}
        height = lambda row: known.get((row.split, row.quantity), 7.0)  # noqa: E731
        return planted("landscape", labels=[label], runs=runs, **BOTH, **own, value=height)

    return pd.concat([one(mark, i, at) for mark, own in points.items() for i, at in enumerate(own)])


def planted_curves(label="curves", numbers=(0, 1, 2, 3), factor=1.0):
    """Curve i has train nll (i + 1)(1 + t) and test error (i + 1) t / 10; rows are shuffled."""

    known = {("train", "nll"): lambda u0: 1 + u0, ("test", "error"): lambda u0: u0 / 10}

    def value(row):
        return factor * (row.u1 + 1) * known.get((row.split, row.quantity), lambda _: 9)(row.u0)

    table = planted("landscape", labels=[label], runs=1, u0=T, u1=list(map(float, numbers)), **BOTH, value=value)
    return table.sample(frac=1, random_state=0)


def test_figure_2_draws_every_curve_and_the_mean_apart(tmp_path):
    segment = planted_curves("segment", (0,), 3.0).assign(u1=np.nan)
    curve = planted_plane().query("mark == 'grid' and u1 == 0").assign(mark="path")
    figure = fig2.draw(curves=planted_curves(), segment=segment, plane=pd.concat([planted_plane(), curve]))
    left, middle, plane, _ = figure.axes
    for axis, values in ((left, lambda i: (i + 1) * (1 + T)), (middle, lambda i: 10 * (i + 1) * T)):
        *thin, mean, straight = axis.lines
        assert [line.get_ydata() for line in thin] == [pytest.approx(values(i)) for i in (1, 2, 3)]
        assert mean.get_ydata() == pytest.approx(values(0))
        assert straight.get_ydata() == pytest.approx(3 * values(0))
    assert named(plane)["network"].get_xydata().tolist() == [list(p) for p in CORNERS[:2]]
    assert named(plane)["bend"].get_xydata().tolist() == [list(CORNERS[2])]
    saved(figure, tmp_path / "f.png")
    with pytest.raises(ValueError, match="curves is curves, a single curve; measure a subspace of method swag_curve"):
        fig2.draw(curves=planted_curves().assign(u1=np.nan), segment=segment, plane=planted_plane())


@pytest.mark.parametrize(
    "height",
    [lambda x, y: 0.0, lambda x, y: 1e12, lambda x, y: np.nan, lambda x, y: np.inf if x > 2 else x + y + 2],
    ids=["perfect", "much too high", "not finite", "partly finite"],
)
def test_planes_of_any_loss(height, tmp_path):
    saved(fig3.draw(faces=planted_plane(value=height), modes={"plane": 1}), tmp_path / "3.png")
    saved(fig7.draw(face=planted_plane(value=height), functions=planted_boundaries()), tmp_path / "7.png")


def test_faces_share_one_scale_and_mark_modes_and_connectors():
    faces = pd.concat([planted_plane("b", lambda x, y: 0.5), planted_plane("a", lambda x, y: 0.1 * (x + y + 2), runs=2)])
    figure = fig3.draw(faces=faces, modes={"a": 2, "b": 3})
    axes = figure.axes[:2]
    assert [axis.get_title() for axis in axes] == ["b", "a"]
    for axis, number in zip(axes, (3, 2), strict=True):
        assert list(shades(axis).levels) == list(shades(axes[0]).levels)
        assert named(axis)["mode"].get_xydata().tolist() == [list(p) for p in CORNERS[:number]]
        assert named(axis)["connector"].get_xydata().tolist() == [list(p) for p in CORNERS[number:]]
    (axis, _) = fig3.draw(faces=planted_plane(error=0.35), modes={"plane": 1}).axes
    assert axis.get_title() == "plane\ntrain error 35 %"
    with pytest.raises(ValueError, match="modes has no number for b; give one for each face"):
        fig3.draw(faces=faces, modes={"a": 1})
    two = faces[(faces["mark"] != "spanning") | (faces["index"] < 2)]
    with pytest.raises(ValueError, match="b marks 2 vertices, and a face has three; measure a subspace of method face"):
        fig3.draw(faces=two, modes={"a": 1, "b": 1})


SIMPLEXES = [[0, 2, 3, 4], [1, 2, 3], [1, 4]]
POINTS = np.random.default_rng(0).normal(size=(5, 3))


def planted_vertices(points=POINTS, simplexes=SIMPLEXES):
    numbers = [" ".join(str(n) for n, s in enumerate(simplexes) if i in s) for i in range(len(points))]
    at = {name: lambda row, i=i: points[row.index][i] for i, name in enumerate("xyz")}
    table = planted("vertices", runs=1, index=range(len(points)), **at, mode=lambda row: row.index < 2, share_x=0.5,
                    simplexes=lambda row: numbers[row.index], nll=lambda row: 0.01 * row.index, error=0.1)  # fmt: skip
    return pd.concat([table[::-1], table.assign(run="2", x=99.0)])


def cliques_of(size):
    return sorted({found for simplex in SIMPLEXES for found in combinations(simplex, size)})


def test_edges_and_faces_are_those_of_the_simplexes_each_once():
    table = tables.one_run(planted_vertices()).sort_values("index")
    assert [tables.cliques(table, size) for size in (2, 3)] == [cliques_of(2), cliques_of(3)]
    ten = tables.one_run(planted_vertices(simplexes=[[0, 1]] + [[2, 3]] * 10 + [[0, 4]])).sort_values("index")
    assert tables.cliques(ten, 2) == [(0, 1), (0, 4), (2, 3)], "simplex 11 is not simplex 1"


def test_a_complex_has_its_faces_edges_and_vertices_on_paper_and_on_a_page(tmp_path):
    figure = fig4.draw(vertices=planted_vertices())
    for axis in figure.axes:
        faces, edges = (next(c for c in axis.collections if type(c) is kind) for kind in (Poly3DCollection, Line3DCollection))
        assert np.array(edges._segments3d) == pytest.approx(POINTS[cliques_of(2)])
        figure.draw_without_rendering()
        assert len(faces.get_paths()) == len(cliques_of(3))
        dots = {c.get_label(): c for c in axis.collections}
        assert pytest.approx(POINTS[:2]) == np.array(dots["mode"]._offsets3d).T
        assert [text.get_text().strip() for text in axis.texts] == list("01"), "modes only: connectors lie between them"
    faces, edges, modes, connectors = page.draw(vertices=planted_vertices()).data
    assert sorted(zip(faces.i, faces.j, faces.k, strict=True)) == cliques_of(3)
    line = np.stack([edges.x, edges.y, edges.z], axis=1).reshape(-1, 3, 3)
    assert line[:, :2] == pytest.approx(POINTS[cliques_of(2)])
    assert np.isnan(line[:, 2]).all(), "the pen is lifted between edges"
    assert [list(part.text) for part in (modes, connectors)] == [["0", "1"], ["2", "3", "4"]]
    assert connectors.customdata[:, 0].tolist() == pytest.approx([0.02, 0.03, 0.04])
    flat = planted_vertices(POINTS[:3] * [1, 1, 0], [[0, 2], [1, 2]])
    saved(fig4.draw(vertices=flat), tmp_path / "f.png")
    saved(page.draw(vertices=flat), tmp_path / "f.html")


def planted_boundaries(networks=7, x1=(-2.0, 0.0, 2.0)):
    """Network i is sure of class 1 right of x0 = i / 10 - 0.3."""
    return planted("functions", runs=1, x0=np.linspace(-1, 1, 21), x1=list(x1), index=range(networks),
                   output=lambda row: 1 / (1 + np.exp(-50 * (row.x0 - row.index / 10 + 0.3))))  # fmt: skip


def test_five_boundaries_and_that_of_the_mean():
    figure = fig7.draw(face=planted_plane("face"), functions=planted_boundaries())
    panels = {axis.get_title(): axis for axis in figure.axes if "network" in axis.get_title() or "mean" in axis.get_title()}
    assert list(panels) == [*(f"network {i}" for i in range(5)), "mean of 7"]
    for axis, at in zip(panels.values(), (-0.3, -0.2, -0.1, 0, 0.1, 0), strict=True):
        (line,) = (c for c in axis.collections if isinstance(c, QuadContourSet) and not c.filled)
        assert np.concatenate([path.vertices for path in line.get_paths()])[:, 0] == pytest.approx(at, abs=1e-6)
    with pytest.raises(ValueError, match="have one input; a boundary needs a task of two"):
        fig7.draw(face=planted_plane(), functions=planted_boundaries(2).assign(x1=np.nan))


def test_bands_are_multiples_of_the_spread_between_networks():
    x = np.linspace(-2, 2, 9)
    table = planted("functions", labels=["A", "B"], runs=1, x0=x, x1=np.nan, index=range(3),
                    output=lambda row: row.x0 + (row.index - 1) * (row.x0 + 3))  # fmt: skip
    first, second = fig10.draw(functions=table, intervals=[[-1.0, 0.5]]).axes
    assert named(first)["mean"].get_ydata() == pytest.approx(x)
    for band, k in zip(first.collections, (3, 2, 1), strict=True):
        (path,) = band.get_paths()
        assert path.vertices[:, 1].max() == pytest.approx(2 + k * 5 * (2 / 3) ** 0.5)
    assert [patch.get_x() for patch in second.patches] == [-1]
    broken = table.assign(output=table["output"].where(table["x0"] < 1.5, np.inf))
    assert np.isfinite(named(fig10.draw(functions=broken).axes[0])["mean"].get_ydata()).tolist() == [True] * 7 + [False] * 2
    for odd, options, said in (
        (table.assign(x1=0.0), {}, "functions of A have two inputs; bands need a regression in one dimension"),
        (table[table["index"] == 0], {}, "functions of A are of one network; a band needs two or more"),
        (table, {"intervals": [[2.0, 1.0]]}, r"intervals\.0 is .*; it must be \[low, high\]"),
    ):
        with pytest.raises(ValueError, match=said):
            fig10.draw(functions=odd, **options)


def volumes(label, odd={}, top=12, strength=1e-8):
    """V = 10^(stage + run) of the whole, heights 10^-stage and 10^(1 - stage); `odd`: stage -> released, which else is V^2."""
    return planted("volume", labels=[label], runs=2, stage=range(1, top + 1), simplex=[-1, 0, 1, 2], strength=strength,
                   log_volume=lambda row: (row.stage + row.run) * np.log(10) if row.simplex == -1 else 0.0,
                   released=lambda row: odd.get(row.stage, 100.0 ** (row.stage + row.run)),
                   height=lambda row: [10.0**-row.stage, 10.0 ** (1 - row.stage), np.nan, 99.0][row.simplex])  # fmt: skip


def test_figure_5_is_in_powers_of_ten_and_marks_determinants_that_are_no_volume(tmp_path):
    table = pd.concat([volumes("B", {4: np.inf, 5: np.nan, 6: 0.0}), volumes("A")])
    inside = planted("inside", labels=["A", "B"], runs=2, stage=range(1, 13), simplex=[0, 1], split=["train", "test"],
                     error_mean=lambda row: 0.002 * (1 + row.simplex) + row.run / 1000 if row.split == "train" else 9,
                     error_max=lambda row: 0.01 * (1 + row.simplex))  # fmt: skip
    figure = fig5.draw(volumes=table, inside=inside)
    volume, released, height, error = figure.axes
    stage = np.arange(1, 13)
    assert named(volume)["A"].get_ydata() == pytest.approx(stage + 1.5), "the mean over runs of the logarithm"
    assert named(released)["A"].get_ydata() == pytest.approx(stage + 1.5)
    assert named(height)["B"].get_ydata() == pytest.approx(-stage), "the least over simplexes"
    assert named(error)["B"].get_ydata() == pytest.approx(0.45)
    worst = [line for line in error.lines if line.get_linestyle() == "--"]
    assert [line.get_ydata()[0] for line in worst] == pytest.approx([2, 2])
    assert np.isnan(named(released)["B"].get_ydata()).nonzero()[0].tolist() == [3, 4, 5], "a gap, not a line over it"
    marks = {line.get_marker(): sorted(line.get_xdata()) for line in released.lines if len(line.get_xdata()) in (1, 2)}
    assert marks == {"x": [4, 5], "v": [6]}
    assert named(volume)["paper"].get_ydata().tolist() == [5, 5]
    saved(figure, tmp_path / "f.png")
    with pytest.raises(ValueError, match="there are no rows of subspace"):
        fig5.draw(volumes=table, inside=inside.assign(subspace="C"))


def ensembles(label, base, cost, top=8):
    """error = base / size + run / 100 + subset / 50, nll twice that."""

    def error(row):
        return base / row.size + row.run / 100 + row.subset / 50 if row.split == "test" else 9.0

    return planted("ensemble", labels=[label], runs=2, split=["test", "val"], size=range(1, top + 1), subset=[0, 1],
                   epochs=lambda row: cost * row.size, error=error, nll=lambda row: 2 * error(row))  # fmt: skip


COMPONENTS = pd.concat([ensembles("deep ensemble", 0.3, 300), ensembles("2-simplex", 0.2, 400), ensembles("other", 0.2, 450)])
FIT = planted("ensemble", labels=["deep ensemble"], split="train", size=1, error=0.02)
SECONDS = planted("seconds", index=[0, 1, 2], epoch_seconds=lambda row: [2.0, 3.0, 50.0][row.index])


@pytest.mark.parametrize(("seconds", "unit", "of_a_pass"), [(3, "seconds", 3), (30, "minutes", 0.5), (7200, "hours", 2)])
def test_the_clock_of_figure_8_is_what_a_pass_takes(seconds, unit, of_a_pass):
    budget = fig8.draw(ensembles=COMPONENTS, seconds=SECONDS.assign(epoch_seconds=float(seconds)), networks=FIT).axes[1]
    (top,) = budget.child_axes
    assert top.get_xlabel().startswith(unit)
    budget.set_xlim(0, 100)
    budget.figure.canvas.draw()
    assert top.get_xlim() == pytest.approx((0, 100 * of_a_pass))


def test_figures_of_ensembles_tell_of_networks_that_do_not_fit():
    for error, told in ((0.02, False), (0.35, True)):
        figure = fig8.draw(ensembles=COMPONENTS, seconds=SECONDS, networks=FIT.assign(error=error))
        assert ("train error 35 %" in figure.legends[0].get_title().get_text()) == told


def test_figure_8_is_against_components_and_passes():
    count, budget, nll, _ = fig8.draw(ensembles=COMPONENTS, seconds=SECONDS, networks=FIT, quantities=["error", "nll"]).axes
    n = np.arange(1, 9)
    assert named(count)["2-simplex"].get_ydata() == pytest.approx(100 * (0.2 / n + 0.025))
    assert named(budget)["2-simplex"].get_xdata() == pytest.approx(400 * n)
    assert named(nll)["deep ensemble"].get_ydata() == pytest.approx(2 * (0.3 / n + 0.025))


def test_figure_11_has_ensembles_of_a_size_and_single_components_of_one_corruption():
    def error(row):
        own = {"A": 0.1, "B": 0.05}[row.label] + row.severity / 10 - row.size / 100 + row.run / 1000
        return 9.0 if row.corruption == "fog" else own

    on = [planted("shift", labels=["A", "B"], runs=2, size=[1, 3], severity=s, corruption=c, error=error,
                  nll=lambda row: 2 * error(row), nll_tempered=lambda row: 3 * error(row))
          for s, c in (([0], ["none"]), ([1, 2, 3, 4, 5], ["gaussian_noise", "fog"]))]  # fmt: skip
    accuracy, nll, tempered = fig11.draw(shifts=pd.concat(on), networks=FIT, size=3).axes
    shown = 0.05 + np.arange(6) / 10 - 0.03 + 0.0015
    assert named(accuracy)["B"].get_ydata() == pytest.approx(100 * (1 - shown))
    assert named(nll)["B"].get_ydata() == pytest.approx(2 * shown)
    assert named(tempered)["B"].get_ydata() == pytest.approx(3 * shown)
    single = [line.get_ydata() for line in nll.lines if line.get_linestyle() == "--" and len(line.get_xdata())]
    assert single[1] == pytest.approx(2 * (shown + 0.02))
    with pytest.raises(ValueError, match="there are no rows of corruption snow"):
        fig11.draw(shifts=pd.concat(on), networks=FIT, size=3, corruption="snow")


def test_draws_lie_in_their_triangles_and_one_is_stretched():
    at = {name: lambda row, k=k: row.stretch ** (k == 0) * (row.index + 1) / 10 for k, name in enumerate("xy")}
    number = lambda row: -1 if row.index < 3 else row.index % 2  # noqa: E731
    table = planted("sampled", labels=["K"], runs=1, stretch=[1.0, 100.0], index=range(9), simplex=number, **at)
    figure = a2.draw(samples=table)
    assert [axis.get_title() for axis in figure.axes] == ["K\n6 draws", "K\n6 draws,\none edge 100 times as long"]
    for axis, (_, part) in zip(figure.axes, table.groupby("stretch"), strict=True):
        assert axis.patches[0].get_xy()[:3] == pytest.approx(part[part["simplex"] == -1][["x", "y"]].to_numpy())
        drawn = part[part["simplex"] == 1][["x", "y"]].to_numpy()
        assert named(axis)["simplex 1"].get_xydata() == pytest.approx(drawn)


def test_figure_a3_has_lambda_zero_apart(tmp_path):
    strengths = {"large": 1e-4, "zero": 0.0, "small": 1e-8}
    found = pd.concat([ensembles(n, base, 400, top=3) for n, base in zip(strengths, (0.1, 0.3, 0.2), strict=True)])
    grown = pd.concat([volumes(n, top=top, strength=s) for (n, s), top in zip(strengths.items(), (4, 2, 3), strict=True)])
    figure = a3.draw(ensembles=found, volumes=grown, networks=FIT, sizes=[1, 3])
    score, volume = figure.axes
    assert named(score)["3 simplexes"].get_xdata().tolist() == [0, 1e-8, 1e-4]
    assert named(score)["3 simplexes"].get_ydata() == pytest.approx(100 * (np.array([0.1, 0.2 / 3, 0.1 / 3]) + 0.025))
    assert volume.lines[0].get_ydata() == pytest.approx([2 + 1.5, 3 + 1.5, 4 + 1.5]), "of the last stage"
    assert {0, 1e-8, 1e-4} <= set(score.get_xticks().tolist())
    saved(figure, tmp_path / "f.png")


def test_a_complex_through_seven_modes_is_that_of_the_paper():
    made, printed = simplexes(7), numbers("benton2021", table="Figure 4", setting="right").set_index("metric")["value"]
    vertices = {vertex for simplex in made for vertex in simplex}
    assert printed.to_dict() == {"modes": 7, "connectors": len(vertices) - 7, "simplexes": len(made)}
    assert vertices == set(range(len(vertices)))
    shared = [set(made[2 * gap]) & set(made[2 * gap + 1]) for gap in range(6)]
    assert all(len(pair) == 2 and min(pair) >= 7 for pair in shared), "each mode and the next have two connectors in common"
    assert connecting.named([0, 1, 2], 2) == "modes 0 and 1, connector 0"
    assert connecting.named([1, 2, 3], 1) == "connectors 0, 1 and 2"
