"""Where an ensemble gains from: forks, soups, averages of weights, SAM, other initialisations (Fort et al. 2019, figure 5)."""

from lossland.options import Count, Index, Networks, NonNegative
from lossland.papers.fort2019.trajectories import quarter, train_errors


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    epochs: list[Index] = (),
    last: Count | None = None,
    rho: NonNegative = 0.05,
):
    """Sets of `size` networks of each kind: of `network`; trained by SAM with `rho`; averages of the `last` snapshots of each
    (default: a quarter of the training); forks of one training from each of `epochs` on (default: the start, a sixth and half
    of it), and the mean of such forks, a soup. What one differs from is the first of its set.
    """
    epochs, last = list(epochs) or sorted({0, network.epochs // 6, network.epochs // 2}), last or quarter(network)
    network = plan.kept(plan.followed(network, last), epochs)
    kinds = {"SAM": plan.vary("SAM", network, method="sam", rho=rho, init=None, order=None, running=None),
             "averages of weights": plan.weight_average("averages of weights", network, last=last)}  # fmt: skip
    parted = {f"{i}{j}": members[:1] for i, members in network.groups(size, option="size").items() for j in range(size)}
    for epoch in epochs:
        kinds[f"forks at {epoch}"] = forks = plan.fork(f"forks at {epoch}", parted, start=epoch)
        soups = plan.weight_average(f"soups of forks at {epoch}", plan.pool(f"forks at {epoch}, together", forks.sets(size)))
        if len(soups) >= size:
            kinds[soups.label] = soups
    sets = [plan.pool(f"sets of {label}", kind.sets(size)).called(label) for label, kind in kinds.items()]
    independent = plan.pool("independent networks", network.sets(size))
    seen = {"independent": plan.diversity(independent), "trained": train_errors(plan, independent)}
    plan.figure("diversity", draw="fort2019_fig5", samples=plan.diversity(sets), **seen)
    plan.figure("ensembles", draw="ensemble", ensembles=plan.ensemble([*sets, independent]))
