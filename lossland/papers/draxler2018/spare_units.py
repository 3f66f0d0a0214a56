"""To swap two hidden units takes a spare one (Draxler et al. 2018, arXiv 1803.00885, section 5)."""

from typing import Annotated

from lossland.options import Band, Count, Networks, Some
from lossland.papers.draxler2018.bands import between


def experiment(
    plan,
    *,
    network: Networks,
    units: list[Count] = (2, 3),
    band: Band = {},
    resolution: Count = 121,
    saddles: Annotated[dict, Some(("probes", "saddles"), but=("splits",))] = {},
):
    """From networks like `network`, perceptrons of so many hidden `units`, to themselves with two units exchanged; first as few
    units as the task needs."""
    segments, bands = [], []
    for n in units:
        one = plan.vary(f"networks of {n} hidden units", network, hidden=[n])
        swapped = plan.permute(f"{n} hidden units, swapped", one, order="exchanged")
        ends = {member.run: [member, swapped.run(member.run)] for member in one}
        label = f"{n} hidden units"
        segments.append(plan.line(f"{label}, segment", ends).called(label))
        bands.append(between(plan, one, ends, {"batch_size": one.recipe.get("batch_size", 128)} | band).called(label))
    lines, along = ([plan.landscape(s, name=f"{n} {s.label}", resolution=resolution, splits=["train"]) for s in found]
                    for n, found in (("segment", segments), ("band", bands)))  # fmt: skip
    plan.figure("xor", segments=lines, bands=along)
    plan.claims("xor", bands=[plan.saddles(one, splits=["train"], **saddles) for one in bands], units=units)
