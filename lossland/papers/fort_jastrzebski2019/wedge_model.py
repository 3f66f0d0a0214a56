"""A loss without a network that has the landscape of one (Fort & Jastrzebski 2019, arXiv 1906.04724): the wedge model."""

from lossland.options import Changes, Count, Networks, Positive


def experiment(
    plan,
    *,
    network: Networks,
    long: list[Count],
    shares: list[Positive] = (0.01, 0.25, 0.5, 0.75, 0.9, 1.1, 1.25, 1.5),
    radii: list[Positive] = (0.25, 1, 4),
    seeds: Count = 3,
    recipe: Changes = {},
    resolution: Count = 101,
):
    """`network` is of model wedge, made `long` in each of these numbers n of its D directions.

    Random cuts, `seeds` of each, have the `shares` of D - n as their dimensions.
    """
    seen, short = {"interpolation": [], "segment": [], "cuts": []}, {}
    for n in long:
        optima = plan.vary(f"optima, n = {n}", network, long=n, snapshots=[0], every=None)
        whole = optima[0].setting.model["wedge"]["dimension"]
        label, dimensions = f"n = {n}, D = {whole}", sorted({max(1, round(share * (whole - n))) for share in shares})
        cuts = plan.vary(f"cuts, n = {n}", optima, method="random_cut", dimensions=dimensions, radii=radii,
                         seeds=seeds, snapshots=None, recipe=recipe)  # fmt: skip
        down = plan.chain(f"down, n = {n}", optima)
        between = plan.line(f"between, n = {n}", optima.groups(2))
        short[label], along = whole - n, {"resolution": resolution, "splits": ["train"]}
        seen["interpolation"].append(plan.landscape(down.called(label), name=down.label, **along))
        seen["segment"].append(plan.landscape(between.called(label), name=between.label, **along))
        seen["cuts"].append(plan.cuts(cuts.called(label), name=f"found in {cuts.label}"))
    plan.figure("wedge", short=short, **seen)
    plan.claims("wedge", short=short, **seen)
