"""All kinds of paths between the same minima (Draxler et al. 2018, arXiv 1803.00885, and after)."""

from typing import Annotated

from lossland.options import Band, Changes, Count, Networks, Some
from lossland.papers.ainsworth2023.matching import rebased
from lossland.papers.draxler2018.bands import between


def experiment(
    plan,
    *,
    network: Networks,
    band: Band = {},
    curve: Changes = {},
    connector: Changes = {},
    simplex: Changes = {},
    pairs: Count = 3,
    resolution: Count = 61,
    saddles: Annotated[dict, Some(("probes", "saddles"), but=("bn",))] = {},
    curvature: Annotated[dict, Some(("probes", "curvature"))] = {},
    coordinates: Annotated[dict, Some(("probes", "coordinates"))] = {},
):
    """`curve`, `connector` and `simplex` are recipes, so far as they differ from the network's; `band` are options of neb,
    `saddles`, `curvature` and `coordinates` of these probes; `resolution` is that of `similarity` and `cka`."""
    ends, vertices = network.groups(2, pairs), [0, 2, 1]
    segment, matched = rebased(plan, network, pairs).values()
    paths = [
        segment.called("segment"),
        matched.called("re-basined"),
        bezier := plan.curve("Bezier", ends, recipe=curve),
        chain := plan.curve("chain", ends, chart="polychain", recipe=curve),
        bands := between(plan, network, ends, band).called("band"),
        plan.edges("connector", plan.connector("connectors", ends, recipe=connector), vertices=vertices),
        plan.edges("simplex", plan.complex("simplexes", ends, recipe=simplex), vertices=vertices),
    ]
    alike, heights = [], []
    for bn in ("recalibrate", "interpolate"):
        alike.append(plan.similarity(paths, name=f"similarity {bn}", resolution=resolution, splits=["train", "test"], bn=bn))
        heights.append(plan.saddles(paths, name=f"saddles {bn}", bn=bn, **saddles))
    bends = plan.curvature(paths, **{"resolution": 9, "bn": "recalibrate"} | curvature)
    layers = plan.cka(paths, resolution=resolution)
    plan.figure("paths", recalibrated=alike[0], interpolated=alike[1], layers=layers, curvature=bends, saddles=heights)
    single = plan.coordinates([bands, bezier, chain], **coordinates)
    plan.figure("coordinates", draw="fig7", coordinates=single, saddles=heights[0])
    plan.claims("paths", saddles=heights[0], similarity=alike[0], curvature=bends, band=bands)
