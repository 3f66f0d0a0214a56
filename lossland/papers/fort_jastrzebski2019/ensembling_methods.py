"""How far ensembling methods go on the landscape (Fort & Jastrzebski 2019, arXiv 1906.04724)."""

from lossland.options import Changes, Count, Index, Networks, Positive
from lossland.papers.garipov2018.fge import going_on_from


def experiment(
    plan,
    *,
    network: Networks,
    start: Index | None = None,
    cycle: Count = 4,
    low: Positive = 5e-4,
    recipe: Changes = {},
    cycles: Count = 4,
    snapshot_recipe: Changes = {},
):
    """Snapshots of a training, FGE and its average of weights (SWA), snapshot ensembles (SSE) and independent networks; options
    as those of garipov2018/fge."""
    start = network.epochs * 2 // 3 if start is None else start
    network.first(2, "two are compared")
    going_on = {"start": start, "cycle": cycle, "low": low, "recipe": going_on_from(plan, network, start, cycle, recipe)}
    network = plan.kept(network, [start])
    whole = {"snapshots": None, "every": None}  # the networks at the end of each cycle are kept, no others
    sse = plan.vary("SSE of a network", network, method="sse", cycles=cycles, recipe=snapshot_recipe, **whole)
    fge = plan.fge("FGE of a network", network, **going_on)
    pools = [plan.pool("FGE", [fge], trajectories=True), plan.pool("SSE", [sse], trajectories=True),
             plan.pool("independent", [network])]  # fmt: skip
    small, large, independent = (plan.disagreement(pool) for pool in pools)
    training = [plan.ensemble(pool, name=f"training {pool.label}", split="train", sizes=[1]) for pool in pools]
    single = plan.disagreement(network.called("one training"))
    ends = {"one training": network, "last of FGE": fge, "SWA": plan.weight_average("average of FGE", fge)}
    widths = [plan.tunnel_width(one.called(label), name=f"width of {label}") for label, one in ends.items()]
    plan.figure("ensembling", disagreement=[single, small, large, independent], widths=widths)
    plan.claims("ensembling", small=small, large=large, independent=independent, widths=widths, training=training)
