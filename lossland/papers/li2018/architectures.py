"""Depth, shortcuts and width (Li et al. 2018, arXiv 1712.09913, section 6, figures 5 and 6)."""

from lossland.options import Count, Networks
from lossland.papers.li2018.contours import surface

SHORTCUTS = ("with shortcuts", "without")


def experiment(
    plan,
    *,
    networks: list[Networks],
    without: list[Networks],
    wider: list[Networks] = (),
    wider_without: list[Networks] = (),
    others: list[Networks] = (),
    resolution: Count = 51,
    examples: Count | None = None,
    shards: Count = 1,
    printed: bool = False,
):
    """Planes around `networks` with shortcuts, from shallow to deep, and those `without`; around `wider` ones, from narrow to
    wide, and those without; and around `others`. Errors are of all examples; of networks that keep snapshot 0 also the start.

    `printed`: they are the paper's own, by their names, its test errors stand beside ours, and its bound on losses at the start
    is checked.
    """
    depth, width = list(plan.beside(networks=networks, without=without)), plan.beside(wider=wider, wider_without=wider_without)
    every = {one.label: one for one in (*networks, *without, *wider, *wider_without, *others)}
    seen = {"resolution": resolution, "examples": examples, "shards": shards}
    surfaces = {label: surface(plan, one, **seen) for label, one in every.items()}
    for name, drawn in (("fig5", [*networks, *without]), ("fig6", [*wider, *wider_without])):
        if drawn:
            plan.figure(name, draw="contours", surfaces=[surfaces[one.label] for one in drawn], columns=len(drawn) // 2)
    heights, errors = list(surfaces.values()), [plan.landscape(one, name=f"errors {label}") for label, one in every.items()]
    kinds = {one.label: [pair[0].label, kind] for pair in depth for one, kind in zip(pair, SHORTCUTS, strict=True)}
    if kinds:
        plan.figure("beside_depth", draw="beside", errors=errors, kinds=kinds)
    plan.claims(
        "architectures",
        errors=errors,
        basins=plan.basin(heights),
        attractors=plan.basin(heights, rise=4, name="attractors"),
        depth=[list(pair) for pair in depth],
        width=[list(pair) for pair in width],
        started=[label for label, one in every.items() if printed and one.recipe and 0 in one.snapshots],
        printed=printed,
    )
