"""The figures of Li et al. 2018 keep what was measured where it was measured: no axis is swapped, no hole is filled."""

import matplotlib.pyplot as plt
import meshio
import numpy as np
import pandas as pd
import pytest
from conftest import RECORD

from lossland.papers.li2018.figures import contours as li2018_contours
from lossland.papers.li2018.figures import lines as li2018_lines
from lossland.papers.li2018.figures import repeats as li2018_repeats
from lossland.papers.li2018.figures import surfaces as li2018_surfaces
from lossland.plotting.figures import surface as turnable
from lossland.plotting.figures import surface_mesh
from lossland.statistics import tables as sheets
from lossland.workflow import artifacts as drawing

U0, U1 = np.linspace(-1, 1, 5), np.linspace(-0.5, 1, 4)  # the middle of U0 is 0, as is the second of U1


def planted(u0, u1):
    return 20 + u0 + 10 * u1


def landscape(f, u1=U1, subspace="a", run="1", error=0.0737):
    """Of a plane, or of a line where `u1` is [nan]: train and test nll f(u), error f / 100, and the network itself."""
    points = [("grid", i, x, y) for i, (x, y) in enumerate((x, y) for x in U0 for y in u1)]
    rows = []
    for mark, i, x, y in [*points, ("centre", 0, 0.0, 0.0 * u1[0])]:
        at = {"mark": mark, "index": i, "u0": x, "u1": y, "displacement": np.nan, "subspace": subspace, "run": run}
        if mark == "grid":
            at["displacement"] = np.hypot(8 * (x - U0[0]), 2 * (y - u1[0]))
        for split in ("train", "test"):
            value = f(x, 0.0 if np.isnan(y) else y)
            rows += [at | {"split": split, "quantity": q, "value": value} for q in ("nll", "loss")]
            rows.append(at | {"split": split, "quantity": "error", "value": value / 100 if mark == "grid" else error})
    return pd.DataFrame(rows)


def line(f, **names):
    return landscape(lambda u0, _: f(u0), u1=[np.nan], **names)


def widths(half, opened=False, subspace="a"):
    """A `basin` table of one line in each run; around u = 1, and of test data, there is nonsense."""
    kinds = [("train", 0.0), ("train", 1.0), ("test", 0.0)]
    table = pd.DataFrame(
        [(str(run), *kind, width * 100**i) for run, width in enumerate(half, 1) for i, kind in enumerate(kinds)],
        columns=["run", "split", "centre", "half_width"],
    )
    return table.assign(subspace=subspace, quantity="nll", open=opened)


def with_hole(table, value=np.nan):
    """Its point (u0 = 0.5, u1 = 0) is not finite."""
    return table.assign(value=table["value"].mask((table["u0"] == 0.5) & (table["u1"] == 0), value))


def written(tmp_path, drawn, module, suffix):
    path = tmp_path / f"drawn.{suffix}"
    drawing.save([path], drawn, module.__doc__, RECORD)
    return path


def test_a_sheet_has_u0_across_and_u1_down():
    made = sheets.sheet(landscape(planted), "train", "nll")
    assert made.shape == (4, 5)
    assert made.loc[1.0, -0.5] == planted(-0.5, 1.0)
    shuffled = landscape(planted).sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(sheets.sheet(shuffled, "train", "nll"), made)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_mesh_has_its_points_in_place_and_a_hole_where_nothing_finite_was_measured(tmp_path, value):
    drawn = surface_mesh.draw(surface=with_hole(landscape(planted), value), logarithmic=False, highest=100)
    mesh = meshio.read(written(tmp_path, drawn, surface_mesh, "vtu"))
    assert mesh.points.shape == (20, 3)
    assert len(mesh.cells_dict["quad"]) == 4 * 3 - 4
    data = mesh.point_data
    finite = np.isfinite(data["value"])
    assert (~finite).sum() == 1
    assert np.array_equal(data["value"][~finite], [value], equal_nan=True)
    assert (data["u0"][~finite], data["u1"][~finite]) == (0.5, 0)
    assert np.flatnonzero(~finite)[0] not in mesh.cells_dict["quad"]
    assert np.array_equal(mesh.points[:, 0], data["u0"])
    assert np.array_equal(mesh.points[:, 1], data["u1"])
    assert data["value"][finite] == pytest.approx(planted(data["u0"], data["u1"])[finite])
    height = mesh.points[:, 2]
    assert height[finite] == pytest.approx((data["value"][finite] - 14) / 17)  # 14 to 31 over half of a width of 2
    assert np.isfinite(mesh.points).all()
    first = mesh.points[mesh.cells_dict["quad"][0]]
    assert np.cross(first[1] - first[0], first[2] - first[1])[2] > 0, "seen from above the faces turn their front"


def test_a_mesh_in_the_logarithm_is_cut_off_and_the_same_bytes_each_time(tmp_path):
    table = landscape(lambda u0, u1: 10 ** (3 * u0))
    one, two = (
        written(tmp_path, surface_mesh.draw(surface=table, highest=10), surface_mesh, "vtu").read_bytes() for _ in range(2)
    )
    assert one == two
    mesh = meshio.read(tmp_path / "drawn.vtu")
    assert mesh.point_data["height"].reshape(4, 5)[2] == pytest.approx([-2, -1.5, 0, 1, 1])
    assert mesh.point_data["value"].max() == pytest.approx(1000)


def test_a_table_without_a_plane_is_refused():
    with pytest.raises(ValueError, match="this needs a plane, and there is none with train nll of a; measure it"):
        surface_mesh.draw(surface=line(abs))
    with pytest.raises(ValueError, match="no four neighbouring points whose train nll is finite"):
        surface_mesh.draw(surface=landscape(lambda *_: np.nan))
    with pytest.raises(ValueError, match="draws one direction, and A has two; use li2018_contours"):
        li2018_lines.draw(lines=landscape(planted), titles=[["a", "A"]])
    with pytest.raises(ValueError, match="draws train nll along one direction, and A has none"):
        li2018_repeats.draw(lines=landscape(planted), basins=widths([1.0]), titles=[["a", "A"]])


@pytest.mark.parametrize("draw", [li2018_surfaces.draw, li2018_contours.draw])
def test_titles_name_what_is_there(draw):
    with pytest.raises(ValueError, match=r"titles is empty; list \[subspace, title\]"):
        draw(surfaces=landscape(planted), titles=[])
    with pytest.raises(ValueError, match=r"titles\.1 is \['b'\]; it must be \[subspace, title\]"):
        draw(surfaces=landscape(planted), titles=[["a", "A"], ["b"]])
    with pytest.raises(ValueError, match="surfaces has no rows of b, only of a; name one of them"):
        draw(surfaces=landscape(planted), titles=[["a", "A"], ["b", "B"]])
    both = pd.concat([landscape(planted), landscape(planted, subspace="b")])
    panel = next(axis for axis in draw(surfaces=both, titles=[["b", "B"]]).axes if axis.get_title())
    assert panel.get_title().startswith("B\n"), "what is not named is left out"


def faces(axis):
    """The corners [n 3] of each face of the surface in a panel."""
    drawn = axis.collections[0]
    padded = np.ma.getmaskarray(np.ma.asarray(drawn._faces)) | np.broadcast_to(
        np.expand_dims(getattr(drawn, "_invalid_vertices", False), -1), drawn._faces.shape
    )
    return [np.asarray(face)[~blank.any(-1)] for face, blank in zip(drawn._faces, padded, strict=True)]


def test_surfaces_are_where_they_were_measured_in_the_order_of_the_titles(tmp_path):
    table = pd.concat([landscape(planted), with_hole(landscape(lambda u0, u1: planted(u0, u1) - 5, subspace="b"))])
    figure = li2018_surfaces.draw(surfaces=table, titles=[["b", "B"], ["a", "A"]], logarithmic=False, highest=30)
    b, a = figure.axes
    assert [axis.get_title().splitlines()[0] for axis in (b, a)] == ["B", "A"]
    assert a.get_title().endswith("test error 7.37 %")
    assert len(faces(a)) == 12
    assert len(faces(b)) == 12 - 4
    assert not (np.concatenate(faces(b))[:, :2] == (0.5, 0)).all(-1).any()
    x, y, z = np.concatenate(faces(a)).T
    assert z == pytest.approx(planted(x, y))
    assert z.max() == 30
    assert a.get_zlim() == b.get_zlim() == (pytest.approx(9), 30)
    written(tmp_path, figure, li2018_surfaces, "png")


@pytest.mark.parametrize("logarithmic", [True, False])
def test_a_bowl_has_no_lid(logarithmic):
    """1 up to u0 = 0 and 100 from u0 = 0.5: the wall is cut off at 10, half of its height in decades, 1 / 11 of it in nats."""
    bowl, low = landscape(lambda u0, _: 1 + 99 * (u0 > 0)), landscape(lambda *_: 1.0, subspace="b")
    titles = [["a", "A"], ["b", "B"]]
    a, b = li2018_surfaces.draw(surfaces=pd.concat([bowl, low]), titles=titles, logarithmic=logarithmic).axes
    assert len(faces(b)) == 12
    assert len(faces(a)) == 9
    assert np.concatenate(faces(a))[:, 0].max() == pytest.approx(0.25 if logarithmic else 0.5 / 11)
    assert a.get_zlim() == b.get_zlim() == ((0, 1) if logarithmic else (1, 10))


def test_surfaces_in_the_logarithm_name_their_heights():
    figure = li2018_surfaces.draw(surfaces=landscape(lambda u0, u1: 10 ** (u0 + 1)), titles=[["a", "A"]], highest=50)
    (axis,) = figure.axes
    x, _, z = np.concatenate(faces(axis)).T
    assert z == pytest.approx(x + 1)
    assert z.max() == pytest.approx(np.log10(50))
    assert [label.get_text() for label in axis.get_zticklabels()] == ["1", "3", "10", "30"]
    assert axis.get_zticks() == pytest.approx(np.log10([1, 3, 10, 30]))


@pytest.mark.parametrize("f", [lambda *_: np.nan, lambda *_: np.inf, lambda *_: 1e9, lambda *_: 0.0, lambda u0, u1: u0])
@pytest.mark.parametrize("logarithmic", [True, False])
def test_planes_of_all_kinds(f, logarithmic, tmp_path):
    table = pd.concat([landscape(f), landscape(planted, subspace="b")])
    plt.close("all")
    for part, titles in ((table, [["a", "A"], ["b", "B"]]), (landscape(f), [["a", "A"]])):
        made = li2018_surfaces.draw(surfaces=part, titles=titles, logarithmic=logarithmic)
        written(tmp_path, made, li2018_surfaces, "svg")
        written(tmp_path, li2018_contours.draw(surfaces=part, titles=titles), li2018_contours, "svg")


def lines_of(axis):
    """Level -> its points [n 2]."""
    drawn = axis.collections[1]
    return {level: path.vertices for level, path in zip(drawn.levels, drawn.get_paths(), strict=True)}


def test_contours_are_straight_where_the_planted_function_is_and_at_the_released_levels(tmp_path):
    figure = li2018_contours.draw(surfaces=landscape(lambda u0, u1: 5 + u0 + 3 * u1), titles=[["a", "A"]])
    axis = figure.axes[0]
    found = lines_of(axis)
    assert list(found) == pytest.approx(np.arange(0.1, 10, 0.5)[5:18])
    for level, points in found.items():
        assert 5 + points @ [1, 3] == pytest.approx(level)
    assert axis.get_xlim() == (-1, 1)
    assert axis.get_ylim() == (-0.5, 1)
    assert axis.get_title() == "A\ntest error 7.37 %"
    assert {label.get_text() for label in axis.texts} <= {"3.1", "4.1"}, "none on the darker half, 4.85 and above"
    assert axis.texts
    (cross,) = axis.lines
    assert (cross.get_xdata().tolist(), cross.get_ydata().tolist()) == ([0], [0])
    written(tmp_path, figure, li2018_contours, "png")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_hole_in_contours_stays_grey(value):
    """The colour of the picture at u = (0.5, 0), which was not finite, and at (-0.5, 0), which was."""
    table = with_hole(landscape(lambda u0, u1: 5 + u0 + 3 * u1), value)
    figure = li2018_contours.draw(surfaces=table, titles=[["a", "A"]])
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())[::-1]
    colours = [picture[int(y), int(x), :3] for x, y in figure.axes[0].transData.transform([(0.5, 0.01), (-0.5, 0.01)])]
    assert colours[0].tolist() == [0x99] * 3
    assert len(set(colours[1].tolist())) == 3


def test_panels_share_axes_and_colours_and_every_run_may_have_its_own():
    runs = [landscape(lambda u0, u1, r=r: 1 + r + u0 + u1, run=str(r), error=r / 10) for r in (1, 2)]
    table = pd.concat([*runs, landscape(planted, subspace="b", run="", u1=3 * U1)])
    titles = [["a", "A"], ["b", "B"]]
    first = li2018_contours.draw(surfaces=table, titles=titles).axes[:-1]
    assert [axis.get_title() for axis in first] == ["A\ntest error 10.00 %", "B\ntest error 7.37 %"]
    assert len({axis.get_ylim() for axis in first}) == len({axis.collections[0].get_clim() for axis in first}) == 1
    every = li2018_contours.draw(surfaces=table, titles=titles, every_run=True, columns=2).axes[:-1]
    shown = [axis.get_title() for axis in every]
    assert shown == ["A, 1\ntest error 10.00 %", "A, 2\ntest error 20.00 %", "B\ntest error 7.37 %"]
    with pytest.raises(ValueError, match=r"1 lines from 0\.1 to 10 in steps of 20; take a smaller step"):
        li2018_contours.draw(surfaces=table, titles=titles, step=20.0)


def test_lines_are_means_of_runs_with_gaps_where_one_is_not_finite(tmp_path):
    diverged = line(lambda u: np.inf if u == 0.5 else 3 * u**2, run="2", error=0.1)
    table = pd.concat([line(lambda u: u**2, error=0.2), diverged, line(abs, subspace="b")])
    figure = li2018_lines.draw(lines=table, titles=[["b", "B"], ["a", "A"]])
    b, a = figure.axes[:2]
    left, right = b, next(axis for axis in figure.axes[2:] if axis.bbox.bounds == b.bbox.bounds)
    assert left.lines[0].get_xdata().tolist() == U0.tolist()
    assert left.lines[0].get_ydata().tolist() == [1, 0.5, 0, 0.5, 1]
    assert right.lines[1].get_ydata().tolist() == [1, 0.5, 0, 0.5, 1]  # percent of the fractions f / 100
    assert [side.lines[1].get_linestyle() for side in (left, right)] == ["--", "--"]
    np.testing.assert_array_equal(a.lines[0].get_ydata(), [2, 0.5, 0, np.nan, 2])
    assert a.get_title() == "A\ntest error 15.00 %"
    assert (a.get_ylim(), b.get_ylim(), right.get_ylim()) == ((0, 5), (0, 5), (0, 100))
    written(tmp_path, figure, li2018_lines, "png")


def test_repeats_show_every_direction_and_the_widths_of_their_basins():
    steep = pd.concat([line(lambda u: 2 * abs(u)), line(lambda u: 9 * abs(u), run="2")])
    table = pd.concat([steep, line(lambda u: u**2, subspace="b")])
    basins = pd.concat([widths([1.0], opened=True, subspace="b"), widths([0.6, 0.2])])
    figure = li2018_repeats.draw(lines=table, basins=basins, titles=[["a", "A"], ["b", "B"]])
    a, b = figure.axes
    assert [run.get_ydata()[-1] for run in a.lines] == [2, 9, 5.5]
    assert a.get_title() == "A\nhalf-width 0.4 ± 0.3 (n = 2)"
    assert b.get_title() == "B\nhalf-width at least 1"
    with pytest.raises(ValueError, match="basins has no rows of b, only of a"):
        li2018_repeats.draw(lines=table, basins=widths([0.6]), titles=[["b", "B"]])
    with pytest.raises(ValueError, match="basins has no train nll of A around u = 0; measure basin"):
        li2018_repeats.draw(lines=table, basins=widths([0.6]).query("split == 'test'"), titles=[["a", "A"]])


@pytest.mark.parametrize("logarithmic", [True, False])
def test_a_page_shows_the_network_and_says_how_far_a_step_is(logarithmic):
    table = with_hole(landscape(lambda u0, u1: 2 + u0 + u1 / 2))
    figure = turnable.draw(surface=table, quantity="nll", logarithmic=logarithmic)
    sheet, network = figure.data
    assert sheet.z.shape == (4, 5)
    assert sheet.z[3][1] == pytest.approx(2 - 0.5 + 0.5)
    assert np.isnan(sheet.z[1][3])
    assert (sheet.x.tolist(), sheet.y.tolist()) == (U0.tolist(), U1.tolist())
    assert (network.x[0], network.y[0], network.name) == (0, 0, "network")
    assert 2 < network.z[0] < 2.2
    scene = figure.layout.scene
    assert (scene.xaxis.title.text, scene.yaxis.title.text) == ("step, 1 is a distance of 8", "step, 1 is a distance of 2")
    assert (scene.aspectratio.x, scene.aspectratio.y) == (1, 0.75)
