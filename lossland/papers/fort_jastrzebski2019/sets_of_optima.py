"""One low point joins a whole set of optima (Fort & Jastrzebski 2019, arXiv 1906.04724): connectors."""

from lossland.options import Changes, Count, Networks


def experiment(
    plan,
    *,
    network: Networks,
    sizes: list[Count] = (2, 3),
    recipe: Changes = {},
    resolution: Count = 21,
    samples: Count = 25,
):
    """Connectors of the first of each disjoint set of networks, as many as each of `sizes`; the largest comes last.

    They are trained at the point itself, as the paper has it, and on the whole segments to it (Benton et al. 2021).
    """
    sets = network.sets(sizes[-1])
    recipe, seen = {"optimiser": "sgd"} | recipe, {"resolution": resolution, "samples": samples}
    vertex, uniform = [], []
    for size in sizes:
        optima = {run: group[:size] for run, group in sets.items()}
        at_vertex = plan.connector(f"{size} optima", optima, recipe=recipe)
        whole = plan.connector(f"{size} optima, whole segments", optima, objective="uniform", projection="none", recipe=recipe)
        vertex.append(plan.spokes(at_vertex, **seen))
        uniform.append(plan.spokes(whole, **seen))
    plan.figure("connectors", spokes=[*vertex, uniform[-1]])
    plan.claims("connectors", vertex=vertex, uniform=uniform)
