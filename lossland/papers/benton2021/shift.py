"""Ensembles on corrupted images (Benton et al. 2021, arXiv 2102.13042, section 6.2): figure 11."""

from lossland.options import Changes, Count, Networks
from lossland.papers.benton2021.espro import deep, drawn, simplex


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
    """Groups of `size` networks, simplexes around these, and MultiSWAG: `around` samples of each of as many networks `swag`
    (default: `network`), fitted on their `last` snapshots."""
    independent = deep(plan, network, size)
    gaussians = plan.swag("SWAG", plan.followed(swag or network, last), last=last, samples=around)
    pools = [
        independent,
        drawn(plan, simplex(plan, network, vertices, recipe), size, samples).called("ESPRO"),
        plan.pool("MultiSWAG", gaussians.sets(size), trajectories=True),
    ]
    shifts = [plan.shift(pool, corruptions=[corruption], by="source", sizes=[1, size]) for pool in pools]
    plan.figure("fig11", shifts=shifts, size=size, corruption=corruption)
    plan.claims("shift", independent=shifts[0], simplexes=shifts[1], size=size)
