"""Curves between wider networks (Garipov et al. 2018, arXiv 1802.10026, figure 7 and A.7)."""

from lossland.options import Changes, Count, Networks, Positive


def experiment(
    plan,
    *,
    networks: list[Networks],
    widths: list[Positive],
    recipe: Changes = {},
    pairs: Count = 3,
    resolution: Count = 61,
    digitised: bool = False,
):
    """Bezier curves between pairs of each of `networks`, which are `widths` times as wide; the narrowest comes first."""
    widths = {network.label: width for network, width in plan.beside(networks=networks, widths=widths)}
    shapes = []
    for network in networks:
        curve = plan.curve(network.label, network.groups(2, pairs), recipe=recipe)
        shapes.append(plan.shape(plan.landscape(curve, resolution=resolution)))
    plan.figure("fig7", shapes=shapes, widths=widths, digitised=digitised)
    plan.claims("width", shapes=shapes, narrowest=networks[0], widest=networks[-1])
