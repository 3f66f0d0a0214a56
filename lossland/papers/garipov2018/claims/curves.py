"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about curves between networks, pair by pair.

    share = barrier of the curve / barrier of the segment between the same networks      (`lossland.statistics.barrier`)

Published values are those of Table 2, of all networks or of those that are named; its barriers are taken above the mean of the
two ends, whose order it does not print. Losses have the decay term, as there; errors do not. The paper trained one pair and
one curve for each network and dataset, without error bars. The highest test errors of named networks are also compared with
those of the README of the released code, whose settings are known; its train losses are not, for they are of augmented images.
"""

from lossland.papers.published import numbers
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, as_published, trained

CURVES = {"Bezier": ("Bezier", "Bezier curve"), "chain": ("Polychain", "polygonal chain")}  # label: as printed, in words
HEIGHTS = {("train", "loss"): "train_loss", ("train", "error"): "train_error_percent", ("test", "error"): "test_error_percent"}
README = 10_000  # test images of CIFAR-10 and CIFAR-100
HALF_WAY = "half way, in logarithms, from no rise to the least that is printed"
MOST = "the most that is printed of a curve in this quantity, one run"


def check(*, shapes: Table("shape"), networks: list[str] = (), dataset: str = "") -> list[Claim]:
    """`shapes` of series segment, Bezier and chain. `networks` (as printed) and `dataset` choose the published values.

    Raises ValueError if nothing is published of them.
    """
    printed, readme = (_printed(source, networks, dataset) for source in ("Table 2", "README curves"))
    every = known()
    if printed.empty and readme.empty:
        raise ValueError(f"nothing is published of {', '.join(networks)} on {dataset or 'any dataset'}; name them as printed")
    segment, bezier, chain = paired(pick(shapes, split="train", quantity="loss"), "segment", "Bezier", "chain")
    ends, single = segment[["start", "end"]].max(axis=1), printed["Single", "train_loss_max"]
    fitted = pick(shapes, split="train", quantity="error", subspace="segment")[["start", "end"]]
    presumes = trained(fitted)
    return [
        Claim("loss on the segment", segment["max"] / ends, ratio=True, presumes=presumes, because=HALF_WAY,
              above=(every["Segment", "train_loss_max"] / every["Single", "train_loss_max"]).min() ** 0.5,
              published=printed["Segment", "train_loss_max"] / single, of="highest train loss on the segment / at its ends",
              says="The train loss on the straight segment between two networks rises far above that of its ends."),
        *(_low(label, what, shapes, printed, every, presumes) for label in CURVES for what in HEIGHTS),
        Claim("mean loss along the curves", {"Bezier curve": bezier["int"] / ends, "polygonal chain": chain["int"] / ends},
              ratio=True, below=max(_mean_losses(every)), because=MOST, bar_of=1, presumes=presumes,
              published=_mean_losses(printed),
              of="mean train loss over the length / train loss of the worse end",
              says="On average over either curve the train loss is about as low as at its ends."),
        Claim("lengths of the curves", chain["length"] / bezier["length"], ratio=True, above=1, presumes=presumes,
              published=printed["Polychain", "length_ratio"] / printed["Bezier", "length_ratio"],
              of="length of the polygonal chain / of the Bezier curve",
              says="The Bezier curve between two networks is shorter than the polygonal chain."),
        *(_as_in_the_readme(label, shapes, readme, presumes) for label in CURVES if networks and len(readme)),
    ]  # fmt: skip


def low(printed, metrics, methods=("Bezier", "Polychain")):
    """Barriers of the paper's curves over those of its segments, whose ends it prints in no order."""
    shares = []
    for metric in metrics:
        ends = (printed["Single", f"{metric}_min"] + printed["Single", f"{metric}_max"]) / 2
        barrier = printed["Segment", f"{metric}_max"] - ends
        shares += [share for method in methods for share in (printed[method, f"{metric}_max"] - ends) / barrier]
    return shares


def _mean_losses(printed):
    return [v for name, _ in CURVES.values() for v in printed[name, "train_loss_int"] / printed["Single", "train_loss_max"]]


def _low(label, what, shapes, printed, every, presumes):
    theirs, name = CURVES[label]
    segment, curve = paired(pick(shapes, split=what[0], quantity=what[1]), "segment", label)
    quantity = " ".join(what)
    errors = segment["start"], curve["max"]
    luck = of_errors(*errors, examples=curve["examples"]) if what == ("test", "error") else 0.0
    return Claim(f"{quantity} along the {name}", curve["barrier"] / segment["barrier"], below=max(low(every, [HEIGHTS[what]])),
                 because=MOST, bar_of=1, sampling=luck / segment["barrier"].mean(), presumes=presumes,
                 published=low(printed, [HEIGHTS[what]], [theirs]),
                 of=f"barrier in the {quantity} on the {name} / on the segment",
                 says=f"Compared with the segment, the {name} rises in {quantity} as little as the paper's.")  # fmt: skip


def _as_in_the_readme(label, shapes, readme, presumes):
    theirs, name = CURVES[label]
    errors = pick(shapes, split="test", quantity="error", subspace=label)
    return as_published(f"test error on the {name} as in the README", errors["max"],
                        readme[theirs, "test_error_percent_max"] / 100, examples=README, presumes=presumes,
                        of=f"highest test error on the {name}", sampling=of_errors(errors["max"], examples=errors["examples"]),
                        says=f"The highest test error on the {name} is that of the released code's README.")  # fmt: skip


def known():
    """Table 2, as `low` takes it."""
    return _printed("Table 2", (), "")


def _printed(source, networks, dataset):
    """(curve, metric) across, (architecture, dataset) down."""
    rows = numbers("garipov2018", table=source)
    rows = rows.pivot(index=["arch", "dataset"], columns=["method", "metric"], values="value")
    arch, data = rows.index.get_level_values("arch"), rows.index.get_level_values("dataset")
    return rows[(arch.isin(networks) | (not networks)) & ((data == dataset) | (not dataset))]
