"""Other random directions around the same networks (Li et al. 2018, arXiv 1712.09913, A.4, figure 16)."""

from lossland.options import Count, Networks
from lossland.papers.li2018.trainings import batches


def experiment(
    plan,
    *,
    network: Networks,
    large: Count | None = None,
    directions: Count = 10,
    resolution: Count = 51,
    examples: Count | None = None,
):
    """As many directions around one network of small and one of large batches, without decay."""
    pair, lines = batches(plan, network, large)["no decay"], []
    for one in pair:
        drawn = {i: [one[0]] for i in range(1, directions + 1)}
        lines.append(plan.random_plane(f"{one.label}, directions", drawn, directions=1).called(one.label))
    heights = plan.landscape(lines, bn="keep", splits=["train"], resolution=resolution, examples=examples)
    basins = plan.basin(heights)
    plan.figure("fig16", draw="repeats", lines=heights, basins=basins)
    plan.claims("repeats", basins=basins, small=pair[0], large=pair[1])
