"""Ensembles of the points of a path (Garipov et al. 2018, arXiv 1802.10026, figures 2 and 6, A.6)."""

from lossland.options import Changes, Count, Networks
from lossland.papers.garipov2018.curves import paths


def experiment(
    plan,
    *,
    network: Networks,
    recipe: Changes = {},
    pairs: Count = 3,
    resolution: Count = 61,
    points: Count = 50,
    digitised: bool = False,
):
    """theta(0) and theta(t) together, and `points` of a chain together, without and with a temperature for each."""
    segment, bezier, chain = paths(plan, network, recipe, pairs)
    heights = [plan.landscape(path, resolution=resolution) for path in (segment, bezier, chain)]
    along = {path.label: plan.path_ensemble(path) for path in (segment, chain)}
    plan.figure("fig2", heights=heights, ensembles=list(along.values()), digitised=digitised)
    plan.figure("fig6", heights=heights, ensembles=along["chain"], digitised=digitised)
    ends = plan.ensemble(chain, name="ends", resolution=2, sizes=[2])
    together = plan.ensemble(chain, name="points", resolution=points, sizes=[points])
    scaled = plan.ensemble(chain, name="scaled", resolution=points, sizes=[points], scaled=True)
    pool, sizes = plan.pool("Ind", [network]), network.sizes()
    independent = plan.ensemble(pool, by="source", sizes=sizes)
    each = [plan.by_example(chain, name=f"each of {n}", resolution=n, sizes=[n]) for n in sorted({2, points})]
    each.append(plan.by_example(pool, by="source", sizes=sizes[-1:]))
    tables = {"ends": ends, "points": together, "scaled": scaled, "independent": independent}
    plan.figure("a6", **tables)
    plan.claims("ensembles", paths=heights[2], chain=along["chain"], each=each, **tables)
