"""The basin around a network against closed forms: parabolas, slopes, ellipses, saddles, islands, holes."""

import numpy as np
import pandas as pd
import pytest

from lossland.probes import basin

LINE = np.linspace(-1, 1, 201)


def _table(values, u0, u1=None, quantity="nll"):
    """A landscape table of values over u0, or over u0 and u1, in the order of the grid."""
    u = np.stack([a.ravel() for a in np.meshgrid(u0, [np.nan] if u1 is None else u1, indexing="ij")])
    columns = {"mark": "grid", "index": range(u.shape[1]), "u0": u[0], "u1": u[1], "split": "train", "quantity": quantity}
    return pd.DataFrame(columns | {"value": np.ravel(values)})


def _line(f, u=LINE, **options):
    return basin.measure(_table(f(u), u), **options).set_index("centre")


def _plane(f, u0=np.linspace(-1, 1, 101), u1=np.linspace(-1, 1, 101), **options):
    values = f(*np.meshgrid(u0, u1, indexing="ij"))
    return basin.measure(_table(values, u0, u1), **options).iloc[0]


@pytest.mark.parametrize("rise", [0.5, 1.0])
@pytest.mark.parametrize("a", [3.0, 8.0])
def test_a_parabola_is_as_wide_as_the_root_of_rise_over_a(a, rise):
    found = _line(lambda u: 0.3 + a * u**2, rise=rise).loc[0]
    assert found["level"] == pytest.approx(0.3 + rise)
    assert found["half_width"] == pytest.approx(np.sqrt(rise / a), abs=1e-4)
    assert found["area"] == pytest.approx(np.sqrt(rise / a), abs=1e-4), "of a range of length 2"
    assert (found["non_convex"], found["open"]) == (0, False)
    assert found["asymmetry"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("points", [11, 21, 201])
def test_slopes_cross_where_they_do_at_any_resolution(points):
    """1/2 to the left and 1/8 to the right: linear interpolation is exact."""
    found = _line(lambda u: np.where(u < 0, -2 * u, 8 * u), np.linspace(-1, 1, points)).loc[0]
    assert (found["left"], found["right"]) == pytest.approx((1 / 2, 1 / 8))
    assert found["half_width"] == pytest.approx((1 / 2 + 1 / 8) / 2)
    assert found["asymmetry"] == pytest.approx((1 / 2 - 1 / 8) / (1 / 2 + 1 / 8))
    assert found["area"] == pytest.approx((1 / 2 + 1 / 8) / 2)
    assert found["non_convex"] == 0, "a kink upwards is convex, a straight line too"


def test_two_centres_of_one_line_have_their_own_levels_and_widths():
    """Parabolas of curvature 10 around 0 and 1000 around 1, which meet between."""
    u = np.linspace(-0.5, 1.5, 401)
    found = _line(lambda u: np.minimum(10 * u**2, 1 + 1000 * (u - 1) ** 2), u, centres=[0, 1])
    assert found["level"].tolist() == [1, 2]
    assert found["half_width"].tolist() == pytest.approx([10**-0.5, 1000**-0.5], abs=5e-4)


def test_only_what_is_connected_with_the_centre_counts():
    def waves(u):
        return 2 * np.sin(2 * np.pi * u) ** 2

    assert _line(waves).loc[0, "half_width"] == pytest.approx(1 / 8, abs=1e-4)
    assert _line(waves).loc[0, "area"] == pytest.approx(1 / 8, abs=1e-4), "without the other two and two halves"
    half = _plane(lambda x, y: waves(x) + 10 * y**2)
    whole = _plane(lambda x, y: np.where(np.abs(x) > 1 / 4, 9, waves(x)) + 10 * y**2)
    assert half["area"] == whole["area"] > 0


def test_a_basin_that_reaches_the_edge_is_open():
    found = _line(lambda u: np.where(u < 0, 2 * u**2, u**2 / 2)).loc[0]
    assert found["half_width"] == pytest.approx((np.sqrt(1 / 2) + 1) / 2, abs=1e-4)
    assert found["open"]
    assert _plane(lambda x, y: 9 * x**2 + y**2 / 2)["open"]
    assert _plane(lambda x, y: 0 * x)["area"] == pytest.approx(1)


@pytest.mark.parametrize("side", [-1, 1])
def test_points_of_the_edge_stand_for_half_a_cell(side):
    """From 1/2 to one side over the origin to the other edge; the cells of 0.1 end halfway between points."""
    found = _plane(lambda x, y: np.where(side * x > -0.55, 0.0, 9.0), np.linspace(-1, 1, 21), np.linspace(-2, 2, 11))
    assert found["area"] == pytest.approx((1 + 0.55) / 2)
    assert found["half_width"] == pytest.approx(np.sqrt(4 * 1.55 / np.pi))


@pytest.mark.parametrize("n", [(101, 101), (61, 141)])
@pytest.mark.parametrize("box", [(1, 1), (0.8, 5)])
def test_the_ellipse_of_a_bowl_has_its_area(n, box):
    """v = x^2/p^2 + y^2/q^2 + 1.5 x y/(p q) is below 1 on an area of pi p q / sqrt(1 - 0.75^2)."""
    p, q = 0.45 * box[0], 0.45 * box[1]
    u0, u1 = (np.linspace(-side, side, k) for side, k in zip(box, n, strict=True))
    found = _plane(lambda x, y: (x / p) ** 2 + (y / q) ** 2 + 1.5 * x * y / (p * q), u0, u1)
    area = np.pi * p * q / np.sqrt(1 - 0.75**2)
    assert found["area"] == pytest.approx(area / (4 * box[0] * box[1]), rel=0.02)
    assert found["half_width"] == pytest.approx(np.sqrt(area / np.pi), rel=0.01)
    assert found["asymmetry"] == pytest.approx(0, abs=1e-9)
    assert (found["non_convex"], found["open"]) == (0, False)


@pytest.mark.parametrize("k", [1.9, 2.1])
def test_the_sign_of_the_curvature_does_not_depend_on_the_spacing(k):
    """x^2 + y^2 + k x y is a bowl below k = 2 and a saddle above, along the diagonal alone."""
    found = _plane(lambda x, y: x**2 + y**2 + k * x * y, np.linspace(-1, 1, 11), np.linspace(-3, 3, 151))
    assert found["non_convex"] == (k > 2)


def test_a_saddle_is_convex_nowhere_and_a_flat_basin_of_rounding_everywhere():
    assert _plane(lambda x, y: x**2 - y**2)["non_convex"] == 1
    noise = np.random.default_rng(0).uniform(-1e-7, 1e-7, (101, 101))
    assert _plane(lambda x, y: 0.1 + noise)["non_convex"] == 0
    assert _line(lambda u: 10 + 3 * u).loc[0, "non_convex"] == 0


def test_half_a_wave_is_half_convex():
    assert _line(lambda u: -np.cos(2 * np.pi * u)).loc[0, "non_convex"] == pytest.approx(0.5, abs=0.01)
    assert _plane(lambda x, y: y**2 - np.cos(2 * np.pi * x))["non_convex"] == pytest.approx(0.5, abs=0.02)


def test_a_disc_beside_the_centre_is_as_asymmetric_as_it_lies():
    """A crater of radius 1/2 whose middle is 0.3, 0.2 away, along axes that are not alike."""
    u1 = np.linspace(-1, 1, 201)
    found = _plane(lambda x, y: np.where(np.hypot(x - 0.3, y + 0.2) < 0.5, 0.0, 9.0), u1=u1)
    assert found["asymmetry"] == pytest.approx(np.hypot(0.3, 0.2) / 0.5, rel=0.01)


def test_points_that_are_not_finite_lie_above_and_are_not_convex():
    def holed(x, y):
        return np.where(np.hypot(x - 0.2, y) < 0.05, np.nan, 4 * (x**2 + y**2))

    whole, found = _plane(lambda x, y: 4 * (x**2 + y**2)), _plane(holed)
    lost = (np.hypot(*np.meshgrid(LINE[::2] - 0.2, LINE[::2])) < 0.05).sum()
    assert whole["area"] - found["area"] == pytest.approx(lost / 100**2)
    assert lost < found["non_convex"] * 99**2 < 5 * lost
    walled = _line(lambda u: np.where(np.abs(u) > 0.505, np.inf, u**2)).loc[0]
    assert walled["half_width"] == pytest.approx(0.5)
    assert not walled["open"]
    assert walled["non_convex"] == pytest.approx(100 / 199, abs=0.01)


@pytest.mark.parametrize(("left", "right"), [(3, 3), (2, 2), (2, 1.99), (1.99, 2), (0.5, 9), (9, 0.5)])
def test_a_width_on_a_line_is_resolved_from_two_steps_of_the_grid_on(left, right):
    """Slopes that cross the level after so many steps, of 1/16."""
    found = _line(lambda u: np.where(u < 0, -16 * u / left, 16 * u / right), np.linspace(-1, 1, 33)).loc[0]
    assert (found["left"], found["right"]) == pytest.approx((left / 16, right / 16))
    assert found["resolved"] == (min(left, right) >= 2)
    assert not found["walled"]


@pytest.mark.parametrize(("centre", "resolved"), [(0.0, True), (0.875, True), (0.9375, False), (-1, False)])
def test_an_edge_less_than_two_steps_away_resolves_nothing(centre, resolved):
    found = _line(lambda u: 0 * u, np.linspace(-1, 1, 33), centres=[centre]).loc[centre]
    assert (found["open"], found["resolved"]) == (True, resolved)


@pytest.mark.parametrize(("points", "resolved"), [(8, False), (9, True), (10, True)])
def test_a_basin_on_a_plane_is_resolved_from_nine_points_on(points, resolved):
    """The first so many of a block of 3 rows and 4 columns, from its corner at the origin; an island apart counts nothing."""
    inside = np.zeros((11, 11), bool)
    inside[5 + np.arange(points) // 4, 5 + np.arange(points) % 4] = inside[:3, :3] = True
    u = np.linspace(-1, 1, 11)
    found = basin.measure(_table(np.where(inside, 0.0, 9.0), u, u)).iloc[0]
    assert (found["resolved"], found["walled"]) == (resolved, False)


@pytest.mark.parametrize("wall", [np.nan, np.inf])
@pytest.mark.parametrize(("at", "walled"), [(0.25, True), (-0.25, True), (0.75, False), (-0.75, False)])
def test_a_basin_is_walled_where_it_ends_at_a_point_that_is_not_finite(wall, at, walled):
    """4 u^2 is below 1 up to 1/2: a wall inside cuts the basin, one outside does not touch it."""
    u = np.linspace(-1, 1, 33)
    found = _line(lambda u: np.where(u == at, wall, 4 * u**2), u).loc[0]
    assert (found["walled"], found["resolved"], found["open"]) == (walled, True, False)
    for turn in (np.array, np.transpose):
        values = turn(np.where(u == at, wall, 4 * u**2)[:, None] + 4 * u**2)
        found = basin.measure(_table(values, u, u)).iloc[0]
        assert (found["walled"], found["resolved"], found["open"]) == (walled, True, False)


def test_a_wall_beside_the_centre_leaves_no_width():
    found = _line(lambda u: np.where(u > 0, np.nan, u**2)).loc[0]
    assert (found["right"], found["walled"], found["resolved"], found["open"]) == (0, True, False, True)


def test_without_a_finite_centre_there_is_no_basin():
    found = _line(lambda u: np.where(u == 0, np.inf, u**2)).loc[0]
    assert found[["level", "half_width", "asymmetry", "area"]].isna().all()
    assert not found[["open", "resolved", "walled"]].any()
    alone = _line(lambda u: np.where(u == 0, 0, np.nan)).loc[0]
    assert (alone["half_width"], alone["asymmetry"]) == (0, 0)


def test_nll_and_loss_of_each_split_are_measured_and_errors_are_not():
    tables = [
        _table(8 * LINE**2, LINE, quantity=q).assign(split=s) for q in ("nll", "loss", "error") for s in ("train", "test")
    ]
    marks = _table(np.zeros(1), np.zeros(1)).assign(mark="centre")
    found = basin.measure(pd.concat([*tables, marks]).sample(frac=1, random_state=0))
    assert set(zip(found["split"], found["quantity"], strict=True)) == {
        (s, q) for s in ("train", "test") for q in ("nll", "loss")
    }
    assert found["half_width"].tolist() == pytest.approx(4 * [8**-0.5], abs=1e-4)


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (pd.concat(2 * [_table(LINE**2, LINE)]), {}, "several; measure one at a time"),
        (_table([0, 1], [0, 1]), {}, "at least 3 points"),
        (_table(np.zeros((3, 2)), [-1, 0, 1], [0, 1]), {}, "at least 3 points"),
        (_table(np.zeros((3, 3)), [-1, 0, 1], [-1, 0, 1]), {"centres": [0, 1]}, "a plane has the origin alone"),
        (_table(LINE**2, LINE), {"centres": [0, 2]}, "centres names 2, but what is drawn goes from -1 to 1"),
        (_table(np.zeros((3, 3)), [-1, 0, 1], [1, 2, 3]), {}, "centres names 0, but what is drawn goes from 1 to 3"),
    ],
)
def test_what_has_no_basin_is_refused(table, options, message):
    with pytest.raises(ValueError, match=message):
        basin.measure(table, **options)


def test_what_is_bent_within_the_basin_is_counted_apart():
    """A parabola, and from |u| = 1/2 on a hill: up to a level of 1/4 all is convex, up to 1 and beyond not."""
    hill = lambda u: np.where(np.abs(u) < 0.5, u**2, 0.25 + np.sin(np.abs(u) - 0.5))  # noqa: E731
    low, high = (_line(hill, rise=rise).loc[0] for rise in (0.2, 5.0))
    assert low["bent"] == 0 < low["non_convex"] == high["bent"]
    bowl = _plane(lambda x, y: np.where(x**2 + y**2 < 0.25, x**2 + y**2, 0.25 + np.log1p(x**2 + y**2 - 0.25)), rise=0.2)
    assert bowl["bent"] == 0 < bowl["non_convex"]
    assert np.isnan(_line(lambda u: np.where(u == 0, np.inf, u**2)).loc[0]["bent"]), "no basin"
