"""Li et al. 2018 (arXiv 1712.09913), figure 7: how far from convex the train loss is at the points of a plane.

    ratio = max(0, -lowest) / |highest|     of the eigenvalues of the Hessian at each point; 0 if none is negative

Dark is nearly convex: there the most negative curvature is small beside the most positive one, or there is none, and the
surface is convex; the cross is the network, one run of each. Shares over the panels are of the points whose ratio is low
wherever within its error the lowest eigenvalue lies; where it is not known it is grey, and not low.

In the paper (ResNet-56 with and without shortcuts, DenseNet-121 on CIFAR-10) surfaces that look convex are so: the ratio is
below 1 % over a large part of the plane, and it is high where the surface without shortcuts looks chaotic.

Differs from the paper in: if no eigenvalue is negative the ratio is 0, not |lowest / highest|; the shares are given.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import tiles
from lossland.plotting.planes import cross
from lossland.plotting.style import COLUMN, GREY
from lossland.statistics.tables import Table, by_label, one_run, pick, rectangle, with_error

LEVELS = (0.01, 0.1)  # of the shares
HIGHEST = 0.5  # of the colours, as the paper's


def draw(*, curvature: Table("curvature"), errors: Table("landscape")) -> Figure:
    """`errors` are of the same networks."""
    planes = by_label(curvature)
    figure, axes = tiles(len(planes), 3, height=COLUMN)
    for axis, (label, part) in zip(axes, planes.items(), strict=True):
        part = one_run(part)
        ratio, most = (_ratio(part["lowest"] - off, part["highest"].abs()) for off in (0, part["lowest_error"]))
        grid = rectangle(part.assign(ratio=ratio), "ratio", f"the curvature of {label}")
        axis.set_facecolor(GREY)
        drawn = axis.pcolormesh(grid.columns, grid.index, grid, cmap="viridis", vmin=0, vmax=HIGHEST, rasterized=True)
        cross(axis, 0, 0, "white")
        shares = ", ".join(f"{100 * (most < level).mean():.0f} % < {level:g}" for level in LEVELS)
        title = with_error(label, one_run(pick(errors, subspace=label)))
        axis.set(title=f"{title}\n{shares}", xlabel="$u_1$", ylabel="$u_2$", aspect="equal")
    figure.colorbar(drawn, ax=axes, label=r"$\max(0, -\lambda_{min}) / |\lambda_{max}|$", extend="max", aspect=25, pad=0.01)
    return figure


def _ratio(lowest, highest):
    return (-lowest / highest).mask(lowest >= 0, 0.0)
