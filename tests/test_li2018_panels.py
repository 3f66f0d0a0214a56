"""The figures and tables of Li et al. 2018 draw what is in their tables: values that were planted are read back."""

import numpy as np
import pandas as pd
import pytest
from conftest import saved
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.contour import QuadContourSet

from lossland.papers.li2018.figures import directions as li2018_directions
from lossland.papers.li2018.figures import errors as li2018_errors
from lossland.papers.li2018.figures import fig2 as li2018_fig2
from lossland.papers.li2018.figures import fig7 as li2018_fig7
from lossland.papers.li2018.figures import fig8 as li2018_fig8
from lossland.papers.li2018.figures import fig9 as li2018_fig9
from lossland.papers.li2018.figures import training as li2018_training
from lossland.papers.published import numbers
from lossland.plotting.style import COLOURS

X, Y = np.linspace(-1, 1, 5), np.linspace(-2, 1, 4)
PLANE = pd.DataFrame([(x, y) for x in X for y in Y], columns=["u0", "u1"])


def long(frame, values, **names):
    """One block of rows for each (split, quantity)."""
    return pd.concat([frame.assign(split=s, quantity=q, value=v, **names) for (s, q), v in values.items()])


def planted_lines(subspace="line", loss=lambda t, run: run * (1 + t)):
    t = np.linspace(-0.5, 1.5, 9)
    path = pd.DataFrame({"mark": "grid", "index": range(9), "u0": t, "u1": np.nan})
    kinds = [(s, q) for s in ("train", "test") for q in ("nll", "error")]
    tables = []
    for run in (1, 2):
        level = {"nll": loss(t, run), "error": np.full(9, 0.1 * run)}
        tables.append(
            long(path, {(s, q): level[q] * (2 if s == "test" else 1) for s, q in kinds}, subspace=subspace, run=str(run))
        )
    return pd.concat(tables)


def planted_weights(subspace, norm, width, counts):
    """Two runs of epochs 0, 5 and 9; only the last histogram is `counts`; other kinds are nonsense."""
    edges = width * np.arange(len(counts) + 1)
    rows = []
    for run in "12":
        for index, epoch in enumerate((0, 5, 9)):
            for kind, factor in (("all", 1), ("weight", 1000)):
                point = {
                    "run": run,
                    "index": index,
                    "epoch": epoch,
                    "kind": kind,
                    "norm": factor * norm * (1 + index) * int(run),
                }
                bins = {"low": edges[:-1], "high": edges[1:], "count": counts if index == 2 else counts[::-1]}
                rows.append(pd.DataFrame(point | bins))
    return pd.concat(rows).assign(subspace=subspace)


ROWS = [["decay", "line", "s", "l"]]


def planted_fig2(**options):
    tables = pd.concat([planted_weights("s", 1.0, 0.5, [1, 3, 0]), planted_weights("l", 10.0, 0.5, [2, 2, 6])])
    return li2018_fig2.draw(**{"lines": planted_lines(), "weights": tables, "rows": ROWS} | options)


def drawn(axis):
    return {line.get_label(): line for line in axis.lines}


def test_figure_2_shows_the_line_the_norms_and_the_last_histograms():
    path, norm, histogram, twin = planted_fig2().axes
    assert drawn(path)["train nll"].get_xdata()[[0, -1]].tolist() == [-0.5, 1.5]
    assert drawn(path)["train nll"].get_ydata()[[0, -1]].tolist() == [0.75, 3.75]
    assert drawn(path)["test nll"].get_ydata()[-1] == 7.5
    assert path.get_ylim() == (0, 5)
    assert drawn(twin)["train error"].get_ydata() == pytest.approx([15] * 9)
    assert drawn(twin)["test error"].get_linestyle() == "--"
    for name, level in (("small", 1.5), ("large", 15)):
        line = drawn(norm)[f"{name} batch"]
        assert line.get_xdata().tolist() == [0, 5, 9]
        assert line.get_ydata().tolist() == [level, 2 * level, 3 * level]
        assert line.get_color() == COLOURS[name]
    small, large = (patch.get_data() for patch in histogram.patches)
    assert (small.values.tolist(), large.values.tolist()) == ([1, 3, 0], [2, 2, 6])
    assert small.edges.tolist() == large.edges.tolist() == [0, 0.5, 1, 1.5]


def test_figure_2_has_room_for_both_norms_and_counts_the_pairs_of_all_rows():
    tables = pd.concat([planted_weights("s", 1.0, 0.5, [1]), planted_weights("l", 10.0, 0.5, [1])])
    steady = tables.assign(norm=tables["subspace"].map({"s": 20.0, "l": 19.9}))
    for rows in (ROWS, [["decay", "line", "l", "s"]]):
        assert planted_fig2(weights=steady, rows=rows).axes[1].get_ylim() == pytest.approx((0, 21))
    one = planted_lines("first").query("run == '1'")
    for names, said in (
        (["line", "line"], "mean and range of 2 pairs of networks"),
        (["line", "first"], "mean and range of runs"),
        (["first", "first"], "one pair of networks"),
    ):
        figure = planted_fig2(lines=pd.concat([one, planted_lines()]), rows=[[n, n, "s", "l"] for n in names])
        assert figure.legends[0].get_title().get_text() == said


def test_where_the_loss_of_one_run_is_not_finite_there_is_no_mean():
    figure = planted_fig2(lines=planted_lines(loss=lambda t, run: np.where((t > 1) & (run == 2), np.nan, 1 + t)))
    line = drawn(figure.axes[0])["train nll"]
    assert np.isnan(line.get_ydata()).tolist() == [False] * 7 + [True] * 2
    (grey,) = figure.axes[0].patches
    assert grey.get_label() == "nll not finite"
    assert grey.get_data().values.tolist() == [0] * 7 + [1] * 2
    assert grey.get_data().edges[7:] == pytest.approx([1.125, 1.375, 1.5])
    assert not planted_fig2().axes[0].patches


@pytest.mark.parametrize("level", [np.nan, np.inf, 0.0])
def test_figure_2_of_any_loss(level, tmp_path):
    saved(planted_fig2(lines=planted_lines(loss=lambda t, run: np.full(len(t), level))), tmp_path / "f.png")


def test_rows_and_panels_are_in_the_order_of_the_option():
    rows = [["b", "line", "s", "l"], ["a", "first", "s", "l"], ["again", "line", "l", "s"]]
    figure = planted_fig2(lines=pd.concat([planted_lines("first"), planted_lines()]), rows=rows)
    assert [axis.get_title() for axis in figure.axes[:9:3]] == ["b", "a", "again"]
    assert drawn(figure.axes[7])["small batch"].get_ydata()[0] == 15
    surfaces = pd.concat([SURFACE.assign(subspace="z"), SURFACE])
    others = {"surfaces": surfaces, "paths": pd.concat([PATH, PATH.assign(subspace="z")])}
    titles = [["z", "first", "net"], *TITLES]
    figure = planted_fig9(**others, shares=pd.concat([SHARES, SHARES.assign(subspace="z")]), titles=titles)
    assert [axis.get_title() for axis in figure.axes[:2]] == ["first", "small batch"]


def test_figure_2_names_what_is_missing():
    with pytest.raises(ValueError, match=r"rows\.1 is \['decay', 'line'\]; it must be \[title, line, small, large\]"):
        planted_fig2(rows=[*ROWS, ["decay", "line"]])
    with pytest.raises(ValueError, match="weights has no rows of x, only of s, l"):
        planted_fig2(rows=[["decay", "line", "s", "x"]])
    tables = pd.concat([planted_weights("s", 1.0, 0.5, [1, 3, 0]), planted_weights("l", 10.0, 0.1, [2, 2, 6])])
    with pytest.raises(ValueError, match="the bins of s and l differ; measure the weights of both with one reach"):
        planted_fig2(weights=tables)


def planted_curvature(ratio, subspace="plane", residual=0.0):
    """Eigenvalues of this ratio, the highest 20; the column `ratio` of the table would be another where all are positive."""
    table = PLANE.assign(lowest=-20.0 * ratio, highest=20.0, lowest_residual=residual)
    return table.assign(ratio=np.abs(ratio), subspace=subspace, run="1")


def test_figure_7_puts_every_ratio_at_its_point_and_counts_the_low_ones():
    ratio = 0.02 * (PLANE["u0"] + 1) + 0.1 * (PLANE["u1"] + 2)
    ratio[3] = np.nan
    other = planted_curvature(0.3, "other").assign(run="2")
    table = pd.concat([planted_curvature(0.4, "other"), other, planted_curvature(ratio)])
    theirs, ours = li2018_fig7.draw(curvature=table, titles=[["other", "Theirs"], ["plane", "Ours"]]).axes[:2]
    mesh = next(c for c in ours.collections if isinstance(c, QuadMesh))
    cells = mesh.get_array()
    assert cells.shape == (4, 5)
    for i, y in enumerate(Y):
        for j, x in enumerate(X):
            if np.ma.is_masked(cells[i, j]):
                assert (x, y) == (-1, 1), "the one that is NaN"
            else:
                assert cells[i, j] == pytest.approx(0.02 * (x + 1) + 0.1 * (y + 2))
    corners = mesh.get_coordinates()
    assert [*corners[0, 0], *corners[-1, -1]] == pytest.approx([-1.25, -2.5, 1.25, 1.5])
    assert mesh.get_clim() == (0, 0.5)
    below = [100 * np.nansum(ratio < level) / 20 for level in (0.01, 0.1)]
    assert ours.get_title() == f"Ours\n{below[0]:.0f} % < 0.01, {below[1]:.0f} % < 0.1"
    first = next(c for c in theirs.collections if isinstance(c, QuadMesh))
    assert (first.get_array() == 0.4).all(), "the first run alone"
    assert ours.get_aspect() == 1


def test_figure_7_has_what_is_convex_at_0_and_counts_what_is_low_for_certain():
    """A residual of 0.1 is 0.005 of the highest: ratios below 0.005 and 0.095 count; 0.3 of positive ones is drawn as 0."""
    ratio = np.array([-0.3] * 4 + [0.004] * 3 + [0.006] * 5 + [0.094] * 2 + [0.096] * 5 + [np.nan])
    for residual, low, lower in ((0.1, 7, 14), (0.0, 12, 19), (np.nan, 0, 0)):
        figure = li2018_fig7.draw(curvature=planted_curvature(ratio, residual=residual), titles=[["plane", "P"]])
        assert figure.axes[0].get_title() == f"P\n{5 * low} % < 0.01, {5 * lower} % < 0.1"
        cells = next(c for c in figure.axes[0].collections if isinstance(c, QuadMesh)).get_array()
        assert cells[:, 0].tolist() == [0] * 4
        assert cells[:, 2].tolist() == pytest.approx([0.006] * 4)


def test_figure_7_of_four_panels_and_of_none_finite(tmp_path):
    table = pd.concat([planted_curvature(np.nan, name) for name in "abcd"])
    figure = li2018_fig7.draw(curvature=table, titles=[[name, name] for name in "abcd"])
    assert len(figure.axes) == 4 + 1
    saved(figure, tmp_path / "f.png")
    with pytest.raises(ValueError, match="needs a plane, and there is none with the curvature of A"):
        li2018_fig7.draw(curvature=table.assign(u1=np.nan), titles=[["a", "A"]])


def planted_path(u0, u1, outside, subspace="plane", lr=None):
    n, u0, u1 = len(u0), np.array(u0), np.array(u1)
    columns = {"index": range(n), "epoch": np.arange(n) * 10.0, "lr": lr or [0.1] * n, "u0": u0, "u1": u1, "outside": outside}
    return pd.DataFrame(columns | {"distance": np.sqrt(u0**2 + u1**2 + np.square(outside)), "subspace": subspace, "run": "1"})


def test_figure_8_says_what_each_plane_catches():
    random = planted_path([0.1, 0.1, 0], [0.0, 0.2, 0], [3.0, 4.0, 0])
    initial = planted_path([4.0, 3.0, 0], [0.0, 0.02, 0], [0.0, 4.0, 0])
    axes = li2018_fig8.draw(random=random, initial=pd.concat([initial, initial.assign(u0=9.0, run="2")])).axes
    assert axes[0].get_title().endswith(f"\n{100 * 0.06 / 25.06:.3g} % of the squared distances")
    share = f"\n{100 * 25.0004 / 41.0004:.3g} % of the squared distances"
    assert [axis.get_title() for axis in axes[1:]] == [f"Way to the solution, and random{share}", "The same, enlarged"]
    for axis in axes[1:]:
        path, start, end = axis.lines
        assert path.get_xdata().tolist() == [4, 3, 0]
        assert path.get_ydata().tolist() == [0, 0.02, 0]
        assert (start.get_label(), start.get_xdata()[0]) == ("initialisation", 4)
        assert (end.get_label(), end.get_xdata()[0]) == ("solution", 0)
    assert [axis.get_aspect() for axis in axes] == [1, 1, "auto"]
    assert axes[2].get_ylim() == pytest.approx((-0.001, 0.021))


LR = [0.1, 0.1, 0.01, 0.009, 0.001, 0.001]  # it falls by a tenth after points 1 and 3
PATH = planted_path([1.0, 0.9, 0.6, 0.5, 0.2, 0], [0.0, 0.5, 0.4, 0.3, -0.1, 0], [0.0] * 6, lr=LR)
COURSE = long(
    PATH[["index", "epoch", "lr"]],
    {("train", "nll"): [2, 1, 0.5, 0.2, 0.1, 0.05], ("test", "nll"): 9.0, ("train", "error"): 0.9},
    subspace="net",
    run="1",
)
SHARES = pd.DataFrame(
    [(i, i, q, v) for q, both in (("uncentred", (0.5, 0.3)), ("centred", (0.712, 0.09))) for i, v in enumerate(both)],
    columns=["first", "second", "quantity", "value"],
).assign(subspace="plane", run="1")
SURFACE = long(PLANE.assign(mark="grid"), {("train", "nll"): 1.0 + PLANE["u0"]}, subspace="plane", run="1")
TITLES = [["plane", "small batch", "net"]]


def planted_fig9(value=lambda x, y: 2 + x, **options):
    surface = PLANE.assign(mark="grid", index=range(20))
    centre = pd.DataFrame({"mark": "centre", "index": [0], "u0": [0.0], "u1": [0.0]})
    surfaces = pd.concat([surface, centre])
    heights = {("train", "nll"): value(surfaces["u0"], surfaces["u1"]), ("train", "error"): 1.0, ("test", "nll"): 7.0}
    tables = {
        "surfaces": long(surfaces, heights, subspace="plane", run="1"),
        "paths": PATH,
        "shares": SHARES,
        "courses": COURSE,
    }
    return li2018_fig9.draw(**tables | {"titles": TITLES} | options)


def test_figure_9_draws_contours_where_the_released_code_has_them():
    """z = 2 + x: the contours 1.1, 1.6, 2.1 and 2.6 are the upright lines at x = z - 2; of 2 + y, they lie."""
    assert li2018_fig9.LEVELS[:3] == pytest.approx([0.1, 0.6, 1.1])
    assert li2018_fig9.LEVELS[19:22] == pytest.approx([9.6, 10, 100])
    assert li2018_fig9.LEVELS[-1] == pytest.approx(1e8)
    for axis_of, value in ((0, lambda x, y: 2 + x), (1, lambda x, y: 2.05 + y)):
        axis = planted_fig9(value).axes[0]
        contours = [c for c in axis.collections if isinstance(c, QuadContourSet) and not c.filled]
        found = {round(z, 3): p.vertices[:, axis_of] for z, p in zip(contours[0].levels, contours[0].get_paths(), strict=True)}
        assert len(found[1.1]) > 1
        assert found[1.1] == pytest.approx(1.1 - value(0, 0))
        assert found[2.6] == pytest.approx(2.6 - value(0, 0))


def test_figure_9_dots_are_the_loss_of_the_points_themselves_and_rings_the_drops():
    figure = planted_fig9()
    axis = figure.axes[0]
    path, drops = axis.lines
    assert path.get_xydata() == pytest.approx(PATH[["u0", "u1"]].to_numpy())
    assert drops.get_xydata() == pytest.approx(np.array([[0.9, 0.5], [0.5, 0.3]]))
    dots = next(c for c in axis.collections if type(c) is PathCollection)
    assert np.array_equal(dots.get_offsets(), path.get_xydata())
    assert dots.get_array().tolist() == [2, 1, 0.5, 0.2, 0.1, 0.05]
    filled = next(c for c in axis.collections if isinstance(c, QuadContourSet) and c.filled)
    assert filled.norm is dots.norm
    assert (dots.norm.vmin, dots.norm.vmax) == (0.05, 3)
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_title()) == ("1st PC: 71.2 %", "2nd PC: 9.0 %", "small batch")


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1e12])
def test_figure_9_of_any_loss(value, tmp_path):
    def height(x, y):
        return 0 * x + value

    saved(planted_fig9(height), tmp_path / "f.png")
    saved(planted_fig9(height, courses=COURSE.assign(value=np.nan)), tmp_path / "f.png")
    saved(planted_fig9(lambda x, y: np.where(x > 0, value, 1.0)), tmp_path / "f.png")


def test_figure_9_takes_the_course_of_the_plane_s_own_training():
    both = pd.concat([COURSE.assign(value=8.0, run="7"), COURSE])
    for network, dark in (("net", 2), ("net/1", 2), ("net/7", 8)):
        axis = planted_fig9(courses=both, titles=[["plane", "", network]]).axes[0]
        assert next(c for c in axis.collections if type(c) is PathCollection).get_array()[0] == dark
    for network in ("net/2", "net"):
        course = COURSE.assign(epoch=COURSE["epoch"] + (network == "net"))
        with pytest.raises(ValueError, match=rf"{network} did not keep the epochs of plane"):
            planted_fig9(courses=course, titles=[["plane", "", network]])
    with pytest.raises(ValueError, match=r"titles\.0 is \['plane', 'net'\]; it must be \[plane, title, network\]"):
        planted_fig9(titles=[["plane", "net"]])
    with pytest.raises(ValueError, match="plane is none; use method pca_plane"):
        planted_fig9(shares=SHARES[SHARES["quantity"] == "uncentred"])


def test_training_curves_have_the_same_axes():
    points = pd.DataFrame({"index": [0, 1], "epoch": [0.0, 30.0]})
    kinds = {
        (s, q): [v, v / 10]
        for s, q, v in (("train", "nll", 2), ("test", "nll", 3), ("train", "error", 0.8), ("test", "error", 0.9))
    }
    one = long(points, kinds, subspace="a", run="1")
    two = pd.concat([one, one.assign(value=3 * one["value"], run="2")]).assign(subspace="b")
    figure = li2018_training.draw(courses=pd.concat([two, one]), titles=[["b", "B"], ["a", "A"]])
    axes, twins = figure.axes[:2], figure.axes[2:]
    assert [axis.get_ylabel() for axis in (*axes, *twins)] == ["nll [nats]", "", "", "error [%]"]
    assert [axis.get_title() for axis in axes] == ["B (2 runs)", "A (one run)"]
    assert drawn(axes[0])["test nll"].get_ydata() == pytest.approx([6, 0.6])
    assert drawn(axes[1])["train nll"].get_ydata() == pytest.approx([2, 0.2])
    assert drawn(twins[1])["test error"].get_xydata() == pytest.approx(np.array([[0, 90], [30, 9]]))
    assert axes[0].get_ylim() == axes[1].get_ylim()
    assert twins[0].get_ylim() == twins[1].get_ylim()


@pytest.mark.parametrize("number", [1, 2])
def test_the_legend_of_training_curves_lies_in_the_picture(number):
    titles = [[name, name] for name in "abc"[:number]]
    figure = li2018_training.draw(courses=planted_courses(), titles=titles)
    figure.canvas.draw()
    inside = figure.legends[0].get_window_extent()
    assert 0 <= inside.x0 < inside.x1 <= figure.bbox.width


def planted_courses():
    points = pd.DataFrame({"index": [0, 1], "epoch": [0.0, 30.0]})
    tables = []
    for name in ("a", "b", "c"):
        for run, error in (("1", 0.1), ("2", 0.2)):
            kinds = {("train", "nll"): [9, error], ("train", "error"): [0.9, error / 2], ("test", "error"): [0.9, error]}
            tables.append(long(points, kinds, subspace=name, run=run))
    return pd.concat(tables)


def test_errors_are_those_at_the_end_and_what_is_remembered_stands_apart():
    networks = [
        {"network": "c", "arch": "ResNet-56", "method": "SGD", "setting": "bs=128 wd=5e-4"},
        {"network": "b", "label": "ours", "arch": "ResNet-56", "method": "Adam", "setting": "bs=128 wd=0"},
        {"network": "a", "label": "not in the paper"},
    ]
    made = li2018_errors.draw(courses=planted_courses(), networks=networks, tables=["Table 1"])
    assert made["network"].tolist() == ["ResNet-56, SGD, bs=128 wd=5e-4", "ours", "not in the paper"]
    assert made["test error %"].tolist() == pytest.approx([15] * 3)
    assert made["test error % std"].tolist() == pytest.approx([50**0.5] * 3)
    assert made["train nll"].tolist() == pytest.approx([0.15] * 3)
    paper, memory = made["test error %, paper"], made["test error %, from memory, not confirmed"]
    assert paper.isna().tolist() == [False, True, True]
    assert memory.isna().tolist() == [True, False, True]
    printed = numbers("li2018", remembered=True, table="Table 1").set_index(["method", "setting"])["value"]
    assert paper[0] == printed[("SGD", "bs=128 wd=5e-4")]
    assert memory[1] == printed[("Adam", "bs=128 wd=0")]
    assert made["printed in"].tolist() == ["Table 1 (confirmed)", "Table 1 (from_memory)", ""]
    assert "train nll, paper" not in made, "the paper's Table 1 has no losses"


def test_errors_of_table_2_have_losses_that_are_only_remembered():
    networks = [{"network": "a", "arch": "ResNet-20"}, {"network": "b", "arch": "ResNet-56-noshort", "setting": "lr=0.01"}]
    made = li2018_errors.draw(courses=planted_courses(), networks=networks, tables=["Table 2", "Figure 5"])
    assert made["test error %, paper"].tolist() == [7.37, 10.83]
    assert made["train nll, from memory, not confirmed"].tolist() == [0.017, 0.024]
    assert "train nll, paper" not in made


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"network": "a", "arch": "ResNet-56"}, "the paper has several values of test error %"),
        ({"network": "a", "arch": "ResNet-57"}, "the paper has no number of ResNet-57"),
        ({"network": "a", "architecture": "ResNet-56"}, "at least one of label, arch, method, setting"),
        ({"network": "a"}, "must name network, and at least one of"),
        ({"arch": "ResNet-20"}, "must name network, and at least one of"),
    ],
)
def test_errors_refuse_what_is_no_row_of_the_paper(entry, said):
    with pytest.raises(ValueError, match=rf"networks\.0.*{said}"):
        li2018_errors.draw(courses=planted_courses(), networks=[entry])


def test_directions_are_compared_with_random_ones():
    rows = [(0, 1, "cosine", c, run) for c, run in ((-0.3, "1"), (0.1, "2"))] + [(0, 1, "expected", 0.02, r) for r in "12"]
    rows += [(i, i, "relative norm", n, r) for i, n in ((0, 1.0), (1, 2.0)) for r in "12"]
    shares = [(i, i, "centred", s, r) for r, both in (("1", (0.6, 0.2)), ("2", (0.5, 0.1))) for i, s in enumerate(both)]
    tables = [
        pd.DataFrame(part, columns=["first", "second", "quantity", "value", "run"]).assign(subspace=name)
        for name, part in (("random", rows), ("pca", rows + shares))
    ]
    made = li2018_directions.draw(directions=pd.concat(tables), titles=[["random", "raw"], ["pca", "components"]])
    assert made["plane"].tolist() == ["raw", "components"]
    first = made.iloc[1]
    assert (first["runs"], first["pairs"]) == (2, 2)
    assert first["size of the cosine"] == pytest.approx(0.2)
    assert first["largest size"] == pytest.approx(0.3)
    assert (first["expected"], first["length / that of the network"]) == (0.02, 1.5)
    assert made["variance held %"].tolist() == pytest.approx([np.nan, 70], nan_ok=True)
    with pytest.raises(ValueError, match="directions has no rows of x"):
        li2018_directions.draw(directions=tables[0], titles=[["x", ""]])
