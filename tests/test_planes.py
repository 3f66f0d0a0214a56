"""Planes as they are drawn: through what was measured, in round steps, in shades that the panels share."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.contour import QuadContourSet

from lossland.plotting.planes import finer, numbered, relief, rounded, shaded

U = np.array([-1.0, -0.4, 0.1, 0.6, 1.0])


def plane(value):
    return pd.DataFrame([[value(x, y) for x in U] for y in U], index=U, columns=U)


@pytest.mark.parametrize("logarithmic", [False, True])
def test_what_is_drawn_goes_through_what_was_measured_and_not_beyond(logarithmic):
    cliff = plane(lambda x, y: 5.0 if x + y > 0 else 0.02)
    fine = finer(cliff, logarithmic, times=4)
    assert fine.shape == (17, 17)
    assert fine.to_numpy()[::4, ::4] == pytest.approx(cliff.to_numpy())
    assert fine.index[::4].tolist() == pytest.approx(U.tolist())
    assert fine.to_numpy().min() == pytest.approx(0.02)
    assert fine.to_numpy().max() == pytest.approx(5)


def test_a_straight_slope_stays_straight_in_its_own_scale():
    fine = finer(plane(lambda x, y: np.exp(2 * x + y)), logarithmic=True)
    expected = np.exp(2 * fine.columns.to_numpy() + fine.index.to_numpy()[:, None])
    assert fine.to_numpy() == pytest.approx(expected)


def test_with_a_hole_only_what_was_measured_is_drawn():
    holed = plane(lambda x, y: np.nan if x == y == 0.1 else 1.0)
    assert finer(holed) is holed


@pytest.mark.parametrize("ends", [(0.0109, 6.98), (0.096, 5), (2.38, 91), (0.08, 0.3), (0.5, 0.52), (1e-4, 1e6)])
def test_levels_are_round_and_reach_from_end_to_end(ends):
    levels, numbers = rounded(*ends), numbered(rounded(*ends))
    assert levels[0] <= ends[0] < ends[1] <= levels[-1]
    assert 5 <= len(levels) <= 20
    assert set(numbers) <= set(levels)
    assert 2 <= len(numbers) <= 14
    assert np.allclose(levels, [float(f"{level:.2e}") for level in levels], rtol=1e-9)


@pytest.mark.parametrize("draw", [relief, shaded])
def test_panels_share_their_shades_and_an_arrow_says_that_they_end(draw):
    figure, axes = plt.subplots(1, 2)
    draw(figure, axes, [plane(lambda x, y: 2 + x), plane(lambda x, y: 9 + x + y)], 4.0, "loss")
    left, right = ([c for c in axis.collections if isinstance(c, QuadContourSet) and c.filled][-1] for axis in axes)
    assert list(left.levels) == list(right.levels)
    assert left.get_clim() == right.get_clim()
    assert right.extend == "max"
    plt.close(figure)
