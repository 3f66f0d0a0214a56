"""Ensembles on corrupted images of a large dataset (Fort et al. 2019, arXiv 1912.02757): figure 9."""

from lossland.options import Count, Networks, Samples
from lossland.papers.fort2019.ensembles import around, together, within
from lossland.papers.fort2019.trajectories import train_errors


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    samples: Samples = {"kinds": ["random directions", "averages of weights"]},
    sizes: list[Count] | None = None,
    corruptions: list[str] | None = None,
    severities: list[Count] = (1, 2, 3, 4, 5),
    folder: str | None = None,
    examples: Count | None = None,
):
    """Networks, and the samples around each of them; ensembles of `sizes` (default: up to `size`, and 3). `corruptions` to
    `examples` are those of the probe shift; claims are about the highest severity, and all samples around one network."""
    sizes = within(plan, sizes or list(range(1, min(size, 3) + 1)), size)
    on = {"corruptions": corruptions, "folder": folder, "examples": examples, "by": "source"}
    networks, kinds = plan.pool("networks", network.sets(size)), together(plan, around(plan, network, samples), size)
    shifts = [
        plan.shift(pool, name=f"shift {pool.label}", sizes=sizes, severities=severities, **on) for pool in (networks, *kinds)
    ]
    trained = train_errors(plan, networks)
    plan.figure("fig9", draw="fig8", shifts=shifts, trained=trained, sizes=sizes, quantities=["accuracy", "brier"])
    on |= {"severities": [max(severities)]}
    independent = plan.by_example(networks, name="networks by example", sizes=[size], **on)
    alone = plan.by_example(kinds, name="one of them by example", sizes=[1], **on)
    plan.claims("fig9", check="shift", samples=alone, independent=independent, trained=trained, size=size, around=1)
