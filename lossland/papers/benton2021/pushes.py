"""What lambda, the push on the volume, does to a simplex (Benton et al. 2021, arXiv 2102.13042): figure A.3."""

from lossland.options import Changes, Count, Networks, Volume
from lossland.papers.benton2021.espro import deep, drawn, simplex


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
    """Simplexes that nothing pushes, that the paper's lambda pushes, and `pushes`, around the networks of `runs` groups; what
    the first gain as ensembles, and whether the others differ from them."""
    network, sizes = network[: runs and runs * size], sizes or [1, size]
    independent = plan.ensemble(deep(plan, network, size))
    free = simplex(plan, network, vertices, recipe, {"strength": 0})
    pushed = [simplex(plan, network, vertices, recipe, push) for push in ({}, *pushes)]
    without, *others = (plan.ensemble(drawn(plan, one, size, samples), by="source") for one in (free, *pushed))
    plan.figure("a3", ensembles=[without, *others], volumes=plan.volume([free, *pushed]), sizes=sizes)
    plan.claims("pushes", free=without, pushed=others, sizes=sizes)
    plan.claims("unpushed", check="espro", independent=independent, simplexes=without, sizes=sizes)
