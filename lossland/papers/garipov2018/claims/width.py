"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about wider networks (A.7): curves are lower, flatter, shorter.

lower     highest train nll on the curve                    flatter     the same over that of its ends
shorter   length of the curve / distance of its ends        at the narrowest against the widest networks, pair by pair
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, paired_tables

CAPTION = """
Each row holds one claim about Bezier curves between wider networks: what was measured, what the paper's figure 7 shows for
one curve of each width (3conv3fc), the bar, and ours (mean ± standard deviation over n pairs of networks). A claim holds if
a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do
not decide.
"""


def check(*, narrowest: Table("shape"), widest: Table("shape")) -> list[Claim]:
    """Bezier curves between as many pairs of the narrowest and of the widest networks."""
    rows = paired_tables({"narrowest": narrowest, "widest": widest}, "train", "nll")
    thin, wide = (_measured(rows[which]) for which in ("narrowest", "widest"))
    printed = numbers("garipov2018", table="Figure 7")
    printed = printed.assign(K=printed["arch"].str.extract(r"K=([\d.]+)").astype(float))
    printed = printed.pivot(index="K", columns="metric", values="value").sort_index()
    theirs = printed.assign(rise=printed["train_loss_curve_max"] / printed["train_loss_endpoints_max"])
    first, last = theirs.iloc[0], theirs.iloc[-1]
    return [
        Claim(
            name="wider networks, lower curves",
            says="Between wider networks the highest train loss on a curve is lower.",
            of="highest train nll on the curve, at the narrowest / at the widest",
            values=list(thin["max"] / wide["max"]),
            published=[first["train_loss_curve_max"] / last["train_loss_curve_max"]],
            above=1,
        ),
        Claim(
            name="wider networks, flatter curves",
            says="Between wider networks the loss on a curve rises less above that of its ends.",
            of="highest train nll on the curve / at its ends, at the narrowest / at the widest",
            values=list(thin["rise"] / wide["rise"]),
            published=[first["rise"] / last["rise"]],
            above=1,
        ),
        Claim(
            name="wider networks, shorter curves",
            says="Between wider networks a curve is shorter, compared with the segment.",
            of="length ratio at the narrowest - at the widest",
            values=list(thin["ratio"] - wide["ratio"]),
            published=[first["length_ratio"] - last["length_ratio"]],
            above=0,
        ),
    ]


def _measured(rows):
    return rows.assign(rise=rows["max"] / rows[["start", "end"]].max(axis=1))
