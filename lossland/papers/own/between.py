"""What lies between networks of one's own: segments, trained curves, the planes through them, ensembles, disagreement."""

from lossland.options import Changes, Count, Networks, Positive


def experiment(
    plan,
    *,
    networks: list[Networks],
    recipe: Changes = {},
    pairs: Count | None = None,
    resolution: Count = 31,
    plane: Count = 21,
    examples: Count | None = 1000,
    shards: Count = 1,
    adaptive: Positive | None = None,
):
    """Disjoint `pairs` of `networks` are connected (default: all); a plane is drawn of the first (Garipov et al. 2018).

    `recipe` is how the curves are trained, as far as it differs from the recipe of the networks.
    """
    numbered = [one.numbered(1 + sum(map(len, networks[:i]))) for i, one in enumerate(networks)]
    network = plan.union("networks", *numbered) if len(networks) > 1 else networks[0]
    ends = network.groups(2, pairs)
    segment, curve = plan.line("segment", ends), plan.curve("curve", ends, recipe=recipe)
    heights = [plan.landscape(path, resolution=resolution, examples=examples) for path in (segment, curve)]
    plan.figure("path", paths=heights)
    bent = plan.plane("plane", curve[0])
    surface = plan.landscape(bent, resolution=plane, examples=examples, shards=shards, adaptive=adaptive)
    plan.figure("curve_plane", draw="plane", planes=surface)
    plan.figure("curve_surface", draw="surface", surface=surface, quantity="nll")
    plan.figure("scores", draw="distribution", networks=plan.trained(network))
    pool = plan.pool("pool", [network]).called("networks")
    plan.figure("ensemble", ensembles=plan.ensemble(pool))
    plan.figure("similarity", cosine=plan.cosine(pool), disagreement=plan.disagreement(pool))
