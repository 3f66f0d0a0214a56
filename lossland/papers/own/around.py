"""What lies around networks of one's own: planes and lines along normalised directions, ends of the Hessian's spectrum."""

import re

from lossland.options import Count, Networks, Positive


def experiment(
    plan,
    *,
    networks: list[Networks],
    directions: Count = 3,
    resolution: Count = 21,
    points: Count = 51,
    examples: Count | None = 1000,
    products: Count = 100,
    spectrum: bool = False,
    sharpness: bool = False,
    topology: bool = False,
    shards: Count = 1,
    adaptive: Positive | None = None,
):
    """Of each of `networks` the first: a plane of `resolution` x `resolution` points, lines of so many `points`.

    Directions are random, scaled filter by filter (Li et al. 2018, arXiv 1712.09913); the number of lines is `directions`.
    With `spectrum` also the density of the Hessian's whole spectrum, with `sharpness` measures of sharpness, with `topology`
    the minima and saddles in the planes.
    """
    first = [network[:1] for network in networks]
    planes = [plan.random_plane(f"{one.label}, plane", one).called(one.label) for one in first]
    surfaces = plan.landscape(planes, name="plane", resolution=resolution, examples=examples, shards=shards, adaptive=adaptive)
    plan.figure("plane", planes=surfaces)
    if topology:
        plan.figure("topology", minima=plan.topology(surfaces, least=1e-4), landscape=surfaces)
    for one, plane in zip(first, planes, strict=True):
        height = plan.landscape(plane, name="plane", resolution=resolution, examples=examples, shards=shards, adaptive=adaptive)
        name = "surface_" + re.sub(r"\W", "_", one.label) if len(first) > 1 else "surface"
        plan.figure(name, draw="surface", surface=height, quantity="nll")
    lines = [
        plan.random_plane(f"{one.label}, line {i + 1}", one, directions=1, seed=i).numbered(i + 1).called(one.label)
        for one in first
        for i in range(directions)
    ]
    heights = plan.landscape(lines, name="lines", resolution=points, examples=examples)
    plan.figure("lines", draw="path", paths=heights, run="direction")
    ends = plan.curvature(first, resolution=1, bn="recalibrate", leave_out=[], examples=examples, products=products)
    plan.figure("spectrum", curvature=ends)
    trained = [plan.pool(f"{one.label}, at the end", one).called(one.label) for one in first]
    if spectrum:
        plan.figure("density", spectra=plan.spectrum(trained, starts=2, steps=products, probes=10, examples=examples))
    if sharpness:
        seen = {"sharpness": plan.sharpness(trained, examples=examples), "trained": plan.trained(trained)}
        plan.figure("measures_of_sharpness", draw="sharpness", **seen)
