"""Samples of cyclical SG-MCMC against independent networks (Fort et al. 2019, arXiv 1912.02757): figure S4."""

from lossland.options import Changes, Count, Networks
from lossland.papers.fort2019.trajectories import train_errors


def experiment(plan, *, network: Networks, recipe: Changes = {}, cycles: Count = 4, per_cycle: Count = 3, runs: Count = 3):
    """The last `per_cycle` networks of each cycle of one training, `runs` such trainings, and independent ones."""
    network.first(2, "two are compared")
    plain = {"every": None, "snapshots": None, "init": None, "order": None}
    langevin = {"optimiser": "sgd", "nesterov": False} | recipe
    cyclical = plan.vary("cyclical SG-MCMC", network, method="csgmcmc", seeds=runs, cycles=cycles, per_cycle=per_cycle,
                         recipe=langevin, **plain)  # fmt: skip
    sets = [cyclical, plan.pool("independent", [network])]
    chains, independent = (plan.disagreement(s) for s in sets)
    plan.figure("s4", draw="fig3", cosine=[plan.cosine(s) for s in sets], disagreement=[chains, independent])
    if cycles > 1:
        plan.claims("cyclical", chains=chains, independent=independent, trained=train_errors(plan, sets), per_cycle=per_cycle)
