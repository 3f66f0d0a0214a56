"""Benton et al. 2021 (arXiv 2102.13042), figure 2: curves between two networks whose bend is drawn from a Gaussian.

    theta_i(t) = curve through theta(0), bend_i, theta(1),     bend_i ~ N(SWAG mean, SWAG covariance)

Beside them, one plane of parameter space; what lies in it is marked.
"""

from matplotlib.figure import Figure

from lossland.options import Positive
from lossland.plotting.panels import legend_of, panels, shaded
from lossland.plotting.style import AXES, COLOURS, SERIES
from lossland.statistics.tables import Table, first_run, only, sheet, where

CAPTION = """
From one trained network (t = 0) to another (t = 1) along curves whose bends are draws of a Gaussian around that of a trained
curve (SWAG); the mean is the thick line, and the straight segment between the same networks is there for scale. Right, the
train nll on a plane through the two networks and a bend; white is low. In the paper every curve that is drawn stays in the
region of low loss: what joins two networks is no single path but a volume.
"""
CURVE = COLOURS["bezier"]


def draw(
    *,
    curves: Table("landscape"),
    segment: Table("landscape"),
    plane: Table("landscape"),
    highest: Positive = 5.0,
) -> Figure:
    """One run of each. `curves` are those of method swag_curve, where u1 numbers the curve and 0 is the mean.

    Colours end at `highest` nats. Raises ValueError where the curves have no number, or the test split is missing.
    """
    curves, segment, plane = first_run(curves), first_run(segment), first_run(plane)
    if curves["u1"].isna().any():
        raise ValueError(f"curves is {curves['subspace'].iloc[0]}, a single curve; measure a subspace of method swag_curve")
    figure, (axes,) = panels(1, 3, height=2.5, width_ratios=[1, 1, 1.15])
    for axis, split, quantity in zip(axes, ("train", "test"), ("nll", "error"), strict=False):
        label, scale = AXES[quantity]
        _lines(axis, only(curves, "curves", mark="grid", split=split, quantity=quantity), scale)
        straight = only(segment, "segment", mark="grid", split=split, quantity=quantity).sort_values("u0")
        look = {"color": COLOURS["segment"], "linestyle": "--", "label": "straight segment"}
        axis.plot(straight["u0"], scale * straight["value"], **look)
        axis.set(xlabel="t", xlim=(0, 1), ylabel=f"{split} {label}", title=f"{split.capitalize()} {quantity} along the curves")
    axes[0].set_yscale("log")
    axes[1].set_ylim(0, None)
    _plane(figure, axes[2], plane, highest)
    legend_of(figure, axes, ncols=5)
    return figure


def _lines(axis, curves, scale):
    """The drawn curves thin, their mean, number 0, thick above them."""
    drawn = curves.pivot(index="u0", columns="u1", values="value").sort_index() * scale
    looks = {"color": CURVE, "linewidth": 0.6, "alpha": 0.45}
    for number, name in enumerate(drawn.columns[drawn.columns > 0]):
        axis.plot(drawn[name], label="" if number else "curves drawn", **looks)
    axis.plot(drawn[0], color=SERIES[-2], linewidth=1.6, label="curve of the SWAG mean")


def _plane(figure, axis, plane, highest):
    drawn = shaded(axis, sheet(plane, "train", "nll"), highest)
    figure.colorbar(drawn, ax=axis, label="train nll [nats]", aspect=25)
    path, points = (where(plane, mark=mark).drop_duplicates("index").sort_values("index") for mark in ("path", "spanning"))
    axis.plot(path["u0"], path["u1"], color=CURVE)
    axis.plot(points["u0"][:2], points["u1"][:2], "o", color=CURVE, markeredgecolor="white", markersize=5.5, label="network")
    axis.plot(points["u0"][2:], points["u1"][2:], "D", color="white", markeredgecolor=CURVE, markersize=4.5, label="bend")
    axis.set(xlabel="distance", ylabel="distance", aspect="equal", title="A plane of the same networks")
