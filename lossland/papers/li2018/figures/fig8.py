"""Li et al. 2018 (arXiv 1712.09913), figure 8: planes that show nothing of a trajectory.

    share caught = 1 - sum of outside^2 / sum of distance^2     outside: from the plane, distance: from the solution

Left, a plane of two random directions; middle, the plane of the way from the initialisation to the solution and of a random
direction; right, the same with the second axis enlarged. One run each. Differs from the paper in: the shares are given.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import legend_of, panels
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, first_run

CAPTION = """
A training seen in a plane, from the initialisation (circle) to the solution (star); dots are the points that were kept. Two
random directions catch almost none of it. With the way to the solution as one axis the trajectory looks straight, for the
other axis, a random one, catches none of what it does beside (right, enlarged). In the paper (a network on CIFAR-10) it is
the same: in many dimensions two random vectors are nearly orthogonal, and so is a random one and a trajectory.
"""


def draw(*, random: Table("projection"), initial: Table("projection")) -> Figure:
    """`random` is projected on a `random_plane`, `initial` on an `init_plane`; of each the first run is drawn."""
    figure, (axes,) = panels(1, 3, height=2.5)
    for axis, table, title in (
        (axes[0], random, "Two random directions"),
        (axes[1], initial, "Way to the solution, and random"),
        (axes[2], initial, "The same, enlarged"),
    ):
        path = first_run(table).sort_values("index")
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
