"""Curves of more bends (Garipov et al. 2018, arXiv 1802.10026, section 3.2: defined there, not trained)."""

from lossland.options import Changes, Count, Networks


def experiment(plan, *, network: Networks, recipe: Changes = {}, pairs: Count = 3, resolution: Count = 61, most: Count = 3):
    """Bezier curves of one inner bend to `most`."""
    ends, shapes, bends = network.groups(2, pairs), [], {}
    for n in range(1, most + 1):
        curve = plan.curve("Bezier" if n == 1 else f"Bezier, {n} bends", ends, bends=n + 2, recipe=recipe)
        shapes.append(plan.shape(plan.landscape(curve, resolution=resolution)))
        bends[curve.label] = n
    plan.figure("bends", shapes=shapes, bends=bends)
