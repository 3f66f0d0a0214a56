"""Shortcuts keep deep networks convex (Li et al. 2018, arXiv 1712.09913, section 6.1, figure 5)."""

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
    printed: list[str] = ("ResNet-56", "ResNet-110"),
):
    """`networks` with shortcuts, from shallow to deep, and those `without`; the paper calls the deepest `printed`."""
    surfaces = [surface(plan, one, resolution=resolution, examples=examples, shards=shards) for one in [*networks, *without]]
    plan.figure("fig5", draw="contours", surfaces=surfaces, columns=len(networks))
    pairs = {"deep": [networks[-1], without[-1]], "shallow": [networks[0], without[0]]}
    plan.claims("depth", basins=plan.basin(surfaces), surfaces=surfaces, printed=printed, **pairs)
