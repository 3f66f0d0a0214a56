"""Barriers between networks that are matched (Ainsworth et al. 2023, arXiv 2209.04836), rotated inside heads, and repaired."""

from typing import Annotated

from lossland.options import Between, Count, Fraction, Networks, Positive, Saddles


def experiment(
    plan,
    *,
    networks: list[Networks],
    widths: list[Positive],
    rotate: bool = False,
    repair: Annotated[int, Between(3)] | None = None,
    pairs: Count = 5,
    resolution: Count = 25,
    saddles: Saddles = {},
    below: Fraction | None = None,
):
    """`networks` from narrow to wide, and their `widths`. With `rotate`, for transformers, what is inside heads is rotated too.
    With `repair`, for networks without batch norm, the segment to what was found last is repaired, at so many points, and the
    layers of the last of `networks` are followed along its paths. `saddles` are options of the probe. Trained networks have a
    train error `below` this (default: as their data say)."""
    found = [rebased(plan, network, pairs, rotate, repair) for network, _ in plan.beside(networks=networks, widths=widths)]
    heights, kinds = compared(plan, "barriers", found, widths, resolution, saddles)
    if repair:
        along, paths = {"layers": plan.cka, "tempered": plan.path_ensemble}, found[-1].values()
        plan.figure("layers", **{role: [probe(one, resolution=11) for one in paths] for role, probe in along.items()})
    plan.claims("barriers", saddles=heights, kinds=kinds, networks=networks, level=below)


def rebased(plan, network, pairs, rotate=False, repair=None):
    """The segments of disjoint pairs of networks, and those to the second one matched with the first, and so on, by kind."""
    ends = network.groups(2, pairs)
    found = {"as trained": plan.line(f"{network.label} segment", ends)}
    for kind, options in {"matched": {}, "rotated": {"rotate": True}}.items() if rotate else {"matched": {}}.items():
        second = plan.match(f"{network.label} {kind}", ends, **options)
        to = {run: [first, second.run(run)] for run, (first, _) in ends.items()}
        found[kind] = plan.line(f"{network.label} to the {kind}", to)
    return found | ({"repaired": plan.repair(f"{network.label} repaired", to, corners=repair)} if repair else {})


def compared(plan, name, found, places, resolution, saddles, **options):
    """The saddles and kinds of the paths `found`, by kind, of networks at `places` of one axis; drawn."""
    lines, heights = [], []
    for one in found:
        paths = list(one.values())
        lines.append(plan.landscape(paths, name=f"landscape {paths[0].label}", resolution=resolution))
        heights.append(plan.saddles(paths, name=f"saddles {paths[0].label}", **{"resolution": resolution} | saddles))
    kinds = {kind: [one[kind] for one in found] for kind in found[0]}
    widths = {path.label: x for one, x in zip(found, places, strict=True) for path in one.values()}
    shapes = [plan.shape(one) for one in lines]
    plan.figure(name, draw="barriers", shapes=shapes, lines=lines, kinds=kinds, widths=widths, **options)
    return heights, kinds
