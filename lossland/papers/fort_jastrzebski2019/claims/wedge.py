"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about their wedge model: it behaves as the loss of networks does.

    barrier  = highest L on the segment between two optima / L(P_0)
    reached  = L at the end of a cut / L at its start, r L(P_0)              success where d + n > D

A run is a pair of optima, or a seed of cuts; L(P_0) is the mean over runs. What follows from L being a distance is a check: L
falls straight from an initialisation P_0 to the optimum that was found from it; of 600 pairs the lowest barrier, to the nearest
optima and without a training, was 0.6; and a cut that meets a wedge has points on it. That one that meets none is high is a
claim: there are many wedges, and close to D - n one comes near (0.02 at 0.9 times D - n = 50 of 1,000).

By the paper this loss without a network has the straight way down, the barriers and the easy low-dimensional cuts of real
losses; its numbers are not known to us.
"""

from lossland.options import Count, Label
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Check, Claim

SMALL = 0.05  # of the loss at initialisation
WHY = "an optimum has none of the loss at the start; the steps of a training leave less than 5 %"


def check(
    *, interpolation: Table("landscape"), segment: Table("landscape"), cuts: Table("cuts"), short: dict[Label, Count]
) -> list[Claim | Check]:
    """`short` maps the label of each model to its D - n. Raises ValueError if no cut has d + n below D, or none above."""
    return [row for model, edge in short.items() for row in _model(model, edge, interpolation, segment, cuts)]


def _model(model, edge, interpolation, segment, cuts):
    down, between, cuts = _along(interpolation, model), _along(segment, model), pick(cuts, subspace=model, split="train")
    start = down.iloc[0].mean()
    reached = cuts.assign(reached=cuts["nll"] / (cuts["radius"] * start))
    meet, miss = reached[cuts["dimension"] > edge], reached[cuts["dimension"] < edge]
    if meet.empty or miss.empty:
        raise ValueError(f"cuts has no dimensions on both sides of D - n = {edge}; measure smaller and larger ones")
    return [
        Check(f"down all the way, {model}", bool(((down - down.cummin()).max() / start < SMALL).all()),
              says="From an initialisation straight to its optimum the loss falls all the way."),
        Check(f"a barrier between optima, {model}", bool((between.max() / start > SMALL).all()),
              says="The loss rises between two optima."),
        Check(f"cuts that meet a wedge, {model}", bool((meet["reached"] < SMALL).all()),
              says="In every random cut with d + n > D an optimum is found."),
        Claim(f"cuts that meet none, {model}", _by_cut(miss), above=SMALL, because=WHY,
              of="loss reached / loss at the start of the cut",
              says="In no random cut with d + n < D an optimum is found."),
    ]  # fmt: skip


def _by_cut(rows):
    """Which cut -> what each seed has reached in it."""
    cuts = rows.groupby(["dimension", "radius"])
    return {f"d = {d}, radius {r:g}": part.set_index("run")["reached"].sort_index() for (d, r), part in cuts}


def _along(paths, model):
    """The train loss along each path, one column for each run."""
    rows = pick(paths, subspace=model, mark="grid", split="train", quantity="nll")
    return rows.pivot(index="u0", columns="run", values="value").sort_index()
