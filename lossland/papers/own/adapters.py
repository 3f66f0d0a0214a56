"""The segment between adapters of one network, before and after they are balanced and matched (see `methods/balance.py`)."""

from lossland.options import Changes, Count, Networks, Patterns


def experiment(
    plan,
    *,
    network: Networks,
    only: Patterns = (),
    recipe: Changes = {},
    pairs: Count | None = None,
    resolution: Count = 21,
    examples: Count | None = 1000,
):
    """Between disjoint `pairs` of `network` (default: all), such as folders of peft: as they are; with the ranks of the second
    permuted, or rotated; and of both in balance, with those of the second rotated. Of transformers heads too.

    With `only`, patterns of an adapter's parameters, these are trained here: those of each of `network` in the first of them,
    by `recipe`, as far as it differs from that of the networks.
    """
    if only:
        start = plan.transplant("start", {one.run: [network[0], one] for one in network}, only=only)
        network = plan.fine_tune("adapters", start, recipe={**recipe, "only": only})
    ends = network.groups(2, pairs)
    paths = [plan.line("as they are", ends)]
    balanced = plan.balance("in balance", network, only=only).groups(2, pairs)
    for label, pair, rotate in (("permuted", ends, False), ("rotated", ends, True), ("balanced, rotated", balanced, True)):
        second = plan.match(f"second {label}", pair, rotate=rotate)
        paths.append(plan.line(label, {run: [first, second.run(run)] for run, (first, _) in pair.items()}))
    heights = plan.landscape(paths, name="landscape", resolution=resolution, examples=examples)
    plan.figure("segments", draw="path", paths=heights, quantities=["nll"], run="pair of adapters")
