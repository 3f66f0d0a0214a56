"""Li et al. 2018 (arXiv 1712.09913), figures 3, 12, 13, 15 and 16: nll and error along one direction through networks.

    nll(theta* + u d) on the left axis, error(theta* + u d) on the right one

Lines are means over the runs of a subspace, bands their range. The paper draws accuracies where here are errors.
"""

from matplotlib.figure import Figure

from lossland.options import Count, Positive
from lossland.plotting.panels import alike, legend_of, scores, tiles
from lossland.statistics.tables import Table, parts, where, with_error

CAPTION = """
Each panel is the straight line through a network, at u = 0, along a random direction: nll in blue on the left axis, error in
red on the right one, of the training data solid, of the test data dashed; grey is where the nll of a run is not finite. Test
errors in numbers are of the pictures that the line was measured on. In the paper, along filter-normalised directions, where
u = 1 is as long as the network, wide valleys go with low test errors; along raw or layer-normalised ones width says less.
"""


def draw(
    *,
    lines: Table("landscape"),
    titles: list[list[str]],
    columns: Count = 4,
    highest: Positive = 5.0,
) -> Figure:
    """`titles` lists [subspace, title] of each network in the order drawn; the left axis ends at `highest` nats.

    Raises ValueError where a subspace is missing, or is a plane.
    """
    chosen = parts(lines, titles, "lines")
    figure, axes = tiles(len(chosen), columns, height=2.3, sharex=True, sharey=True)
    twins = []
    for axis, (title, part) in zip(axes, chosen, strict=True):
        grid = where(part, mark="grid")
        if grid["u1"].notna().any():
            raise ValueError(f"li2018_lines draws one direction, and {title} has two; use li2018_contours for it")
        twins.append(scores(axis, grid, "u0"))
        axis.set(title=with_error(title, part), ylim=(0, highest))
        twins[-1].set_ylim(0, 100)
    alike(axes, twins)
    figure.supxlabel("step along the direction, u")
    legend_of(
        figure,
        (*axes, *twins),
        loc="outside upper center",
        ncols=min(5, 2 * columns, 2 * len(axes)),
        title="mean and range of runs",
    )
    return figure
