"""Which randomness makes networks differ (Fort et al. 2019, arXiv 1912.02757): figure S3."""

from lossland.options import Count, Networks
from lossland.papers.fort2019.trajectories import train_errors

INIT, ORDER = 10, 20  # seeds of networks that have only their initialisation, or only the order of their data, in common


def experiment(plan, *, network: Networks, pairs: Count = 3):
    """`pairs` of trainings that share both seeds, one of them, none."""
    network.trained().groups(2, pairs)
    first, others = network[:pairs], network[pairs : 2 * pairs]
    plain = {"every": None, "snapshots": None}
    kinds = {
        "same seeds": plan.vary("again", network, seeds=[int(run) for run in first.runs], repetition=1, **plain),
        "same initialisation": plan.union("from one initialisation", *_sharing(plan, first, "init", INIT, plain)),
        "same order": plan.union("in one order", *_sharing(plan, first, "order", ORDER, plain)),
        "both different": others,
    }
    pools = [plan.pool(kind, {a.run: [a, b] for a, b in zip(first, second, strict=True)}) for kind, second in kinds.items()]
    disagreement, cosine = plan.disagreement(pools, name="disagreement"), plan.cosine(pools, name="cosine")
    trained = train_errors(plan, pools)
    plan.figure("s3", draw="randomness", disagreement=disagreement, cosine=cosine, trained=trained)
    plan.claims("randomness", disagreement=disagreement, trained=trained)


def _sharing(plan, first, part, seeds, plain):
    return [plan.vary(f"{part} {run}", first, seeds=[seeds + int(run)], **plain, **{part: int(run)}) for run in first.runs]
