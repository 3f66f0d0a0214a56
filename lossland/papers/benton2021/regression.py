"""Predictive bands on a regression in one dimension (Benton et al. 2021, arXiv 2102.13042, section 6.1): figure 10."""

from lossland.options import Changes, Count, Regressions, Volume
from lossland.papers.benton2021.espro import deep, drawn, simplex


def experiment(
    plan,
    *,
    network: Regressions,
    size: Count = 3,
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
    """In groups of `size` networks: these, `samples` of a simplex around each, and of a curve between the first two those
    `along` it; of the first group one simplex too. `intervals` are those of the training points, as [low, high]."""
    simplexes = simplex(plan, network, vertices, recipe, push)
    ends = {run: members[:2] for run, members in network.sets(size).items()}
    sets = [
        deep(plan, network, size),
        drawn(plan, simplexes, size, samples).called(f"{size} simplexes"),
        plan.draws("one curve", plan.curve("curve", ends, recipe=curve), samples=along),
    ]
    functions = [plan.functions(one, box=[box], resolution=resolution) for one in sets]
    fits = [plan.landscape(one, splits=["train"]) for one in sets]
    one = plan.functions(plan.draws("one simplex", simplexes[:1], samples=samples), box=[box], resolution=resolution)
    plan.figure("fig10", functions=[*functions, one], intervals=intervals)
    if intervals:
        plan.claims("regression", functions=functions, fits=fits, ours=sets[1], intervals=intervals)
