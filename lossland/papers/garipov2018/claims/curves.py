"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about curves between networks, pair by pair.

Published values are those of Table 2 and of the README of the released code, of all networks or of those that are named. The
paper trained one pair and one curve for each network and dataset, without error bars.

If a claim says that something stays low, its bar is the worst of these values; "far higher" is taken as five times. WRN-28-10
is left out of the comparison of mean and integral: in Table 2 the mean of its Bezier curve, 0.038, is also the maximum, beside
an integral of 0.033, and is taken for a misprint.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

CURVES = {"Bezier": ("Bezier", "Bezier curve"), "chain": ("Polychain", "polygonal chain")}  # label: as printed, in words
MISPRINT = ("Table 2", "WRN-28-10", "CIFAR-10")


def check(*, shapes: Table("shape"), networks: list[str] = (), dataset: str = "") -> list[Claim]:
    """`shapes` of series segment, Bezier and chain. `networks` (as printed) and `dataset` choose the published values.

    Raises ValueError if nothing is published of them.
    """
    printed = _printed(networks, dataset)
    loss, error = (pick(shapes, split=s, quantity=q) for s, q in (("train", "loss"), ("test", "error")))
    bezier, chain = paired(loss, "Bezier", "chain")
    lengths = Claim("lengths of the curves", chain["length"] / bezier["length"], above=1,
                    published=(printed["Polychain", "length_ratio"] / printed["Bezier", "length_ratio"]).dropna(),
                    of="length of the polygonal chain / of the Bezier curve",
                    says="The Bezier curve between two networks is shorter than the polygonal chain.")  # fmt: skip
    return [
        *(claim for label in CURVES for claim in _low(label, loss, error, printed)),
        *(_mean_and_integral(name, curve) for (_, name), curve in zip(CURVES.values(), (bezier, chain), strict=True)),
        lengths,
    ]


def _low(label, loss, error, printed):
    theirs, name = CURVES[label]
    (segment, curve), (straight, errors) = paired(loss, "segment", label), paired(error, "segment", label)
    top = printed[theirs, "train_loss_max"]
    rise = (top / printed["Single", "train_loss_max"]).dropna()
    worse = (printed[theirs, "test_error_percent_max"] - printed["Single", "test_error_percent_max"]).dropna() / 100
    return [
        Claim(f"barrier of the segment against the {name}", segment["max"] / curve["max"], above=5,
              published=(printed["Segment", "train_loss_max"] / top).dropna(),
              of=f"highest train loss on the segment / on the {name}",
              says=f"The train loss on the straight segment rises far higher than on the {name} between the same networks."),
        Claim(f"low loss along the {name}", curve["max"] / _ends(segment), below=rise.max(), published=rise,
              of=f"highest train loss on the {name} / at the ends",
              says=f"The train loss along the {name} stays about as low as at the two networks."),
        Claim(f"test error along the {name}", errors["max"] - _ends(straight), below=worse.max(), published=worse,
              of=f"highest test error on the {name} - at the ends, as a fraction",
              says=f"The test error along the {name} stays close to that of the two networks."),
    ]  # fmt: skip


def _ends(segment):
    return segment[["start", "end"]].max(axis=1)


def _mean_and_integral(name, loss):
    everywhere = _printed((), "")
    theirs = [_apart(everywhere[c, "train_loss_mean"], everywhere[c, "train_loss_int"]) for c, _ in CURVES.values()]
    apart = pd.concat(theirs).drop(MISPRINT).dropna()
    return Claim(
        f"mean against integral on the {name}", _apart(loss["mean"], loss["int"]), below=apart.max(), published=apart,
        of="difference of mean and int of the train loss / int",
        says="The loss averaged uniformly over t, which training minimises, is close to that over arc length.",
    )  # fmt: skip


def _apart(a, b):
    return (a / b - 1).abs()


def _printed(networks, dataset):
    """(curve, metric) -> the printed values, by source, architecture and dataset."""
    rows = numbers("garipov2018", table=["Table 2", "README curves"], arch=networks, dataset=dataset)
    if rows.empty:
        raise ValueError(f"nothing is published of {', '.join(networks)} on {dataset or 'any dataset'}; name them as printed")
    return rows.set_index(["method", "metric", "table", "arch", "dataset"])["value"].sort_index()
