"""What lies around one solution (Fort et al. 2019, arXiv 1912.02757): figures 4, 5, S5 and S6."""

from lossland.options import Count, Fraction, Index, Networks, NonNegative, Split
from lossland.papers.fort2019.ensembles import RANK, firsts
from lossland.papers.fort2019.trajectories import quarter


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
    gamma: NonNegative | None = None,
    after: Index | None = None,
    examples: Count | None = None,
    split: Split = "test",
):
    """Samples around the first network of each group of `size`, in four kinds of subspaces, up to far away.

    They go by the `last` snapshots (default: a quarter of the training). The scales `radius`, `rate` (of dropout), `diagonal`
    and `low_rank` are the released notebook's, for a million weights. `gamma` is the exponent of a family of limits (figure
    S5). The map is of predictions for `examples` of `split`.
    """
    after, last = quarter(network) if after is None else after, last or max(RANK + 1, quarter(network))
    network = plan.followed(network, last, after)
    around, n = firsts(network, size), {"samples": samples}
    kinds = [
        plan.random_subspace("random directions", around, radius=radius, **n),
        plan.dropout_subspace("dropout", around, rate=rate, **n),
        plan.diagonal_gaussian("diagonal Gaussian", around, last=last, scale=diagonal, vary=True, **n),
        plan.low_rank_gaussian("low-rank Gaussian", around, last=last, rank=RANK, scale=low_rank, **n),
    ]
    diverse = plan.diversity(kinds, name="diversity")
    independent = plan.diversity(plan.pool("independent networks", network.sets(size)))
    plan.figure("fig5", samples=diverse, independent=independent)
    if gamma is not None:
        plan.figure("s5", draw="fig5", samples=diverse, independent=independent, gamma=gamma)
    if len(around) == 1:
        return  # a map and a claim need several
    plan.claims("subspaces", samples=diverse, independent=independent)
    runs = {m.run: [m, *(kind.run(m.run)[0] for kind in kinds)] for m in around}
    together = plan.pool("training and samples", runs, trajectories=True)
    maps = plan.tsne(plan.pool("map", [together], trajectories=True).called(network.label), split=split, examples=examples)
    plan.figure("fig4", maps=maps, kinds=kinds)
    between, inside = plan.disagreement(plan.pool("independent runs", [network])), plan.disagreement(network)
    plan.claims("functions", between=between, inside=inside, tsne=maps, after=after)
