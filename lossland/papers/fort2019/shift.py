"""Ensembles on corrupted images, and on images of other things (Fort et al. 2019, arXiv 1912.02757): figure 8, section 5."""

from lossland.options import Count, Dataset, Networks, Samples
from lossland.papers.fort2019.ensembles import around, around_one, together, within
from lossland.papers.fort2019.trajectories import train_errors

SUBSETS, BLOCKS = 5, 20  # of samples around one network, at each corruption; of the images of other things
AROUND = 3  # networks of a group around which samples are compared: the luck of one is larger than what it is compared for


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    samples: Samples = {},
    sizes: list[Count] | None = None,
    subsets: Count = 50,
    corruptions: list[str] | None = None,
    severities: list[Count] = (1, 2, 3, 4, 5),
    folder: str | None = None,
    examples: Count | None = None,
    whole: bool = False,
    other: Dataset | None = None,
    others: Count | None = None,
):
    """Ensembles of as many networks as `sizes` say (default: 1 and `size`), `size` the largest, and of as many samples around
    one, for claims around up to three of each group.

    `corruptions`, `severities`, `folder` and `examples` are those of the probe shift; claims are about the highest severity.
    With `whole` ensembles of subspaces too, each with all of its samples. `other` is a dataset of which nothing was seen in
    training, of it `others` examples.
    """
    runs, sizes = plan.pool("independent networks", network.sets(size)), within(plan, sizes or [1, size], size)
    kinds, trained = around(plan, network, samples), train_errors(plan, runs)
    alone = around_one(kinds, size)
    on = {"corruptions": corruptions, "folder": folder, "examples": examples}
    every, severe = on | {"sizes": sizes, "severities": severities}, on | {"sizes": [size], "severities": [max(severities)]}
    independent, sampled = plan.shift(runs, **every), plan.shift(alone, name="shift samples", subsets=SUBSETS, **every)
    plan.figure("fig8", shifts=[independent, sampled], trained=trained, sizes=sizes)
    tables = {"independent": plan.by_example(runs, name="networks by example", **severe),
              "samples": plan.by_example(around_one(kinds, size, AROUND), name="samples by example",
                                         subsets=-(-SUBSETS // AROUND), **severe)}  # fmt: skip
    plan.claims("shift", **tables, trained=trained, size=size)
    if whole:
        both = [plan.shift(one, name=f"whole {one.label}", by="source", **every) for one in together(plan, kinds, size)]
        drawn = {"shifts": [independent, *both], "trained": trained, "sizes": sizes}
        plan.figure("fig8_whole", draw="fig8", **drawn, quantities=["accuracy", "brier"])
    if other:
        on = {"data": other, "sizes": [size], "examples": others, "subsets": subsets, "blocks": BLOCKS}
        independent, sampled = plan.outside(runs, **on), plan.outside(alone, name="outside samples", **on)
        plan.figure("outside", outside=[independent, sampled], size=size)
        plan.claims("outside", samples=sampled, independent=independent, trained=trained, size=size)
