"""Ensembles of the points of a path (Garipov et al. 2018, arXiv 1802.10026, figures 2 and 6, A.6)."""

from lossland.options import Changes, Count, Networks
from lossland.papers.garipov2018.curves import paths

BLOCKS = 20  # of test examples


def experiment(
    plan,
    *,
    network: Networks,
    recipe: Changes = {},
    pairs: Count = 3,
    resolution: Count = 61,
    points: Count = 50,
):
    """theta(0) and theta(t) together, and `points` of a chain together, without and with a temperature for each."""
    segment, bezier, chain = paths(plan, network, recipe, pairs)
    heights = [plan.landscape(path, resolution=resolution) for path in (segment, bezier, chain)]
    along = {path.label: plan.path_ensemble(path, resolution=resolution) for path in (segment, chain)}
    plan.figure("fig2", heights=heights, ensembles=list(along.values()))
    plan.figure("beside_paths", draw="beside", heights=heights, pairs=list(along.values()))
    plan.figure("fig6", heights=heights, ensembles=along["chain"])
    ends = plan.ensemble(chain, name="ends", resolution=2, sizes=[2])
    together = plan.ensemble(chain, name="points", resolution=points, sizes=[points])
    scaled = plan.ensemble(chain, name="scaled", resolution=points, sizes=[points], scaled=True)
    independent = plan.ensemble(plan.pool("Ind", [network]), by="source", sizes=network.sizes())
    plan.figure("a6", ends=ends, points=together, scaled=scaled, independent=independent)
    each = {
        "ends": plan.by_example(chain, name="each of the ends", resolution=2, sizes=[2]),
        "points": plan.by_example(chain, name="each of the points", resolution=points, sizes=[1, points]),
        "scaled": plan.by_example(chain, name="each of those scaled", resolution=points, sizes=[points], scaled=True),
    }
    size = network.sizes()[-1]
    groups = plan.by_example(plan.pool(f"Ind, {size} together", network.sets(size)), sizes=[size])
    blocks = plan.path_ensemble(chain, name="chain by blocks", resolution=11, blocks=BLOCKS)
    plan.claims("ensembles", paths=heights[2], chain=blocks, independent=groups, **each)
