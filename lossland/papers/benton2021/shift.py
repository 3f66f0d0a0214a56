"""Ensembles on corrupted images (Benton et al. 2021, arXiv 2102.13042, section 6.2): figure 11, appendix C."""

from lossland.options import Changes, Count, Networks
from lossland.papers.benton2021.espro import deep, drawn, fitted, simplex


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    vertices: Count = 2,
    recipe: Changes = {},
    samples: Count = 25,
    swag: Networks | None = None,
    last: Count = 10,
    around: Count = 10,
    corruption: str = "gaussian_noise",
):
    """Groups of `size` networks, simplexes around these, and of as many networks `swag` (default: `network`) the `last`
    snapshots: their means, MultiSWA, and `around` samples each of Gaussians fitted on them, MultiSWAG."""
    independent, points = deep(plan, network, size), plan.followed(swag or network, last)
    gaussians = plan.swag("SWAG", points, last=last, samples=around)
    pools = [
        independent,
        drawn(plan, simplex(plan, network, vertices, recipe), size, samples).called("ESPRO"),
        plan.pool("MultiSWA", plan.weight_average("SWA", points, last=last).sets(size)),
        plan.pool("MultiSWAG", gaussians.sets(size), trajectories=True),
    ]
    on = {"corruptions": [corruption], "by": "source"}
    shifts, networks = [plan.shift(pool, sizes=[1, size], **on) for pool in pools], fitted(plan, independent)
    plan.figure("fig11", shifts=shifts, networks=networks, size=size, corruption=corruption)
    first, own, *others = (plan.by_example(pool, sizes=[size], **on) for pool in pools)
    plan.claims("shift", simplexes=own, others=[first, *others], shifts=shifts, networks=networks, size=size)
