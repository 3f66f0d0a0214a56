"""Planes through networks and curves (Garipov et al. 2018, arXiv 1802.10026, figures 1, 4 and 5)."""

from lossland.options import Changes, Count, Networks, Positive
from lossland.papers.garipov2018.curves import paths


def experiment(
    plan,
    *,
    network: Networks,
    recipe: Changes = {},
    resolution: Count = 21,
    examples: Count | None = None,
    adaptive: Positive | None = None,
    turn: bool = True,
):
    """Through three independent networks, and through the ends and the bend of a Bezier curve and of a chain; to `turn` too."""
    three = network.first(3, "three span a plane")
    _, bezier, chain = paths(plan, network, recipe, 1)
    planes = [
        plan.plane("three networks", [three]),
        plan.plane("Bezier curve", bezier[0]),
        plan.plane("polygonal chain", chain[0]),
    ]
    surfaces = [plan.landscape(plane, resolution=resolution, examples=examples, adaptive=adaptive) for plane in planes]
    plan.figure("fig1", planes=surfaces)
    if turn:
        plan.figure("networks", draw="surface", surface=surfaces[0])
        plan.figure("bezier", draw="surface", surface=surfaces[1])
