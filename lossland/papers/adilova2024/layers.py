"""Which layers two networks can exchange (Adilova et al. 2024, arXiv 2307.06966): barriers of layers and of groups of them."""

from lossland.options import Count, Networks, Patterns


def experiment(
    plan,
    *,
    network: Networks,
    layers: dict[str, Patterns],
    pairs: Count = 3,
    resolution: Count = 21,
    examples: Count | None = None,
):
    """Between disjoint pairs of `network`: each of `layers` alone, the first k and the last k together, all but the outer two.

    `layers` maps names to patterns of names of parameters, from the input on: {first: [conv1, bn1], ...}; at least three.
    """
    if len(layers) < 3:
        plan.refuse(f"layers names {len(layers)}, and groups are made of three or more; name those in between too")
    names, parts, ends = list(layers), list(layers.values()), network.groups(2, pairs)

    def exchanged(label, own):
        return plan.transplant(label, ends, only=[pattern for part in own for pattern in part])

    alone = [exchanged(name, [part]) for name, part in layers.items()]
    below = [exchanged(f"up to {names[k]}", parts[: k + 1]) for k in range(1, len(names) - 1)]
    above = [exchanged(f"from {names[k]} on", parts[k:]) for k in range(1, len(names) - 1)]
    middle = exchanged("between the outer two", parts[1:-1])
    whole = plan.line("all layers", ends)
    seen = {"resolution": resolution, "examples": examples}
    whole = plan.landscape(whole, name="all layers", **seen)
    paths = plan.landscape([*alone, *below, *above, middle], name="layers", **seen)
    plan.figure("fig1", paths=paths, whole=whole, alone=alone, below=[alone[0], *below], above=[*above, alone[-1]])
    plan.claims("layers", paths=paths, whole=whole, alone=alone, middle=middle)
