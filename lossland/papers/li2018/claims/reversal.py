"""The claims of Li et al. 2018 (arXiv 1712.09913) about the line from a small-batch to a large-batch network, section 3.

    w(0), w(1) = how far towards the other end the train nll stays within one nat of that of the network at t = 0 (small batch)
                 and at t = 1 (large batch)

Only inner sides count, for beyond the ends interpolated variances may fall below zero, where there is no loss. A short
schedule need not show the claims: decay shrinks weights by about exp(-lr w n / (1 - momentum)) over n steps, if the gradient
does not hold them up, and up to the first drop of the paper's rate the exponent is 29 for its small batch and 0.5 for its
large one.

In the paper (figure 2, one pair of networks, no widths printed) w(0) > w(1) without weight decay and w(0) < w(1) with it,
while the small batch has the lower test error in both: without decay its weights grow the larger, for it takes more steps,
with decay they become the smaller, and sharpness along a line says how large the weights are.
"""

from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, latest, pick, where
from lossland.statistics.verdicts import Claim, trained


def check(
    *,
    basins: Table("basin"),
    lines: Table("landscape"),
    small: Table("weights"),
    large: Table("weights"),
    plain: str,
    decayed: str,
) -> list[Claim]:
    """Basins with centres 0 and 1 on `lines` from the small to the large batch, and the weights of both ends; `plain` and
    `decayed` are labels of them."""
    rows = pick(basins, split="train", quantity="nll")
    inner, outer = (paired(pick(rows, centre=end), plain, decayed) for end in (0.0, 1.0))
    without, with_decay = (a["right"] / b["left"] for a, b in zip(inner, outer, strict=True))
    norms = [a / b for a, b in zip(_norms(small, plain, decayed), _norms(large, plain, decayed), strict=True)]
    fit = [trained(_ends(lines, *labels)) for labels in ([plain], [decayed], [plain, decayed])]
    width = {"ratio": True, "of": "width at the small batch / at the large batch, each towards the other"}
    norm = {"ratio": True, "of": "norm of all parameters after training by small batches / by large ones"}
    return [
        Claim("without decay the small batch is wide", without, above=1, presumes=fit[0], **width,
              says="Trained without weight decay, the small-batch network has the wider basin on the line to the "
                   "large-batch one."),
        Claim("with decay the small batch is sharp", with_decay, below=1, presumes=fit[1], **width,
              says="Trained with weight decay, the small-batch network has the narrower basin on that line."),
        Claim("weight decay makes the small batch sharper", without / with_decay, above=1, presumes=fit[2], origin="ours",
              **width | {"of": f"{width['of']}: without decay / with it"},
              says="Weight decay makes the small-batch network sharper, compared with the large-batch one."),
        Claim("without decay small batches leave larger weights", norms[0], above=1, **norm,
              says="Without weight decay the weights grow larger by small batches than by large ones."),
        Claim("with decay small batches leave smaller weights", norms[1], below=1, **norm,
              says="With weight decay the weights become smaller by small batches than by large ones."),
    ]  # fmt: skip


def _norms(weights, *labels):
    return [rows["norm"] for rows in paired(pick(latest(weights), kind="all").drop_duplicates(["subspace", "run"]), *labels)]


def _ends(lines, *labels):
    """Train errors at the points of the lines that are nearest to their ends."""
    rows = pick(lines, subspace=[*labels], mark="grid", split="train")
    nearest = [rows["u0"].iloc[(rows["u0"] - end).abs().argmin()] for end in (0, 1)]
    return where(pick(rows, u0=nearest), quantity="error")["value"]
