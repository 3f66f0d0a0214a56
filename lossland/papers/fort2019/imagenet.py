"""Ensembles on corrupted images of a large dataset (Fort et al. 2019, arXiv 1912.02757): figure 9."""

from lossland.options import Count, Networks, Samples
from lossland.papers.fort2019.ensembles import around, together, within


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
    `examples` are those of the probe shift."""
    sizes = within(plan, sizes or list(range(1, min(size, 3) + 1)), size)
    on = {"sizes": sizes, "corruptions": corruptions, "severities": severities, "folder": folder, "examples": examples}
    pools = [plan.pool("networks", network.sets(size)), *together(plan, around(plan, network, samples), size)]
    shifts = [plan.shift(pool, name=f"shift {pool.label}", by="source", **on) for pool in pools]
    plan.figure("fig9", draw="fig8", shifts=shifts, sizes=sizes, quantities=["accuracy", "brier"])
