"""Li et al. 2018 (arXiv 1712.09913), figures 1 and 4: the train loss around networks as surfaces, one beside the other.

    height(u) = log10 nll(theta* + u_1 d_1 + u_2 d_2)     or the nll itself

The height of a surface is the value at each point of the plane of two random directions around a network; what is lower is
better, and paler, interpolated by monotone cubics; errors are of the images that the surface was measured on, that of the
training data if it is a tenth or more. All panels have one height axis; what is above it is cut off, so that one looks into
the bowl, and what is not finite is a hole. One run of each.

In the paper the surface around ResNet-56 without shortcuts is full of hills and ravines, and with shortcuts it is one smooth
bowl.

Differs from the released code in: the logarithm is that of the nll, not less than 0.01 nats, and not of nll + 0.1; what is
above 10 nats is not drawn.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from lossland.plotting.panels import tiles
from lossland.plotting.planes import finer
from lossland.plotting.style import SHADES, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, one_run, plane, quads, signed, with_error

HIGHEST = 10.0  # nats


def draw(*, surfaces: Table("landscape"), logarithmic: bool = True) -> Figure:
    chosen = {label: one_run(part) for label, part in by_label(surfaces).items()}
    measured = [plane(part, "train", "nll") for part in chosen.values()]
    logarithmic = logarithmic and not any(map(signed, measured))
    sheets = [_heights(finer(values, logarithmic, 4), logarithmic) for values in measured]
    top = np.log10(HIGHEST) if logarithmic else HIGHEST
    finite = np.concatenate([s.to_numpy()[np.isfinite(s)] for s in sheets]).clip(max=top)
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
    high = high if low < high else low + 1  # all are flat
    figure, axes = tiles(len(sheets), 3, height=2.5, subplot_kw={"projection": "3d", "computed_zorder": False})
    for axis, (label, part), shown in zip(axes, chosen.items(), sheets, strict=True):
        axis.set_title(with_error(label, part), y=0.94)
        _surface(axis, shown, low, high)
        _axes(axis, low, high, logarithmic)
    figure.supylabel("height: train nll [nats]")
    return figure


def _heights(values, logarithmic):
    finite = values.where(np.isfinite(values))
    return np.log10(finite.clip(lower=HIGHEST / 1000)) if logarithmic else finite


def _surface(axis, shown, low, high):
    """One face for each cell with four finite corners, up to `high`; the lines are thinner if there are more."""
    u0, u1 = np.meshgrid(shown.columns, shown.index)
    corners = np.stack([u0, u1, shown.to_numpy()], axis=-1).reshape(-1, 3)[quads(shown)]
    pieces = [part for part in (_below(face, high) for face in corners) if len(part)]
    middle = np.array([part[:, 2].mean() for part in pieces])
    look = {"edgecolors": SHADES[-1], "linewidths": min(0.25, 8 / max(shown.shape)), "rasterized": True}
    colours = WHITE_TO_DARK(0.05 + 0.8 * (middle - low) / (high - low))
    axis.add_collection3d(Poly3DCollection(pieces, facecolors=colours, **look), autolim=False)  # its padding may be NaN
    axis.set(xlim=(u0.min(), u0.max()), ylim=(u1.min(), u1.max()), zlim=(low, high))
    extent = np.ptp(u0), np.ptp(u1)
    axis.set_box_aspect((extent[0] / max(extent), extent[1] / max(extent), 0.7), zoom=0.95)
    axis.view_init(elev=28, azim=-55)


def _below(face, high):
    """The part of a polygon [n 3] that is not above `high`: a lid, were it clipped, would hide the bowl."""
    kept = []
    for a, b in zip(face, np.roll(face, -1, axis=0), strict=True):
        if a[2] <= high:
            kept.append(a)
        if (a[2] <= high) != (b[2] <= high):
            kept.append(a + (b - a) * (high - a[2]) / (b[2] - a[2]))
    return np.array(kept)


def _axes(axis, low, high, logarithmic):
    """Axes without walls, for one panel must not hide the numbers of the next; the heights at round numbers."""
    axis.patch.set_visible(False)
    for line in (axis.xaxis, axis.yaxis, axis.zaxis):
        line.set_pane_color((1, 1, 1, 0))
        line._axinfo["grid"].update(color="#dddddd", linewidth=0.4)
    axis.tick_params(labelsize=6, pad=-2)
    for line in (axis.xaxis, axis.yaxis):
        line.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        line.set_major_formatter("{x:g}")
    if logarithmic:
        ticks = LogLocator(subs=(1.0, 3.0)).tick_values(10**low, 10**high)
        ticks = ticks[(ticks >= 10**low) & (ticks <= 10**high)]
        axis.set_zticks(np.log10(ticks), [f"{v:.3g}" for v in ticks])
