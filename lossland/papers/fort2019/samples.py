"""What lies around one solution (Fort et al. 2019, arXiv 1912.02757): figures 4, 5, S5 and S6."""

from lossland.options import Count, Fraction, Index, Networks, NonNegative, Split
from lossland.papers.fort2019.ensembles import RANK, firsts
from lossland.papers.fort2019.shift import BLOCKS
from lossland.papers.fort2019.trajectories import quarter, train_errors


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    samples: Count = 50,
    last: Count | None = None,
    radius: NonNegative = 70.0,
    rate: Fraction = 0.1,
    diagonal: NonNegative = 10.0,
    low_rank: NonNegative = 6.0,
    after: Index | None = None,
    examples: Count | None = None,
    split: Split = "test",
):
    """Samples around networks in groups of `size`, in four kinds of subspaces, up to far away; the plane of diversity is that
    around the first of each group, a map is of a group.

    They go by the `last` snapshots (default: a quarter of the training). The scales `radius`, `rate` (of dropout), `diagonal`
    and `low_rank` are the released notebook's, for a million weights. The maps are of predictions for `examples` of `split`.
    """
    after, last = quarter(network) if after is None else after, last or max(RANK + 1, quarter(network))
    network, n = plan.followed(network, last, after), {"samples": samples}
    groups, several = network.sets(size), len(network) >= 2 * size
    around = network if several else firsts(network, size)  # maps and claims need several groups
    kinds = [
        plan.random_subspace("random directions", around, radius=radius, **n),
        plan.dropout_subspace("dropout", around, rate=rate, **n),
        plan.diagonal_gaussian("diagonal Gaussian", around, last=last, scale=diagonal, vary=True, **n),
        plan.low_rank_gaussian("low-rank Gaussian", around, last=last, rank=RANK, scale=low_rank, **n),
    ]
    one_each = [firsts(kind, size) for kind in kinds] if several else kinds
    independent = plan.pool("independent networks", groups)
    trained = train_errors(plan, independent)
    plane = {"samples": plan.diversity(one_each, name="diversity", blocks=BLOCKS),
             "independent": plan.diversity(independent, blocks=BLOCKS), "trained": trained}  # fmt: skip
    plan.figure("fig5", **plane)
    if not several:
        return
    plan.claims("subspaces", **plane)
    runs = {m.run: [m, *(kind.run(m.run)[0] for kind in kinds)] for members in groups.values() for m in members}
    together = plan.pool("training and samples", runs, trajectories=True)
    maps = plan.pool("map", together.sets(size), trajectories=True).called(network.label)
    maps = plan.tsne(maps, split=split, examples=examples)
    plan.figure("fig4", maps=maps, kinds=kinds)
    between, inside = plan.disagreement(plan.pool("independent runs", [network])), plan.disagreement(network)
    plan.claims("functions", between=between, inside=inside, tsne=maps, trained=trained, after=after)
