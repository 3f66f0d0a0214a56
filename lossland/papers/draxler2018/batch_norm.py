"""What batch-norm statistics do to saddles (Draxler et al. 2018, arXiv 1803.00885, whose released code carries them)."""

from typing import Annotated

from lossland.options import Band, Count, Networks, Some
from lossland.papers.draxler2018.bands import CYCLES, between

RELEASED = {"tangent": "as_released", "batches": "separate", "buffers": "inside"}


def experiment(
    plan,
    *,
    network: Networks,
    band: Band = {},
    pairs: Count = 3,
    resolution: Count = 301,
    saddles: Annotated[dict, Some(("probes", "saddles"), but=("bn",))] = {},
):
    """Bands as ours, and with all that is different in the released code, its threshold of 0.1 for new pivots too."""
    ends = network.groups(2, pairs)
    cycles = [c if c.get("insert") == "equal" else c | {"threshold": 0.1} for c in band.get("cycles", CYCLES)]
    own = between(plan, network, ends, band).called("ours")
    released = between(plan, network, ends, band | RELEASED | {"cycles": cycles}, name="released").called("as released")
    under = {"recalibrated": "recalibrate", "interpolated": "interpolate", "carried": "carried"}
    paths, heights = {}, {}
    for role, bn in under.items():
        shown = [released] if role == "carried" else [own, released]
        paths[role] = [plan.landscape(one, name=f"{role} {one.label}", resolution=resolution, bn=bn) for one in shown]
        heights[role] = plan.saddles(shown[0], name=f"saddles {role}", bn=bn, **saddles)
    plan.figure("statistics", **paths)
    plan.claims("statistics", network=network, **heights)
