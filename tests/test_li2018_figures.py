"""The figures of Li et al. 2018 keep what was measured where it was measured: no axis is swapped, no hole is filled."""

from functools import partial

import matplotlib.pyplot as plt
import meshio
import numpy as np
import pandas as pd
import pytest
from conftest import RECORD
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.contour import QuadContourSet
from planted import planted

from lossland.papers.li2018.figures import (
    contours,
    directions,
    fig2,
    fig7,
    fig8,
    fig9,
    lines,
    repeats,
    straight,
    surfaces,
    training,
)
from lossland.plotting.figures import surface as turnable
from lossland.plotting.figures import surface_mesh
from lossland.statistics.tables import plane
from lossland.workflow import artifacts

U0, U1 = np.linspace(-1, 1, 5), np.linspace(-0.5, 1, 4)  # the middle of U0 is 0, as is the second of U1
BOTH = {"split": ["train", "test"], "quantity": ["nll", "loss", "error"]}


def slope(u0, u1):
    return 2 + u0 / 2 + u1


def over(f, label="a", runs=("1",), error=0.0737, **axes):
    """A landscape f(u), or f(u, run), a hundredth of it as the error, and `error` at the network; over a plane or over U0."""
    axes = axes or {"u0": U0, "u1": U1}

    def value(row):
        height = f(row.u0, getattr(row, "u1", row.run))
        return height / 100 if row.quantity == "error" else height

    def displacement(row):
        return np.hypot(8 * (row.u0 + 1), 2 * (getattr(row, "u1", 0) + 0.5))

    at = partial(planted, "landscape", labels=[label], runs=list(runs), **BOTH)
    centre = at(mark="centre", u0=0.0, u1=0.0, value=lambda row: error if row.quantity == "error" else f(0.0, 0.0))
    return pd.concat([at(value=value, displacement=displacement, **axes), centre])


def along(f, label="a", runs=("1",), **options):
    return over(f, label, runs, u0=U0, **options)


def with_hole(table, value=np.nan):
    """Its point u = (0.5, 0) is not finite."""
    return table.assign(value=table["value"].mask((table["u0"] == 0.5) & (table["u1"] == 0), value))


def written(tmp_path, drawn, module, suffix="png"):
    path = tmp_path / f"drawn.{suffix}"
    artifacts.save([path], drawn, RECORD)
    return path


def lines_in(axis):
    return {line.get_label(): line for line in axis.lines}


def test_a_plane_has_u0_across_and_u1_down():
    made = plane(over(slope), "train", "nll")
    assert made.shape == (4, 5)
    assert made.loc[1.0, -0.5] == slope(-0.5, 1.0)
    pd.testing.assert_frame_equal(plane(over(slope).sample(frac=1, random_state=0), "train", "nll"), made)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_mesh_has_its_points_in_place_and_a_hole_where_nothing_finite_was_measured(tmp_path, value):
    drawn = surface_mesh.draw(surface=with_hole(over(slope), value), logarithmic=False, highest=100)
    mesh = meshio.read(written(tmp_path, drawn, surface_mesh, "vtu"))
    assert len(mesh.cells_dict["quad"]) == 4 * 3 - 4
    data, (x, y, height) = mesh.point_data, mesh.points.T
    finite = np.isfinite(data["value"])
    assert (data["u0"][~finite], data["u1"][~finite]) == (0.5, 0)
    assert np.array_equal(data["value"][~finite], [value], equal_nan=True)
    assert np.flatnonzero(~finite)[0] not in mesh.cells_dict["quad"]
    assert np.array_equal([x, y], [data["u0"], data["u1"]])
    assert data["value"][finite] == pytest.approx(slope(x, y)[finite])
    assert height[finite] == pytest.approx((data["value"][finite] - 1) / 2.5)  # 1 to 3.5 over half of a width of 2
    assert np.isfinite(mesh.points).all()
    first = mesh.points[mesh.cells_dict["quad"][0]]
    assert np.cross(first[1] - first[0], first[2] - first[1])[2] > 0, "seen from above the faces turn their front"


def test_a_mesh_in_the_logarithm_is_cut_off_and_the_same_bytes_each_time(tmp_path):
    table = over(lambda u0, u1: 10 ** (3 * u0))
    one, two = (
        written(tmp_path, surface_mesh.draw(surface=table, highest=10), surface_mesh, "vtu").read_bytes() for _ in range(2)
    )
    assert one == two
    mesh = meshio.read(tmp_path / "drawn.vtu")
    assert mesh.point_data["height"].reshape(4, 5)[2] == pytest.approx([-2, -1.5, 0, 1, 1])
    assert mesh.point_data["value"].max() == pytest.approx(1000)


def test_a_table_without_a_plane_is_refused():
    with pytest.raises(ValueError, match="this needs a plane, and there is none with train nll"):
        surface_mesh.draw(surface=along(lambda u, _: abs(u)))
    with pytest.raises(ValueError, match="no four neighbouring points whose train nll is finite"):
        surface_mesh.draw(surface=over(lambda *_: np.nan))


@pytest.mark.parametrize("logarithmic", [True, False])
def test_a_page_shows_the_network_and_says_how_far_a_step_is(logarithmic):
    figure = turnable.draw(surface=with_hole(over(slope)), quantity="nll", logarithmic=logarithmic)
    sheet, network = figure.data
    assert sheet.z.shape == (4, 5)
    assert sheet.z[3][1] == pytest.approx(slope(-0.5, 1))
    assert np.isnan(sheet.z[1][3])
    assert (sheet.x.tolist(), sheet.y.tolist()) == (U0.tolist(), U1.tolist())
    assert (network.x[0], network.y[0], network.name) == (0, 0, "network")
    assert 2 < network.z[0] < 2.2
    scene = figure.layout.scene
    assert (scene.xaxis.title.text, scene.yaxis.title.text) == ("step, 1 is a distance of 8", "step, 1 is a distance of 2")
    assert (scene.aspectratio.x, scene.aspectratio.y) == (1, 0.75)


def faces(axis):
    """The corners [n 3] of each face of the surface in a panel."""
    drawn = axis.collections[0]
    blank = np.ma.getmaskarray(np.ma.asarray(drawn._faces)) | np.broadcast_to(
        np.expand_dims(getattr(drawn, "_invalid_vertices", False), -1), drawn._faces.shape
    )
    return [np.asarray(face)[~none.any(-1)] for face, none in zip(drawn._faces, blank, strict=True)]


def test_surfaces_are_where_they_were_measured_in_the_order_of_the_experiment():
    table = pd.concat([with_hole(over(lambda u0, u1: slope(u0, u1) - 0.5, "b")), over(slope)])
    b, a = surfaces.draw(surfaces=table, logarithmic=False).axes
    assert [axis.get_title() for axis in (b, a)] == ["b\ntest error 7.37 %", "a\ntest error 7.37 %"]
    assert (len(faces(a)), len(faces(b))) == (4 * 4 * 12, 12 - 4), "four times as fine, if nothing is missing"
    assert not (np.concatenate(faces(b))[:, :2] == (0.5, 0)).all(-1).any()
    x, y, z = np.concatenate(faces(a)).T
    assert z == pytest.approx(slope(x, y))
    assert a.get_zlim() == b.get_zlim() == (0.5, 3.5)


@pytest.mark.parametrize("logarithmic", [True, False])
def test_a_bowl_has_no_lid(logarithmic):
    """1 up to u0 = 0 and 100 from u0 = 0.5: the wall is cut off at 10, half of its height in decades, 1 / 11 of it in nats.

    A monotone cubic between two levels is 3 t^2 - 2 t^3, 5 / 32 at a quarter of the way.
    """
    bowl, low = over(lambda u0, _: 1 + 99 * (u0 > 0)), over(lambda *_: 1.0, "b")
    a, b = surfaces.draw(surfaces=pd.concat([bowl, low]), logarithmic=logarithmic).axes
    assert np.concatenate(faces(a))[:, 0].max() == pytest.approx(0.25 if logarithmic else 0.125 / 11 * 32 / 5)
    assert np.concatenate(faces(a))[:, 2].max() == pytest.approx(1 if logarithmic else 10)
    assert len(faces(b)) == 4 * 4 * 12
    assert a.get_zlim() == b.get_zlim() == ((0, 1) if logarithmic else (1, 10))


@pytest.mark.parametrize("f", [lambda *_: np.nan, lambda *_: np.inf, lambda *_: 1e9, lambda *_: 0.0, lambda u0, u1: u0])
def test_planes_of_all_kinds(f, tmp_path):
    plt.close("all")
    for table in (over(f), pd.concat([over(f), over(slope, "b")])):
        for logarithmic in (True, False):
            written(tmp_path, surfaces.draw(surfaces=table, logarithmic=logarithmic), surfaces, "svg")
        written(tmp_path, contours.draw(surfaces=table), contours, "svg")


def test_contours_are_straight_where_the_planted_function_is_and_at_the_released_levels():
    axis = contours.draw(surfaces=over(lambda u0, u1: 5 + u0 + 3 * u1)).axes[0]
    drawn = axis.collections[1]
    assert list(drawn.levels) == pytest.approx(np.arange(0.1, 10, 0.5)[5:18])
    for level, path in zip(drawn.levels, drawn.get_paths(), strict=True):
        assert 5 + path.vertices @ [1, 3] == pytest.approx(level, abs=0.05)  # interpolated in the logarithm
    assert {label.get_text() for label in axis.texts} <= {"3.1", "4.1"}, "none on the darker half, 4.85 and above"
    assert axis.texts


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_hole_in_contours_stays_grey(value):
    """The colour of the image at u = (0.5, 0), which was not finite, and at (-0.5, 0), which was."""
    figure = contours.draw(surfaces=with_hole(over(slope), value))
    figure.canvas.draw()
    image = np.asarray(figure.canvas.buffer_rgba())[::-1]
    colours = [image[int(y), int(x), :3] for x, y in figure.axes[0].transData.transform([(0.5, 0.01), (-0.5, 0.01)])]
    assert colours[0].tolist() == [0x99] * 3
    assert len(set(colours[1].tolist())) == 3


def test_lines_are_means_of_runs_with_gaps_where_one_is_not_finite():
    diverged = along(lambda u, _: np.inf if u == 0.5 else 3 * u**2, runs="2", error=0.1)
    figure = lines.draw(lines=pd.concat([along(lambda u, _: abs(u), "b"), along(lambda u, _: u**2, error=0.2), diverged]))
    b, a = figure.axes[:2]
    twin = next(axis for axis in figure.axes[2:] if axis.bbox.bounds == b.bbox.bounds)
    assert lines_in(b)["train nll"].get_xydata() == pytest.approx(np.transpose([U0, abs(U0)]))
    assert lines_in(twin)["test error"].get_ydata() == pytest.approx(abs(U0))  # percent of fractions of a hundredth
    np.testing.assert_array_equal(lines_in(a)["train nll"].get_ydata(), [2, 0.5, 0, np.nan, 2])
    assert a.get_title() == "a\ntest error 15.00 %\ntrain error 15 %"


def test_what_is_drawn_of_an_untrained_network_says_so():
    """Its train error, beside the test error if that was measured; nothing of a network that is trained."""
    tables = [over(slope, error=0.67), over(slope, "b", error=0.0737)]
    for module, role in ((contours, "surfaces"), (surfaces, "surfaces"), (lines, "lines")):
        shown = tables if role == "surfaces" else [along(slope, error=0.67), along(slope, "b")]
        a, b = module.draw(**{role: pd.concat(shown)}).axes[:2]
        assert (a.get_title(), b.get_title()) == ("a\ntest error 67.00 %\ntrain error 67 %", "b\ntest error 7.37 %")
    alone = over(slope, error=0.67).query("split == 'train'")
    assert contours.draw(surfaces=alone).axes[0].get_title() == "a\ntrain error 67 %"


def test_the_straight_way_is_drawn_with_how_far_it_climbs():
    way = planted("landscape", labels=["a"], split="train", quantity=["nll", "error"], u0=[0.0, 0.5, 1.0], mark=["grid"],
                  value=lambda row: row.run * (1 - row.u0))  # fmt: skip
    shapes = planted("shape", labels=["a"], split="train", quantity=["nll", "error"], start=2.5, min=0.5, climb=0.5, end=0.3)
    nll, error = straight.draw(lines=way, shapes=shapes).axes
    assert lines_in(nll)["a, climb 0.25, train error 30 %"].get_ydata().tolist() == [2, 1, 0]
    assert error.lines[0].get_ydata().tolist() == [200, 100, 0]


def test_repeats_show_every_direction_and_the_widths_of_their_basins():
    table = pd.concat([along(lambda u, run: abs(u) * (2, 9)[int(run) - 1] if run else 0.0, runs="12"), along(slope, "b")])
    width = {"a": [0.6, 0.2], "b": [1.0]}
    at = partial(planted, "basin", quantity="nll", centre=0.0)
    basins = pd.concat([
        at(labels=[label], runs=len(own), split="train", half_width=lambda row: width[row.label][row.run - 1], open=label == "b")
        for label, own in width.items()
    ] + [at(labels=["a"], split="test", half_width=9.0), at(labels=["a"], split="train", half_width=9.0).assign(centre=1.0)])  # fmt: skip
    a, b = repeats.draw(lines=table, basins=basins).axes
    assert [run.get_ydata()[-1] for run in a.lines] == [2, 9, 5.5]
    assert a.get_title() == "a\ntest error 7.37 %\nhalf-width 0.4 ± 0.3 (n = 2)"
    assert b.get_title() == "b\ntest error 7.37 %\nhalf-width at least 1"


def weighed(norm, counts, width=0.5, labels=("decay",)):
    """Two runs of three epochs; only the last histogram is `counts`, rows of other kinds are nonsense."""
    low = width * np.arange(len(counts))
    return planted("weights", labels=labels, runs=2, index=[0, 1, 2], kind=["all", "weight"], low=low,
                   high=lambda row: row.low + width, epoch=lambda row: 5.0 * row.index,
                   norm=lambda row: norm * (1 + row.index) * row.run * (1 if row.kind == "all" else 1000),
                   count=lambda row: counts[round(row.low / width)] if row.index == 2 else 7)  # fmt: skip


def drawn_fig2(loss=lambda t, run: run * (1 + t), small=(1.0, [1, 3, 0]), large=(10.0, [2, 2, 6]), labels=("decay",)):
    value = {"value": lambda row: loss(row.u0, row.run) if row.quantity == "nll" else 0.1 * row.run}
    path = planted("landscape", labels=labels, runs=2, u0=np.linspace(-0.5, 1.5, 9), **BOTH, **value)
    return fig2.draw(lines=path, small=weighed(*small, labels=labels), large=weighed(*large, labels=labels))


def test_figure_2_shows_the_line_the_norms_and_the_last_histograms():
    figure = drawn_fig2()
    path, norm, histogram, twin = figure.axes
    assert path.get_title() == "decay\nsmall batch: train error 15 %\nlarge batch: train error 15 %"
    assert lines_in(path)["train nll"].get_ydata()[[0, -1]].tolist() == [0.75, 3.75]
    assert lines_in(twin)["train error"].get_ydata() == pytest.approx([15] * 9)
    for name, level in (("small", 1.5), ("large", 15)):
        assert lines_in(norm)[f"{name} batch"].get_xydata().tolist() == [[0, level], [5, 2 * level], [10, 3 * level]]
    small, large = (patch.get_data() for patch in histogram.patches)
    assert (small.values.tolist(), large.values.tolist()) == ([1, 3, 0], [2, 2, 6])
    assert small.edges.tolist() == large.edges.tolist() == [0, 0.5, 1, 1.5]
    assert figure.legends[0].get_title().get_text() == "mean and range of 2 pairs of networks"
    with pytest.raises(ValueError, match="the bins of small and large differ"):
        drawn_fig2(small=(1.0, [1], 0.25), large=(1.0, [1], 0.5))


def fitted(**errors):
    """The train errors of networks."""
    return planted("landscape", labels=list(errors), runs=["1"], mark="centre", split="train", quantity="error",
                   value=lambda row: errors[row.label])  # fmt: skip


def curved(ratio, labels=("a",), error=0.0):
    """A plane whose lowest eigenvalues are -ratio of the highest, 20 in size."""
    at = {"u0": U0, "u1": U1, "highest": 20.0, "lowest_error": error}
    return planted("curvature", labels=labels, lowest=lambda row: -20 * ratio(row.u0, row.u1), **at)


def test_figure_7_has_a_cell_at_each_point_and_what_is_convex_at_0():
    table = curved(lambda u0, u1: np.nan if (u0, u1) == (-1, 1) else (u0 + u1) / 10)
    table = pd.concat([table, curved(lambda *_: 0.4, ["b"])])
    axis, theirs = fig7.draw(curvature=table, errors=fitted(a=0.02, b=0.67)).axes[:2]
    mesh = next(c for c in axis.collections if isinstance(c, QuadMesh))
    right = np.maximum(U0 + U1[:, None], 0) / 10
    assert mesh.get_array().filled(-1) == pytest.approx(np.where((U0 == -1) & (U1[:, None] == 1), -1, right))
    corners = mesh.get_coordinates()
    assert [*corners[0, 0], *corners[-1, -1]] == pytest.approx([-1.25, -0.75, 1.25, 1.25])
    assert axis.get_title().startswith("a\n")
    assert theirs.get_title() == "b\ntrain error 67 %\n0 % < 0.01, 0 % < 0.1"


@pytest.mark.parametrize(("error", "low", "lower"), [(0.1, 25, 50), (0.0, 50, 75), (np.nan, 0, 0)])
def test_figure_7_counts_what_is_low_for_certain(error, low, lower):
    """An error of 0.1 is 0.005 of the highest."""
    ratios = dict(zip(U1, (0.004, 0.006, 0.096, 0.2), strict=True))
    figure = fig7.draw(curvature=curved(lambda u0, u1: ratios[u1], error=error), errors=fitted(a=0.02))
    assert figure.axes[0].get_title() == f"a\n{low} % < 0.01, {lower} % < 0.1"


def walked(u0, u1, outside, lr=0.1, labels=("a",)):
    def distance(row):
        return np.linalg.norm([u0[row.index], u1[row.index], outside[row.index]])

    columns = {name: (lambda row, own=own: own[row.index]) for name, own in {"u0": u0, "u1": u1, "outside": outside}.items()}
    rate = lr if np.isscalar(lr) else lambda row: lr[row.index]
    at = {"labels": labels, "runs": ["1"], "epoch": lambda row: 10.0 * row.index, "lr": rate}
    return planted("projection", index=range(len(u0)), distance=distance, **at, **columns)


def test_figure_8_says_what_each_plane_catches():
    random = walked([0.1, 0.1, 0], [0.0, 0.2, 0], [3.0, 4.0, 0])
    initial = walked([4.0, 3.0, 0], [0.0, 0.02, 0], [0.0, 4.0, 0])
    axes = fig8.draw(random=random, initial=pd.concat([initial, initial.assign(u0=9.0, run="2")])).axes
    assert axes[0].get_title().endswith(f"\n{100 * 0.06 / 25.06:.3g} % of the squared distances")
    assert axes[1].get_title().endswith(f"\n{100 * 25.0004 / 41.0004:.3g} % of the squared distances")
    for axis in axes[1:]:
        path, start, end = axis.lines
        assert path.get_xydata().tolist() == [[4, 0], [3, 0.02], [0, 0]]
        assert (start.get_xdata()[0], end.get_xdata()[0]) == (4, 0)
    assert axes[2].get_ylim() == pytest.approx((-0.001, 0.021))


LR = [0.1, 0.1, 0.01, 0.009, 0.001, 0.001]  # it falls by a tenth after points 1 and 3
LOSS = [2, 1, 0.5, 0.2, 0.1, 0.05]
U = [1.0, 0.9, 0.6, 0.5, 0.2, 0], [0.0, 0.5, 0.4, 0.3, -0.1, 0]


def drawn_fig9(f=lambda x, y: 2 + x, loss=lambda i: LOSS[i], labels=("a",), error=0.02, **given):
    share = {("centred", 0): 0.712, ("centred", 1): 0.09}
    tables = {
        "surfaces": pd.concat([over(f, label) for label in labels]),
        "paths": walked(*U, [0.0] * 6, LR, labels),
        "shares": planted("directions", labels=labels, runs=["1"], quantity=["uncentred", "centred"], first=[0, 1],
                          value=lambda row: share.get((row.quantity, row.first), 0.5)),
        "courses": planted("dynamics", labels=labels, runs=["1"], index=range(6), **BOTH, epoch=lambda row: 10.0 * row.index,
                           value=lambda row: loss(row.index) if (row.split, row.quantity) == ("train", "nll") else error),
    }  # fmt: skip
    return fig9.draw(**tables | given)


def test_figure_9_dots_are_the_loss_of_the_points_themselves_and_rings_the_drops():
    axis = drawn_fig9().axes[0]
    path, drops = axis.lines
    assert path.get_xydata() == pytest.approx(np.transpose(U))
    assert drops.get_xydata() == pytest.approx(np.array([[0.9, 0.5], [0.5, 0.3]]))
    dots = next(c for c in axis.collections if type(c) is PathCollection)
    assert dots.get_array().tolist() == LOSS
    filled = next(c for c in axis.collections if isinstance(c, QuadContourSet) and c.filled)
    assert filled.norm is dots.norm
    assert dots.norm.vmin <= 0.05 < 3 <= dots.norm.vmax
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_title()) == ("1st PC: 71.2 %", "2nd PC: 9.0 %", "a")
    assert drawn_fig9(error=0.6).axes[0].get_title() == "a\ntrain error 60 %"


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1e12])
def test_figures_of_any_loss_and_curvature(value, tmp_path):
    written(tmp_path, drawn_fig9(lambda x, y: value, lambda i: np.nan), fig9)
    written(tmp_path, drawn_fig9(lambda x, y: value if x > 0 else 1.0, labels=["a", "b"]), fig9)
    written(tmp_path, drawn_fig2(lambda t, run: value, labels=["no decay", "decay"]), fig2)
    written(tmp_path, fig7.draw(curvature=curved(lambda *_: value, "abcd"), errors=fitted(a=0.1, b=0, c=0, d=0)), fig7)


def test_figure_9_refuses_the_course_of_another_training():
    with pytest.raises(ValueError, match="paths and courses of a are of other epochs"):
        drawn_fig9(paths=walked(*U, [0.0] * 6, LR).assign(epoch=range(6)))
    with pytest.raises(ValueError, match="no rows of subspace a"):
        drawn_fig9(paths=walked(*U, [0.0] * 6, LR, ["b"]))


def test_directions_are_compared_with_random_ones():
    known = {"cosine": [-0.3, 0.1], "expected": [0.02, 0.02], "relative norm": [1.0, 2.0], "centred": [0.7, 0.5]}
    value = {"value": lambda row: known[row.quantity][row.run - 1]}
    at = partial(planted, "directions", runs=2, **value)
    random, pca = at(labels=["random"], quantity=[*known][:3]), at(labels=["pca"], quantity=[*known])
    made = directions.draw(directions=pd.concat([random, pca]))
    assert made["plane"].tolist() == ["random", "pca"]
    first = made.iloc[0]
    assert (first["runs"], first["pairs"], first["largest size"]) == (2, 2, 0.3)
    assert first["size of the cosine"] == pytest.approx(0.2)
    assert (first["expected"], first["length / that of the network"]) == (0.02, 1.5)
    assert made["variance held %"].tolist() == pytest.approx([np.nan, 60], nan_ok=True)


def test_training_curves_have_the_same_axes():
    labels = [f"network {i}, batch 8192, decay 0.0005" for i in range(5)]
    epochs = {"index": [0, 1], "epoch": lambda row: 30.0 * row.index, "split": ["train", "test"], "quantity": ["nll", "error"]}
    table = planted("dynamics", labels=labels, runs=2, value=lambda row: row.run / 10 ** (1 + row.index), **epochs)
    figure = training.draw(courses=table)
    axes, twins = figure.axes[:5], figure.axes[5:]
    assert axes[0].get_title() == "network 0, batch 8192,\ndecay 0.0005 (2 runs)"
    assert lines_in(axes[-1])["test nll"].get_xydata() == pytest.approx(np.array([[0, 0.15], [30, 0.015]]))
    assert lines_in(twins[-1])["train error"].get_ydata() == pytest.approx([15, 1.5])
    assert len({axis.get_ylim() for axis in axes}) == len({twin.get_ylim() for twin in twins}) == 1
