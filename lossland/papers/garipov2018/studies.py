"""Two studies of curves (Garipov et al. 2018, arXiv 1802.10026): a second chain (section 4), a trivial curve (A.8)."""

from typing import Annotated

from lossland.options import Between, Changes, Count, Networks

AGAIN = 10  # the seeds of second chains are those of the first and this


def experiment(
    plan,
    *,
    network: Networks,
    layered: Networks | None = None,
    recipe: Changes = {},
    pairs: Count = 3,
    resolution: Annotated[int, Between(2)] = 20,
):
    """The trivial curve goes through zero: `layered` are networks of linear layers and ReLU (default: `network`).

    An even `resolution` leaves out the point where all weights are zero.
    """
    ends = network.groups(2, pairs)
    first = plan.curve("chain", ends, chart="polychain", recipe=recipe)
    second = plan.curve("second chain", {run + AGAIN: pair for run, pair in ends.items()}, chart="polychain", recipe=recipe)
    both = {run: [first[i], second[i]] for i, run in enumerate(ends)}
    again = plan.disagreement(plan.pool("two chains", both, trajectories=True))
    trivial = plan.trivial("trivial curve", (layered or network).groups(2, pairs))
    plan.claims("studies", trivial=plan.landscape(trivial, resolution=resolution), again=again)
