"""Planes of parameter space as shades and contours, and what lies in them: networks, a curve, its bend, faces."""

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.ticker import MaxNLocator
from scipy.interpolate import PchipInterpolator

from lossland.plotting.style import COLOURS, GREY, SERIES, SHADES, WHITE_TO_DARK
from lossland.statistics.tables import where

ROUND: list[list[float]] = [
    [1],
    [1, 3],
    [1, 2, 5],
    [1, 1.5, 2, 3, 5, 7],
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
]  # from coarse to fine


def finer(plane, logarithmic=False, times=5):
    """A plane (u1 down, u0 across) at `times` as many points along each axis, between those that were measured by monotone
    cubics (Fritsch & Carlson 1980), of the logarithm if that is asked for and can be had.

    It goes through all that was measured, and between has no value beyond its neighbours'. With a value that is not finite, or
    less than three along a side, the plane stays as it was measured.
    """
    if not np.isfinite(plane).all(axis=None) or min(plane.shape) < 3:
        return plane
    logarithmic = logarithmic and (plane > 0).all(axis=None)
    values, sides = np.log(plane.to_numpy()) if logarithmic else plane.to_numpy(), []
    for axis, u in enumerate((plane.index.to_numpy(), plane.columns.to_numpy())):
        sides.append(np.interp(np.arange(times * (len(u) - 1) + 1) / times, np.arange(len(u)), u))
        values = PchipInterpolator(u, values, axis=axis)(sides[axis])
    return pd.DataFrame(np.exp(values) if logarithmic else values, *sides)


def rounded(low, high) -> np.ndarray:
    """About a dozen round levels from `low` to `high`, evenly spaced in the logarithm as far as round numbers are."""
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    for steps in ROUND:
        known = np.array([float(f"{step * power:.3g}") for power in powers for step in steps])
        levels = known[np.searchsorted(known, low * 1.001, "right") - 1 : np.searchsorted(known, high * 0.999) + 1]
        if len(levels) >= 9:
            return levels
    ticks = np.asarray(MaxNLocator(10, steps=[1, 2, 5, 10]).tick_values(low, high))
    return levels if len(levels) >= 6 else ticks[ticks > 0]


def numbered(levels) -> np.ndarray:
    """Those of the `levels` that get a number: 1, 2, 5, 10, ..., or if these are few every second."""
    chosen = np.array([level for level in levels if f"{level:e}"[0] in "125" and float(f"{level:.0e}") == level])
    return chosen if len(chosen) >= 3 else levels[::2]


def relief(figure, axes, planes, highest, label, also=(), **bar):
    """Planes that share their shades, evenly in the logarithm up to `highest`, with contours at the numbers of the bar.

    The shades fit the values `also` too; returned is what shows them, for its norm.
    """
    values = np.concatenate([*(plane.to_numpy().ravel() for plane in planes), also])
    values = values[np.isfinite(values) & (values > 0)]
    top = min(values.max(), highest) if len(values) else highest
    levels = rounded(min(max(values.min(), highest / 1000) if len(values) else top / 10, 0.9 * top), top)
    extend = "max" if len(values) and values.max() > levels[-1] else "neither"
    for axis, plane in zip(axes, planes, strict=True):
        shown = finer(plane.where(plane.abs() < float("inf")), logarithmic=True).clip(lower=levels[0])
        axis.contour(shown.columns, shown.index, shown, numbered(levels), colors=SHADES[-1], linewidths=0.3)
        drawn = filled(axis, shown, levels, norm=LogNorm(levels[0], levels[-1]), extend=extend)
    bar = figure.colorbar(drawn, ax=axes, label=label, ticks=numbered(levels), format="%g", **bar)
    bar.minorticks_off()
    return drawn


def filled(axis, plane, levels, **look):
    """A plane (u1 down, u0 across) in shades between `levels`, grey where it is not finite; what a colour bar is made of."""
    axis.set_facecolor(GREY)
    return axis.contourf(plane.columns, plane.index, plane, levels, cmap=WHITE_TO_DARK, **look)


def shaded(figure, axes, planes, highest, label, **bar):
    """Planes that share their shades, in round steps from 0, or a lowest value below, to the highest, or about `highest`."""
    shown = [finer(plane.where(plane.abs() < float("inf"))) for plane in planes]
    low, top = min(0, *(plane.min(axis=None) for plane in shown)), max(plane.max(axis=None) for plane in shown)
    highest = min(highest, top) if top > low else max(highest, low + 1)
    levels = MaxNLocator(10, steps=[1, 2, 5, 10]).tick_values(low, highest)
    extend = "max" if top > levels[-1] else "neither"
    drawn = [filled(axis, plane.clip(lower=levels[0]), levels, extend=extend) for axis, plane in zip(axes, shown, strict=True)]
    figure.colorbar(drawn[-1], ax=axes, label=label, **bar)


def triangle(axis, x, y, modes):
    """A face of a complex in its plane: its edges, its first `modes` vertices as filled dots, the others as open diamonds."""
    axis.fill(x, y, fill=False, edgecolor=SERIES[-2], linewidth=0.9)
    for part, name, marker in ((slice(modes), "mode", "o"), (slice(modes, None), "connector", "D")):
        face = COLOURS[name] if name == "mode" else "white"
        look = {"markerfacecolor": face, "markeredgecolor": "white" if name == "mode" else COLOURS[name]}
        axis.plot(x[part], y[part], marker, label=name, markersize=5.5 if name == "mode" else 4.5, clip_on=False, **look)


def spanning(table):
    """(networks, bend) that span a plane: the third point is the bend of a curve if there is one."""
    points = where(table, mark="spanning").drop_duplicates("index").sort_values("index")
    return (points, points[:0]) if where(table, mark="path").empty else (points[:2], points[2:])


def marks(axis, table, colour):
    """The curve in a plane, the networks that span it as dots, its bend as a diamond."""
    path, (networks, bend) = where(table, mark="path").drop_duplicates("index").sort_values("index"), spanning(table)
    axis.plot(path["u0"], path["u1"], color=colour, linewidth=1.2)
    axis.plot(networks["u0"], networks["u1"], "o", color=colour, markeredgecolor="white", markersize=5, label="network")
    axis.plot(bend["u0"], bend["u1"], "D", color="white", markeredgecolor=colour, markersize=4, label="bend")


def cross(axis, u0, u1, colour):
    """Where the network lies in a plane."""
    axis.plot(u0, u1, "+", color=colour, markersize=7, markeredgewidth=1.2)
