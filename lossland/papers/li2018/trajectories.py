"""What planes show of a trajectory (Li et al. 2018, arXiv 1712.09913, section 7, figures 8 and 9)."""

from lossland.options import Count, Networks, Positive
from lossland.papers.li2018.trainings import batches, flat


def experiment(
    plan,
    *,
    networks: list[Networks],
    others: list[Networks] = (),
    large: Count | None = None,
    decay: Positive = 5e-4,
    resolution: Count = 51,
    examples: Count | None = None,
    shards: Count = 1,
):
    """Components of trainings by small and large batches, without decay and with it, or of checkpoints as they are; of the
    first also random planes.

    Angles are measured in random planes around `others` too.
    """
    options = {"splits": ["train"], "resolution": resolution, "examples": examples, "shards": shards}
    named = len(networks) > 1
    groups = {n.label: [n] if n.elsewhere else flat(batches(plan, n, large, decay, named)) for n in networks}
    seen = {"surfaces": [], "paths": [], "shares": [], "courses": []}
    for label, group in groups.items():
        planes = [plan.pca_plane(f"{one.label}, components", one[:1]).called(one.label) for one in group]
        seen["surfaces"].append(plan.landscape(planes, name=f"surfaces {label}", bn="keep", **options))
        seen["paths"].append(plan.projection(planes, name=f"paths {label}"))
        seen["shares"].append(plan.directions(planes, name=f"components {label}"))
        seen["courses"].append(plan.dynamics([one[:1] for one in group], name=f"course {label}"))
    plan.figure("fig9", **seen)
    first = groups[networks[0].label][0]
    random = plan.random_plane(f"{first.label}, random", first, normalisation="none", leave_out=[])
    begin = {"start": None} if first.elsewhere else {}  # the first that there is
    start = plan.init_plane(f"{first.label}, from the start", first, leave_out=[], **begin)
    caught, straight = plan.projection(random), plan.projection(start)
    plan.figure("fig8", random=caught, initial=straight)
    axes = plan.directions(random)
    around = [plan.directions(plan.random_plane(f"{other.label}, random", other)) for other in others]
    plan.figure("directions", directions=[axes, *around, *seen["shares"]])
    tables = {"components": seen["shares"], "courses": seen["courses"], "random": caught, "initial": straight}
    plan.claims("trajectories", **tables, axes=axes)
