"""Li et al. 2018 (arXiv 1712.09913), figure 8: planes that show nothing of a trajectory.

    share caught = 1 - sum of outside^2 / sum of distance^2     outside: from the plane, distance: from the solution

A training seen in a plane, from the initialisation (circle) to the solution (star); dots are the points that were kept. Left,
the plane of two random directions; middle, that of the way from the initialisation to the solution and of a random direction;
right, the same with the second axis enlarged. One run each.

In the paper (a network on CIFAR-10) two random directions catch almost none of the trajectory. With the way to the solution as
one axis it looks straight, for in many dimensions the other axis, a random one, is nearly orthogonal to all that it does.
Differs from the paper in: the shares are given.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import legend_of, panels
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, one_run


def draw(*, random: Table("projection"), initial: Table("projection")) -> Figure:
    """`random` is projected on a `random_plane`, `initial` on an `init_plane`."""
    figure, (axes,) = panels(1, 3, height=2.5)
    titles = "Two random directions", "Way to the solution, and random", "The same, enlarged"
    for axis, table, title in zip(axes, (random, initial, initial), titles, strict=True):
        path = one_run(table).sort_values("index")
        axis.plot(path["u0"], path["u1"], ".-", color=COLOURS["segment"], linewidth=0.8, markersize=4)
        for end, marker, size, label in ((path.iloc[0], "o", 5, "initialisation"), (path.iloc[-1], "*", 9, "solution")):
            axis.plot(end["u0"], end["u1"], marker, color=COLOURS["bezier"], markersize=size, label=label)
        caught = 1 - (path["outside"] ** 2).sum() / (path["distance"] ** 2).sum()
        share = f"\n{100 * caught:.3g} % of the squared distances"
        axis.set_title(title + share * (axis is not axes[2]))  # the last is the plane of the one before
    for axis in axes[:2]:
        axis.set_aspect("equal", adjustable="datalim")
    low, high = path["u1"].min(), path["u1"].max()
    axes[2].set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    axes[0].set(xlabel="$u_1$ [lengths of $d_1$]", ylabel="$u_2$ [lengths of $d_2$]")
    for axis in axes[1:]:
        axis.set(xlabel=r"distance towards $\theta_0$", ylabel="distance along a random $d$")
    legend_of(figure, axes[:1], ncols=2)
    return figure
