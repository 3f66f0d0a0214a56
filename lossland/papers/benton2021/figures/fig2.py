"""Benton et al. 2021 (arXiv 2102.13042), figure 2: curves between two networks whose bend is drawn from a Gaussian.

    theta_i(t) = curve through theta(0), bend_i, theta(1),     bend_i ~ N(SWAG mean, SWAG covariance)

From one trained network (t = 0) to another (t = 1) along curves whose bends are draws of a Gaussian around that of a trained
curve (SWAG); the mean is the thick line, and the straight segment between the same networks is there for scale. Right, the
train nll on a plane through the two networks and a bend; white is low.

In the paper every curve that is drawn stays in the region of low loss: two networks are joined not by a single path but by a
volume.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import legend_below, panels
from lossland.plotting.planes import marks, shaded
from lossland.plotting.style import AXES, COLOURS, SERIES
from lossland.statistics.tables import Table, noted, one_run, pick, untrained, where
from lossland.statistics.tables import plane as grid_of

CURVE, HIGHEST = COLOURS["bezier"], 5.0  # nats, at which the colours end


def draw(*, curves: Table("landscape"), segment: Table("landscape"), plane: Table("landscape")) -> Figure:
    """One run of each. `curves` are those of method swag_curve: u1 numbers the curve, 0 is the mean. ValueError otherwise."""
    curves, segment, plane = one_run(curves), one_run(segment), one_run(plane)
    if curves["u1"].isna().any():
        raise ValueError(f"curves is {curves['subspace'].iloc[0]}, a single curve; measure a subspace of method swag_curve")
    figure, (axes,) = panels(1, 3, height=2.5, width_ratios=[1, 1, 1.15])
    for axis, split, quantity in zip(axes, ("train", "test"), ("nll", "error"), strict=False):
        label, scale = AXES[quantity]
        drawn, straight = (pick(t, mark="grid", split=split, quantity=quantity) for t in (curves, segment))
        _lines(axis, drawn.pivot(index="u0", columns="u1", values="value").sort_index() * scale)
        straight = straight.set_index("u0")["value"].sort_index() * scale
        axis.plot(straight, color=COLOURS["segment"], linestyle="--", label="straight segment")
        axis.set(xlabel="t", xlim=(0, 1), ylabel=f"{split} {label}", title=f"{split.capitalize()} {quantity} along the curves")
    axes[0].set_yscale("log")
    axes[1].set_ylim(0, None)
    _plane(figure, axes[2], plane)
    legend_below(figure, axes, ncols=5)
    return figure


def _lines(axis, drawn):
    """The drawn curves thin, their mean, number 0, thick above them."""
    for number, curve in drawn.loc[:, drawn.columns > 0].items():
        axis.plot(curve, color=CURVE, linewidth=0.6, alpha=0.45, label="" if number > 1 else "curves drawn")
    axis.plot(drawn[0], color=SERIES[-2], linewidth=1.6, label="curve of the SWAG mean")


def _plane(figure, axis, plane):
    shaded(figure, [axis], [grid_of(plane, "train", "nll")], HIGHEST, "train nll [nats]", aspect=25)
    marks(axis, plane, CURVE)
    worst = where(plane, mark="spanning", split="train", quantity="error")["value"][:2].max()
    axis.set(
        xlabel="distance", ylabel="distance", aspect="equal", title=noted("A plane of the same networks", untrained(worst))
    )
