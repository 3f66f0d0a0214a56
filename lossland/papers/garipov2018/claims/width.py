"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about wider networks (A.7): curves are lower, flatter, shorter.

    lower     highest train nll on the curve                    flatter     the same over that of its ends
    shorter   length of the curve / distance of its ends

of Bezier curves at the narrowest against the widest networks. Published are the values of the paper's figure 7, one curve of
each width (3conv3fc).
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained


def check(*, shapes: Table("shape"), narrowest: str, widest: str) -> list[Claim]:
    """`narrowest` and `widest` are labels of `shapes`."""
    rows = pick(shapes, split="train", quantity="nll")
    rows = rows.assign(rise=rows["max"] / rows[["start", "end"]].max(axis=1))
    thin, wide = (pick(rows, subspace=label) for label in (narrowest, widest))
    fitted = pick(shapes, split="train", quantity="error", subspace=[narrowest, widest])
    presumes = trained(fitted[["start", "end"]])
    printed = numbers("garipov2018", table="Figure 7")
    printed = printed.assign(K=printed["arch"].str.extract(r"K=([\d.]+)").astype(float))
    printed = printed.pivot(index="K", columns="metric", values="value").sort_index()
    printed["rise"] = printed["train_loss_curve_max"] / printed["train_loss_endpoints_max"]
    first, last = printed.iloc[0], printed.iloc[-1]
    return [
        Claim("wider networks, lower curves", thin["max"], less=wide["max"], ratio=True, above=1, presumes=presumes,
              published=first["train_loss_curve_max"] / last["train_loss_curve_max"],
              of="highest train nll on the curve, at the narrowest / at the widest",
              says="Between wider networks the highest train loss on a curve is lower."),
        Claim("wider networks, flatter curves", thin["rise"], less=wide["rise"], ratio=True, above=1, presumes=presumes,
              published=first["rise"] / last["rise"],
              of="highest train nll on the curve / at its ends, at the narrowest / at the widest",
              says="Between wider networks the loss on a curve rises less above that of its ends."),
        Claim("wider networks, shorter curves", thin["ratio"], less=wide["ratio"], above=0, presumes=presumes,
              published=first["length_ratio"] - last["length_ratio"],
              of="length ratio at the narrowest - at the widest",
              says="Between wider networks a curve is shorter, compared with the segment."),
    ]  # fmt: skip
