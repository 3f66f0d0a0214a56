"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about their wedge model: it behaves as the loss of networks does.

    rise     = highest step back up from the lowest loss before / L(P_0)     from initialisation P_0 to optimum, t = 0 to 1
    barrier  = highest L on the segment between two optima / L(P_0)
    reached  = L at the end of a cut / L at its start, r L(P_0)              success where d + n > D

L(P_0) is the mean over runs. A run is a training, a pair of optima, a seed of cuts. No numbers of the paper are known to us;
the bars are ours.
"""

from lossland.statistics.tables import Table, entries, rows_of, where
from lossland.statistics.verdicts import Claim

CAPTION = """
Each row holds one claim about the wedge model, a loss without a network, for n trainings, pairs of optima or seeds of cuts
(mean ± standard deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our
mean lies on the wrong side; else our runs do not decide. By the paper this model has the straight way down, the barriers and
the easy low-dimensional cuts of real losses; its numbers are not known to us.
"""
DOWN, BARRIER, SUCCESS = 0.05, 0.1, 0.05  # of the loss at initialisation


def check(
    *,
    interpolation: Table("landscape"),
    segment: Table("landscape"),
    cuts: Table("cuts"),
    kinds: list[list[str | int]],
) -> list[Claim]:
    """`kinds` lists [subspace of `interpolation`, of `segment`, of `cuts`, n, D] of each model.

    Raises ValueError where a table lacks what an entry names, or no cut has d + n below D, or none above.
    """
    claims = []
    for down, between, found, long, whole in entries("kinds", kinds, "interpolation", "segment", "cuts", "n", "D"):
        ends = _paths(interpolation, down, "interpolation"), _paths(segment, between, "segment")
        claims += _model(*ends, where(rows_of(cuts, found, "cuts"), split="train"), long, whole)
    return claims


def _paths(table, subspace, role):
    """The train loss along each path, one column for each run."""
    rows = where(rows_of(table, subspace, role), mark="grid", split="train", quantity="nll")
    return rows.pivot(index="u0", columns="run", values="value").sort_index()


def _model(down, between, cuts, long, whole):
    start, model = down.iloc[0].mean(), f"n = {long}, D = {whole}"
    reached = cuts.assign(reached=cuts["nll"] / (cuts["radius"] * start))
    meet, miss = reached[cuts["dimension"] + long > whole], reached[cuts["dimension"] + long < whole]
    if meet.empty or miss.empty:
        raise ValueError(f"cuts has no dimensions on both sides of D - n = {whole - long}; measure smaller and larger ones")
    return [
        Claim(
            name=f"down all the way, {model}",
            says="From an initialisation straight to its optimum the loss falls all the way.",
            of="highest step back up / loss at initialisation",
            values=list((down - down.cummin()).max() / start),
            published=[],
            below=DOWN,
        ),
        Claim(
            name=f"a barrier between optima, {model}",
            says="The loss rises between two optima.",
            of="highest loss on the segment / loss at initialisation",
            values=list(between.max() / start),
            published=[],
            above=BARRIER,
        ),
        Claim(
            name=f"cuts that meet a wedge, {model}",
            says="In every random cut with d + n > D an optimum is found.",
            of="highest loss reached / loss at the start of the cut",
            values=list(meet.groupby("run")["reached"].max()),
            published=[],
            below=SUCCESS,
        ),
        Claim(
            name=f"cuts that meet none, {model}",
            says="In no random cut with d + n < D an optimum is found.",
            of="lowest loss reached / loss at the start of the cut",
            values=list(miss.groupby("run")["reached"].min()),
            published=[],
            above=SUCCESS,
        ),
    ]
