"""Planes around networks of small and of large batches (Li et al. 2018, arXiv 1712.09913, figures 3 and 15)."""

from lossland.options import Count, Networks, Positive
from lossland.papers.li2018.trainings import batches, flat


def experiment(
    plan,
    *,
    network: Networks,
    large: Count | None = None,
    decay: Positive = 5e-4,
    resolution: Count = 51,
    examples: Count | None = None,
    shards: Count = 1,
    adaptive: Positive | None = None,
):
    """One plane of each, without decay and with it."""
    networks = [one[:1] for one in flat(batches(plan, network, large, decay))]
    surfaces = [
        surface(plan, one, resolution=resolution, examples=examples, shards=shards, adaptive=adaptive) for one in networks
    ]
    plan.figure("fig3", draw="contours", surfaces=surfaces)


def surface(plan, network, **options):
    """The landscape of the plane of two filter-normalised directions around each network, under the label of the networks."""
    made = plan.random_plane(f"{network.label}, plane", network).called(network.label)
    return plan.landscape(made, **{"name": f"surface {network.label}", "bn": "keep"} | options)
