"""Other random directions around the same networks (Li et al. 2018, arXiv 1712.09913, A.4, figures 16 and 17)."""

from lossland.options import Count, Networks
from lossland.papers.li2018.trainings import batches


def experiment(
    plan,
    *,
    network: Networks,
    large: Count | None = None,
    deep: Networks | None = None,
    directions: Count = 10,
    planes: Count = 4,
    resolution: Count = 51,
    plane: Count = 51,
    examples: Count | None = None,
    shards: Count = 1,
):
    """As many directions around one network of small and one of large batches, without decay; `planes` of resolution `plane`
    around a `deep` one, in the paper one without shortcuts."""
    pair, lines = batches(plan, network, large)["no decay"], []
    for one in pair:
        drawn = {i: [one[0]] for i in range(1, directions + 1)}
        lines.append(plan.random_plane(f"{one.label}, directions", drawn, directions=1).called(one.label))
    options = {"bn": "keep", "splits": ["train"], "examples": examples}
    heights = plan.landscape(lines, resolution=resolution, **options)
    basins = plan.basin(heights)
    plan.figure("fig16", draw="repeats", lines=heights, basins=basins)
    plan.claims("repeats", basins=basins, lines=heights, small=pair[0], large=pair[1])
    if deep:
        drawn = [plan.random_plane(f"{deep.label}, {i}", deep[0], seed=i) for i in range(1, planes + 1)]
        surfaces = plan.landscape(drawn, name="planes", resolution=plane, shards=shards, **options)
        plan.figure("fig17", draw="contours", surfaces=surfaces)
        plan.claims("planes", surfaces=surfaces, basins=plan.basin(surfaces))
