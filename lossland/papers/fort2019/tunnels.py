"""Low-loss tunnels between networks, and cuts through the origin (Fort et al. 2019, arXiv 1912.02757): figures 6, S1, S2."""

from lossland.options import Changes, Count, Networks, Split

RADII, HIGH = 17, 1.6  # a tenth apart, and past sqrt(2), where the middle of a right angle is as long as its ends


def experiment(
    plan,
    *,
    network: Networks,
    recipe: Changes = {},
    points: Count = 5,
    pairs: Count = 3,
    resolution: Count = 61,
    radial: Count = 31,
    cone: list[Count] = (37, 21),
    split: Split = "test",
    examples: Count | None = None,
):
    """Segment, tunnel with `points` inner points and Bezier curve of each pair, and rays through both; the two cuts are of the
    first pair.

    The cut through both networks has `radial` points along each side, and is also drawn on `split`; the cone over the tunnel
    has `cone`. All but the training is of the first `examples` of each split.
    """
    seen = {"splits": ["train", "test"], "examples": examples}
    ends = network[: 2 * pairs].sets(2)
    paths = [
        plan.line("segment", ends),
        plan.tunnel("tunnel", ends, points=points, recipe=recipe),
        plan.curve("Bezier", ends, recipe=recipe),
    ]
    segment, tunnel, bezier = (plan.similarity(path, resolution=resolution, **seen) for path in paths)
    plan.figure("s2", draw="paths", paths=[segment, tunnel, bezier])
    plan.figure("s2_train", draw="paths", paths=[segment, tunnel, bezier], split="train")
    on = {"resolution": [3, RADII]} | seen
    sector, rays = (plan.similarity(plan.cone(f"rays of the {path.label}", path, high=HIGH), **on) for path in paths[:2])
    plan.claims("tunnel", segment=segment, tunnel=tunnel, sector=sector, rays=rays)
    over = plan.similarity(plan.cone("along the tunnel", [paths[1][0]]), resolution=cone, examples=examples)
    plan.figure("fig6", cuts=over)
    plane = plan.radial_plane("through the origin", [network[:2]])
    cut = plan.similarity(plane, resolution=radial, splits=["train", split], examples=examples)
    plan.figure("s1", draw="fig6", cuts=cut, split=split, quantities=["nll", "disagreement 0", "disagreement 1"])
    plan.figure("s1_train", draw="fig6", cuts=cut, split="train", quantities=["nll", "error"])
