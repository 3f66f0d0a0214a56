"""Width enlarges the basin (Li et al. 2018, arXiv 1712.09913, section 6.2, figure 6)."""

from lossland.options import Count, Networks
from lossland.papers.li2018.contours import surface


def experiment(
    plan,
    *,
    networks: list[Networks],
    without: list[Networks],
    resolution: Count = 51,
    examples: Count | None = None,
    shards: Count = 1,
):
    """`networks` with shortcuts, from narrow to wide, and those `without`."""
    surfaces = [surface(plan, one, resolution=resolution, examples=examples, shards=shards) for one in [*networks, *without]]
    plan.figure("fig6", draw="contours", surfaces=surfaces, columns=len(networks))
    ends = {"narrow": [networks[0], without[0]], "wide": [networks[-1], without[-1]]}
    plan.claims("width", basins=plan.basin(surfaces), **ends)
