"""Flat and sharp by their normalisation (Li et al. 2018, arXiv 1712.09913, section 5 and A.2, figures 3, 12, 13 and 15)."""

from lossland.options import Count, Networks, Positive
from lossland.papers.li2018.trainings import batches, flat, method

FIGURES = {"filter": "fig3_lines", "layer": "fig13", "none": "fig12"}


def experiment(
    plan,
    *,
    network: Networks,
    large: Count | None = None,
    decay: Positive = 5e-4,
    raw: Positive = 0.1,
    resolution: Count = 401,
    examples: Count | None = None,
    printed: str = "",
    claims: bool = True,
):
    """Lines along one random direction, of length `raw` if not normalised; `printed` is what the paper calls the network."""
    networks, lines = flat(batches(plan, network, large, decay)), {}
    for kind, figure in FIGURES.items():
        own = {"normalisation": kind, "directions": 1} | ({"box": [[-raw, raw]]} if kind == "none" else {})
        around = [plan.random_plane(f"{one.label}, {kind}", one, **own).called(one.label) for one in networks]
        lines[kind] = plan.landscape(around, name=f"lines {kind}", bn="keep", resolution=resolution, examples=examples)
        plan.figure(figure, draw="lines", lines=lines[kind])
    if claims:
        basins = {kind: plan.basin(table, name=f"basins {kind}") for kind, table in lines.items()}
        ends = {"small": networks[::2], "large": networks[1::2]}
        last = [plan.pool(f"{one.label}, at the end", one.sets(1)).called(one.label) for one in networks]
        scores = plan.by_example(last, name="scores", sizes=[1])
        plan.claims(
            "sharpness", errors=lines["filter"], scores=scores, network=printed, method=method(network), **basins, **ends
        )
