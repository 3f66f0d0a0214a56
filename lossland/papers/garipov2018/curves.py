"""Curves between networks (Garipov et al. 2018, arXiv 1802.10026, sections 3 and 4): Table 2 and its claims, the time of an
epoch (A.1).

Differs from the paper in: its curves come from TensorFlow code that was not released, of settings that it does not state; those
of configs/paper.yaml are of the README of the released PyTorch code, with passes in bfloat16 on hardware that has it. Differs
from that code in: losses are of training data as they are, not augmented (`released` measures both).
"""

from lossland.options import Changes, Count, Networks


def experiment(
    plan,
    *,
    network: Networks,
    recipe: Changes = {},
    pairs: Count = 3,
    resolution: Count = 61,
    bends: Count = 1,
    printed: list[str] = (),
    dataset: str = "",
):
    """Segments and curves of one inner bend between disjoint pairs of `network`, and in the table Bezier curves of up to
    `bends`, which the paper defines and does not train; its own rows have the names `printed`."""
    segment, *curves = paths(plan, network, recipe, pairs)
    shapes = [plan.shape(plan.landscape(path, resolution=resolution)) for path in (segment, *curves)]
    for n in range(2, bends + 1):
        more = plan.curve(f"Bezier, {n} bends", network.groups(2, pairs), bends=n + 2, recipe=recipe)
        shapes.append(plan.shape(plan.landscape(more, resolution=resolution)))
    plan.figure("table2", shapes=shapes, networks=printed, dataset=dataset)
    plan.claims("curves", shapes=shapes[:3], networks=printed, dataset=dataset)
    clock = {option: value for option, value in network.recipe.items() if option in ("batch_size", "precision")}
    plan.claims("overhead", seconds=plan.seconds(curves[0], steps=100, **clock))


def paths(plan, network, recipe, pairs):
    """The straight segment, and trained curves, of each pair."""
    ends = network.groups(2, pairs)
    return (
        plan.line("segment", ends),
        plan.curve("Bezier", ends, recipe=recipe),
        plan.curve("chain", ends, chart="polychain", recipe=recipe),
    )
