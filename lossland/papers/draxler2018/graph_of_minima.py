"""The graph of minima and of the saddles between them (Draxler et al. 2018, arXiv 1803.00885, Alg. 3 and Evaluate.ipynb)."""

from lossland.options import Band, Count, Dataset, Index, Networks, Saddles
from lossland.papers.draxler2018.architectures import rays
from lossland.papers.draxler2018.bands import between, trained_on


def experiment(
    plan,
    *,
    network: Networks,
    data: Dataset | None = None,
    band: Band = {},
    pairs: Count = 3,
    tree: Index = 1,
    saddles: Saddles = {},
    digitised: bool = False,
):
    """Bands between disjoint pairs, a star that joins these, then `tree` more, each of the pair for which those so far ask."""
    (network,) = trained_on(plan, [network], data)
    ends = network.groups(2, pairs)
    bands = [between(plan, network, ends, band)]
    if pairs > 1:
        bands.append(rays(plan, network, ends, band))
    minima = [minimum for pair in ends.values() for minimum in pair]
    for n in range(1, tree + 1):
        chosen = plan.pair(f"{network.label} pair {n}", {n: [*minima, *bands]})
        bands.append(between(plan, network, chosen, band, name=f"band {n}"))
    heights = [plan.saddles(one, **saddles) for one in bands]
    plan.figure("graph", saddles=heights, cycles=[plan.cycles(one) for one in bands], digitised=digitised)
