"""Surfaces with and without shortcuts, to look at and to turn (Li et al. 2018, arXiv 1712.09913, figures 1 and 4)."""

from lossland.options import Count, Networks, Positive
from lossland.papers.li2018.contours import surface


def experiment(
    plan,
    *,
    network: Networks,
    without: Networks,
    dense: Networks | None = None,
    deep: Networks | None = None,
    sharpest: Networks | None = None,
    resolution: Count = 51,
    fine: Count | None = None,
    examples: Count | None = None,
    shards: Count = 1,
    adaptive: Positive | None = None,
):
    """Networks with shortcuts and those `without` (at resolution `fine`); a DenseNet beside `deep` ones without shortcuts.

    Also the plane of the `sharpest` directions of a network.
    """
    options = {"resolution": resolution, "examples": examples, "shards": shards, "adaptive": adaptive}
    own = options | ({"resolution": fine, "splits": ["train"], "name": "fine"} if fine else {})
    made = {"without": surface(plan, without[:1], **own), "shortcuts": surface(plan, network[:1], **options)}
    for name, logarithmic in (("fig1", True), ("fig1_linear", False)):
        plan.figure(name, draw="surfaces", surfaces=list(made.values()), logarithmic=logarithmic)
    if dense:
        left = surface(plan, deep[:1], **options) if deep else made["without"]
        right = surface(plan, dense[:1], **options)
        plan.figure("fig4", draw="surfaces", surfaces=[left, right])
        made |= {"dense": right} | ({"deep": left} if deep else {})
    for name, table in made.items():
        plan.figure(f"{name}_turn", draw="surface", surface=table, quantity="nll", highest=10)
        plan.figure(f"{name}_mesh", draw="surface_mesh", surface=table)
    if sharpest:
        plane = plan.hessian_plane(f"{sharpest.label}, sharpest", sharpest[:1])
        heights = plan.landscape(plane, bn="keep", splits=["train"], **options)
        plan.figure("sharpest_turn", draw="surface", surface=heights, quantity="nll", highest=10)
