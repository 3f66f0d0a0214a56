"""Li et al. 2018 (arXiv 1712.09913), figure 7: how far from convex the train loss is at the points of a plane.

    ratio = max(0, -lowest) / |highest|     of the eigenvalues of the Hessian at each point; 0 where none is negative

Differs from the paper in: where no eigenvalue is negative the ratio is 0, not |lowest / highest|; the shares of the plane at
a low ratio stand over each panel.
"""

from matplotlib.figure import Figure

from lossland.options import Count
from lossland.plotting.panels import cross, tiles
from lossland.plotting.style import COLUMN, GREY
from lossland.statistics.tables import Table, first_run, parts, rectangle

CAPTION = """
Dark is nearly convex: there the most negative curvature is small beside the most positive one, or there is none, and the
surface is convex; the cross is the network. Shares over the panels are of the points whose ratio is low wherever within its
residual the lowest eigenvalue lies; what has no finite curvature is grey, and not low. In the paper (ResNet-56 with and
without shortcuts, DenseNet-121 on CIFAR-10) surfaces that look convex are so: the ratio is below 1 % over a large part of
the plane, and it is high where the surface without shortcuts looks chaotic.
"""
LEVELS = (0.01, 0.1)  # of the shares
HIGHEST = 0.5  # of the colours, as the paper's


def draw(*, curvature: Table("curvature"), titles: list[list[str]], columns: Count = 3) -> Figure:
    """`titles` lists [subspace, title] of each plane in the order drawn; one run of it.

    A cell is a point of the grid. Raises ValueError where a plane is missing.
    """
    chosen = parts(curvature, titles, "curvature")
    figure, axes = tiles(len(chosen), columns, height=COLUMN)
    for axis, (title, part) in zip(axes, chosen, strict=True):
        table = _with_ratio(first_run(part))
        grid = rectangle(table, "ratio", f"the curvature of {title}")
        axis.set_facecolor(GREY)
        drawn = axis.pcolormesh(grid.columns, grid.index, grid, cmap="viridis", vmin=0, vmax=HIGHEST, rasterized=True)
        cross(axis, 0, 0, "white")
        shares = ", ".join(f"{100 * (table['at most'] < level).mean():.0f} % < {level:g}" for level in LEVELS)
        axis.set(title=f"{title}\n{shares}", xlabel="$u_1$", ylabel="$u_2$", aspect="equal")
    figure.colorbar(drawn, ax=axes, label=r"$\max(0, -\lambda_{min}) / |\lambda_{max}|$", extend="max", aspect=25, pad=0.01)
    return figure


def _with_ratio(table):
    """The ratio, and what it is at most, as the lowest eigenvalue is known to its residual only."""
    low, high = table["lowest"], table["highest"].abs()
    ratio, most = ((-v / high).mask(v >= 0, 0.0) for v in (low, low - table["lowest_residual"]))
    return table.assign(**{"ratio": ratio, "at most": most})
