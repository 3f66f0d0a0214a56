"""Predictive bands on a regression in one dimension (Benton et al. 2021, arXiv 2102.13042, section 6.1): figure 10."""

from lossland.options import Changes, Count, Networks, Volume
from lossland.papers.benton2021.espro import simplex


def experiment(
    plan,
    *,
    network: Networks,
    vertices: Count = 3,
    recipe: Changes = {},
    push: Volume = {},
    curve: Changes = {},
    samples: Count = 100,
    along: Count = 100,
    box: list[float] = (-10, 10),
    resolution: Count = 201,
    intervals: list[list[float]] = (),
):
    """All networks, `samples` of a simplex around the first, as many of one around each, and of a curve between the first two
    those `along` it. `intervals` are those of the training points, as [low, high]."""
    draws = plan.draws("draws", simplex(plan, network, vertices, recipe, push), samples=samples)
    between = plan.curve("curve", network.groups(2, 1), recipe=curve)
    sets = [
        plan.pool("deep ensemble", [network]),
        draws[:1].called("one simplex"),
        plan.pool(f"{len(network)} simplexes", [draws], trajectories=True),
        plan.draws("one curve", between, samples=along),
    ]
    functions = [plan.functions(one, box=[box], resolution=resolution) for one in sets]
    plan.figure("fig10", functions=functions, intervals=intervals)
