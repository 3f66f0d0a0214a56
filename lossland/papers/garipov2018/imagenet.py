"""Fast geometric ensembling of a published network (Garipov et al. 2018, arXiv 1802.10026, section 6.1).

Differs from the paper in: momentum, decay and batch, which it does not state, and passes in bfloat16 on hardware that has it.
"""

from lossland.options import Changes, Count, Networks, Positive


def experiment(
    plan,
    *,
    network: Networks,
    cycle: Count = 2,
    low: Positive = 1e-6,
    recipe: Changes = {},
    runs: Count = 3,
    printed: bool = False,
):
    """The network and those of its cycles together, in their order, in `runs` runs from it; `printed` if it is the paper's."""
    fge = plan.fge("FGE", dict.fromkeys(range(1, runs + 1), network[0]), keep_start=True, cycle=cycle, low=low, recipe=recipe)
    ensemble = plan.ensemble(fge, by="order")
    plan.figure("section61", ensemble=ensemble)
    plan.claims("imagenet", ensemble=ensemble, printed=printed)
