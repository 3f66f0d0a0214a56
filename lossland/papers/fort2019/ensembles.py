"""Ensembles of networks, of samples around one, and of both (Fort et al. 2019, arXiv 1912.02757): figure 7."""

from lossland.options import Count, Networks, Samples
from lossland.papers.fort2019.trajectories import quarter, train_errors

AROUND_ONE = ("random directions", "diagonal Gaussian", "low-rank Gaussian", "SWAG")  # the kinds that claims are about
RANK = 5  # the released notebook's


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    samples: Samples = {},
    subsets: Count = 50,
    quantities: list[str] = ("accuracy", "brier"),
):
    """Groups of `size` networks; as many samples around the first of each; and all samples around each network of a group."""
    networks, kinds = plan.pool("networks", network.sets(size)), around(plan, network, samples)
    pools, trained = together(plan, kinds, size), train_errors(plan, networks)
    both = plan.ensemble(pools, name="both", by="source")
    plan.figure("fig7", ensembles=[plan.ensemble(networks), both], trained=trained, quantities=quantities)
    one_and_all = {"sizes": sorted({1, size})}
    independent = plan.by_example(networks, name="networks by example", **one_and_all)
    alone = plan.by_example(around_one(kinds, size), name="samples by example", sizes=[size], subsets=subsets)
    both = plan.by_example(pools, name="both by example", by="source", **one_and_all)
    plan.claims("ensembles", independent=independent, samples=alone, both=both, trained=trained, size=size)


def around(plan, network, samples) -> list:
    """Samples around each network, or the averages of its weights: a series of each kind, which is its label."""
    given = Samples(**samples)
    number, last = {"samples": given.number}, {"last": given.last or max(RANK + 1, quarter(network))}
    network = plan.followed(network, last["last"])
    make = {
        "random directions": lambda kind: plan.random_subspace(
            kind, network, radius=given.radius, least=given.least, trials=given.trials, **number
        ),
        "diagonal Gaussian": lambda kind: plan.diagonal_gaussian(kind, network, **last, **number),
        "low-rank Gaussian": lambda kind: plan.low_rank_gaussian(kind, network, rank=RANK, scale=given.scale, **last, **number),
        "low-rank of random samples": lambda kind: plan.low_rank_gaussian(
            kind, make["random directions"]("random directions"), rank=RANK, scale=given.of_random, **number
        ),
        "SWAG": lambda kind: plan.swag(kind, network, **last, **number),
        "averages of weights": lambda kind: plan.weight_average(kind, network, **last),
    }
    return [make[kind](kind) for kind in given.kinds]


def around_one(kinds, size, number=1) -> list:
    """The samples around each of the first `number` networks of each group."""
    return [firsts(kind, size, place) for kind in kinds if kind.label in AROUND_ONE for place in range(min(number, size))]


def together(plan, kinds, size) -> list:
    """All samples around the networks of each group."""
    pools = [plan.pool(f"{kind.label}, {size} networks", kind.sets(size), trajectories=True) for kind in kinds]
    return [pool.called(kind.label) for pool, kind in zip(pools, kinds, strict=True)]


def within(plan, sizes, size) -> list[int]:
    """`sizes` of ensembles, if those of a group of `size` networks can be as large."""
    if max(sizes) > size:
        plan.refuse(f"sizes names {max(sizes)}, and size is {size}; give a larger size, or smaller sizes")
    return sizes


def firsts(series, size, place=0):
    """The first member of each group, or another one."""
    return series[place : len(series.groups(size)) * size : size]
