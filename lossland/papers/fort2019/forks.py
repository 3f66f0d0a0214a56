"""How late two trainings may part and stay in one basin (Frankle et al. 2020, arXiv 1912.05671), beside figure S3."""

from lossland.options import Count, Index, Networks


def experiment(plan, *, network: Networks, epochs: list[Index] = (), pairs: Count = 3, resolution: Count = 31):
    """Two continuations of each of `pairs` trainings from the `epochs` on, and the segment between them.

    By default they part at the start, and after a fifteenth, a sixth and half of the training.
    """
    length = network.epochs
    epochs = list(epochs) or sorted({0, length // 15, length // 6, length // 2})
    if len(set(epochs)) < 2:
        plan.refuse(f"epochs is {epochs}, and forks at two epochs are compared; name two at least")
    if max(epochs) == length:
        plan.refuse(f"{network.label} ends after {max(epochs)} epochs, and nothing parts there; name earlier epochs")
    network = plan.kept(network, epochs)[:pairs]
    parted = {}
    for epoch in epochs:
        twice = {f"{i}{j}": [member] for i, member in enumerate(network, 1) for j in (1, 2)}
        forks = plan.fork(f"forks at {epoch}", twice, start=epoch)
        ends = {i: [forks.run(f"{i}1")[0], forks.run(f"{i}2")[0]] for i in range(1, len(network) + 1)}
        parted[epoch] = plan.line(f"between forks at {epoch}", ends)
    segments = list(parted.values())
    shapes = plan.shape(plan.landscape(segments, name="paths", resolution=resolution), name="shapes")
    middles = plan.disagreement(segments, name="middles", resolution=3)
    epochs = {segment.label: epoch for epoch, segment in parted.items()}
    plan.figure("instability", draw="forks", shapes=shapes, epochs=epochs, length=length)
    plan.claims("forks", forks=shapes, middles=middles, epochs=epochs, length=length)
