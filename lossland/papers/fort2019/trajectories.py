"""How one training moves, in weights and in what it predicts (Fort et al. 2019, arXiv 1912.02757): figure 2."""

from lossland.options import Count, Index, Networks, Split


def experiment(
    plan,
    *,
    network: Networks,
    runs: Count = 3,
    after: Index | None = None,
    examples: Count | None = None,
    split: Split = "test",
):
    """The map is of `runs` trainings, of predictions for `examples` of `split`; the first epochs end with `after` (default: a
    quarter of the training)."""
    after = quarter(network) if after is None else after
    network.first(2, "two are compared")
    network = plan.followed(network, after=after)
    inside = plan.cosine(network)
    together = plan.pool("independent runs", [network])
    between, trained = plan.cosine(together), train_errors(plan, together)
    apart = network[:: max(1, len(network) // runs)][:runs]  # so that they are those that samples are drawn around
    maps = plan.pool("trajectories", [apart], trajectories=True).called(network.label)
    seen = plan.tsne(maps, examples=examples, split=split)
    moved = {"cosine": inside, "disagreement": plan.disagreement(network)}
    plan.figure("fig2", **moved, maps=seen, trained=trained)
    plan.figure("beside_training", draw="beside", **moved)
    plan.claims("weights", between=between, inside=inside, trained=trained, after=after)


def train_errors(plan, networks, name="trained"):
    """What claims presume of networks, and figures say of them."""
    return plan.landscape(networks, name=name, splits=["train"])


def quarter(network) -> int:
    """The epochs until the rate drops first in the released code, and those after it has dropped last."""
    return -(-network.epochs // 4)
