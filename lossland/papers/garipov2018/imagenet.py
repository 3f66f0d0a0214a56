"""Fast geometric ensembling of a published network (Garipov et al. 2018, arXiv 1802.10026, section 6.1)."""

from lossland.options import Changes, Count, Networks, Positive


def experiment(plan, *, network: Networks, cycle: Count = 2, low: Positive = 1e-6, recipe: Changes = {}):
    """The network and those of its cycles together, in their order."""
    fge = plan.fge("FGE", network[0], seed=1, keep_start=True, cycle=cycle, low=low, recipe=recipe)
    plan.figure("section61", ensemble=plan.ensemble(fge, by="order"))
