"""What lambda, the push on the volume, does to a simplex (Benton et al. 2021, arXiv 2102.13042): figure A.3."""

from lossland.options import Changes, Count, Networks, Volume
from lossland.papers.benton2021.espro import deep, drawn, fitted, simplex


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    runs: Count | None = None,
    vertices: Count = 2,
    recipe: Changes = {},
    pushes: list[Volume] = ({"strength": 1e-2},),
    samples: Count = 10,
    sizes: list[Count] | None = None,
):
    """Simplexes that nothing pushes, that the paper's lambda pushes, and `pushes`, around the networks of `runs` groups: their
    volume, and their errors as ensembles of `sizes` (default: 1 and `size`). Lambda = 0 is ours, and only in the figure."""
    network, sizes = network[: runs and runs * size], sizes or [1, size]
    networks = fitted(plan, deep(plan, network, size))
    simplexes = [simplex(plan, network, vertices, recipe, push) for push in ({"strength": 0}, {}, *pushes)]
    pools = [drawn(plan, one, size, samples) for one in simplexes]
    ensembles = [plan.ensemble(pool, by="source", sizes=sizes) for pool in pools]
    plan.figure("a3", ensembles=ensembles, volumes=plan.volume(simplexes), networks=networks, sizes=sizes)
    if pushes:
        own, *pushed = (plan.by_example(pool, by="source", sizes=[size]) for pool in pools[1:])
        plan.claims("pushes", simplexes=own, pushed=pushed, networks=networks, size=size)
