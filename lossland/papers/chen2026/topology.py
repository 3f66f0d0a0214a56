"""Minima and barcodes of planes: depth, width, shortcuts, training (Chen et al. 2026, arXiv 2602.07135)."""

from lossland.options import Count, Fraction, Networks
from lossland.papers.li2018.contours import surface


def experiment(
    plan,
    *,
    width: list[Networks],
    depth: list[Networks] = (),
    others: list[Networks] = (),
    network: Networks | None = None,
    without: Networks | None = None,
    triples: Count | None = None,
    resolution: Count = 21,
    around: Count = 15,
    least: Fraction = 1e-4,
    examples: Count | None = None,
):
    """Planes through each three of the networks `width`, from narrow to wide, `depth`, from shallow to deep, and `others`; and
    random planes around each of `network`, at the start and at the end, and around those like it `without` shortcuts.

    Minima of a persistence below `least` of the range of a plane are left out. `resolution` is of the planes through networks,
    `around` of those around one.
    """
    several = list({one.label: one for one in (*width, *depth, *others)}.values())
    planes = [plan.plane(f"{one.label}, three", one.groups(3, triples, "triples")).called(one.label) for one in several]
    heights = [
        plan.landscape(plane, name=f"through {plane.label}", resolution=resolution, examples=examples) for plane in planes
    ]
    minima = [plan.topology(table, least=least) for table in heights]
    plan.figure("through", draw="topology", minima=minima, landscape=heights)
    labels = {"width": [one.label for one in width], "depth": [one.label for one in depth]}
    if network is None:
        plan.claims("topology", through=minima, heights=heights, **labels)
        return
    seen, network = {"resolution": around, "examples": examples}, plan.kept(network, [0])
    start = plan.snapshots(f"{network.label}, at the start", network, epochs=[0])
    single = {"at the start": start, "at the end": network} | ({"without shortcuts": without} if without else {})
    surfaces = [surface(plan, one.called(label), **seen) for label, one in single.items()]
    lone = [plan.topology(table, least=least) for table in surfaces]
    plan.figure("around", draw="topology", minima=lone, landscape=surfaces)
    plan.claims("topology", through=minima, heights=heights, around=lone, surfaces=surfaces, **labels)
