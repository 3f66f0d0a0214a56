"""How late two trainings may part and stay in one basin (beside Fort et al. 2019, arXiv 1912.02757, figure S3)."""

from lossland.options import Count, Index, Networks


def experiment(plan, *, network: Networks, epochs: list[Index] = (), pairs: Count = 3, resolution: Count = 31):
    """Two continuations of each of `pairs` trainings from the `epochs` on, and the segment between them.

    By default they part at the start, after a sixth and after half of the training.
    """
    epochs = list(epochs) or sorted({0, network.epochs // 6, network.epochs // 2})
    if len(set(epochs)) < 2:
        plan.refuse(f"epochs is {epochs}, and forks at two epochs are compared; name two at least")
    if max(epochs) == network.epochs:
        plan.refuse(f"{network.label} ends after {max(epochs)} epochs, and nothing parts there; name earlier epochs")
    network = plan.kept(network, epochs)[:pairs]
    parted = {}
    for epoch in epochs:
        twice = {f"{i}{j}": [member] for i, member in enumerate(network, 1) for j in (1, 2)}
        forks = plan.fork(f"forks at {epoch}", twice, start=epoch)
        ends = {i: [forks.run(f"{i}1")[0], forks.run(f"{i}2")[0]] for i in range(1, len(network) + 1)}
        parted[epoch] = plan.line(f"between forks at {epoch}", ends)
    shapes = plan.shape(plan.landscape(list(parted.values()), name="paths", resolution=resolution), name="shapes")
    epochs = {segment.label: epoch for epoch, segment in parted.items()}
    plan.figure("instability", draw="forks", shapes=shapes, epochs=epochs)
    plan.claims("forks", forks=shapes, epochs=epochs)
