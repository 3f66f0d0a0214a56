"""How flat a network is, after plain and sharpness-aware training, and what is only how it is written (Dinh et al. 2017)."""

from lossland.options import Count, Networks, NonNegative, Positive


def experiment(
    plan,
    *,
    network: Networks,
    factors: dict[str, Positive] = {},
    runs: Count = 3,
    rho: NonNegative = 0.05,
    adaptive_rho: NonNegative = 0.5,
    examples: Count | None = 1024,
):
    """The first `runs` of `network`, others like it by SAM and by ASAM, with `rho` and `adaptive_rho`; and the first once more,
    with parameters times `factors` that leave the function as it is, as {layer1: 4, layer2.weight: 0.25} in a ReLU network."""
    first, again = network.trained()[:runs], {"seeds": runs, "method": "sam", "init": None, "order": None, "running": None}
    kinds = {"as it is": first}
    if factors:
        kinds["written otherwise"] = plan.rescaled("written otherwise", first, factors=factors)
    kinds["SAM"] = plan.vary("by SAM", network, rho=rho, **again)
    kinds["ASAM"] = plan.vary("by ASAM", network, rho=adaptive_rho, adaptive=True, **again)
    seen = [(plan.sharpness(one.called(label), name=f"sharpness, {label}", examples=examples), plan.trained(one.called(label)))
            for label, one in kinds.items()]  # fmt: skip
    sharpness, trained = zip(*seen, strict=True)
    plan.figure("sharpness", sharpness=sharpness, trained=trained)
