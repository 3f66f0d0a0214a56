"""The barrier between networks whose hidden units are matched, and repaired (Ainsworth et al. 2022, arXiv 2209.04836; Jordan
et al. 2022, arXiv 2211.08403), beside the bands of Draxler et al. 2018 (arXiv 1803.00885)."""

from typing import Annotated

from lossland.options import Between, Count, Networks, Positive, Saddles


def experiment(
    plan,
    *,
    networks: list[Networks],
    widths: list[Positive],
    repair: Annotated[int, Between(3)] | None = None,
    pairs: Count = 3,
    resolution: Count = 25,
    saddles: Saddles = {},
):
    """`networks` from narrow to wide, and their `widths`. With `repair`, for networks without batch norm, the segment to the
    matched network is repaired too, at so many points, and the layers of the last network are followed along its paths.
    `saddles` are options of the probe."""
    lines, heights, wide, kinds = [], [], {}, {"as trained": [], "matched": [], "repaired": []}
    for network, width in plan.beside(networks=networks, widths=widths):
        found = rebased(plan, network, pairs, repair)
        lines.append(plan.landscape(found, name=f"landscape {network.label}", resolution=resolution))
        heights.append(plan.saddles(found, name=f"saddles {network.label}", **{"resolution": resolution} | saddles))
        for own, one in zip(kinds.values(), found, strict=False):
            own.append(one)
            wide[one.label] = width
    if repair:
        along = {"layers": plan.cka, "tempered": plan.path_ensemble}
        plan.figure("layers", **{role: [probe(one, resolution=11) for one in found] for role, probe in along.items()})
    kinds = {kind: own for kind, own in kinds.items() if own}
    plan.figure("rebasin", shapes=[plan.shape(one) for one in lines], lines=lines, kinds=kinds, widths=wide)
    plan.claims("rebasin", saddles=heights, kinds=kinds, networks=networks)


def rebased(plan, network, pairs, repair=None):
    """The segments of disjoint pairs of networks, those to the second one matched with the first, and the same repaired."""
    ends = network.groups(2, pairs)
    matched = plan.match(f"{network.label} matched", ends)
    to = {run: [first, matched.run(run)] for run, (first, _) in ends.items()}
    segments = [plan.line(f"{network.label} segment", ends), plan.line(f"{network.label} to the matched", to)]
    return segments + ([plan.repair(f"{network.label} repaired", to, corners=repair)] if repair else [])
