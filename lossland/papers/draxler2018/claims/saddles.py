"""The claims of Draxler et al. 2018 (arXiv 1803.00885) about saddles, section 4, figures 5 and 7, Table B.1: hardly a barrier.

    rise(path) = highest value on it (refined) - mean of its ends          of the train nll, or of the test error
    overlap(i, j) = 2 |wrong_i and wrong_j| / (|wrong_i| + |wrong_j|)      of the test examples that minima mislabel

Rows are of the bands between pairs of minima that share none. A claim about every architecture holds if it does in each, and
its number is that of the architecture in which it is weakest. Architectures are compared by Welch's test, since their bands do
not go in pairs.

In the paper the train loss hardly rises along a band, and is up to two orders of magnitude below that of an untrained network;
deeper and wider networks have lower saddles; the test error rises by less than a point (CIFAR-10); bands are 1.5 to 2.5 times
as long as straight; and at most 70 % of the misclassified test examples are common to two minima. Its numbers are held only
against networks of the same architecture. Of Table B.1 only what notes on the paper quote is known to us, and of ResNet-20
what the released notebook prints.

Differs from the paper in: it has the nine saddles of a minimum spanning tree over ten minima, each the lowest of many walks,
for which it finds up to 45 bands. Ours are the bands of disjoint pairs, so that they are independent, and lie higher.
"""

from typing import Literal

import pandas as pd

from lossland.options import Count, Fraction, Label
from lossland.papers.published import numbers
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_run, disjoint, together
from lossland.statistics.saddle_graph import untrained
from lossland.statistics.tables import Table, by_label, pick, risen
from lossland.statistics.verdicts import Claim, as_published

FAR, ORDER = 0.1, "an order of magnitude, the unit in which the paper speaks of them"
WRONG = 500  # of the test images of a dataset: about what the paper's best networks mislabel
ROUNDED = 0.5  # of orders of magnitude in words; the notebook's saddle of ResNet-20 is 1.85 below ln 10
STEPS = 16_000  # of a band of the paper
SHALLOW = "ResNet-8"  # what is said of deep residual networks is not said of it


def check(
    *,
    bands: Table("saddles"),
    segments: Table("saddles"),
    starts: Table("dynamics"),
    pairs: Table("disagreement"),
    larger: list[list[str]],
    steps: Count,
    printed: dict[Label, str],
    dataset: Literal["CIFAR-10", "CIFAR-100"],
    level: Fraction | None = None,
) -> list[Claim]:
    """All of the same labels, bands and segments of the same runs. `larger` lists [smaller network, larger, what is larger];
    `steps` are those of a band. `printed` maps labels to what the paper calls these networks, on its `dataset`."""
    found = {label: _measured(label, rows, segments, starts, pairs) for label, rows in by_label(bands).items()}
    presumed = {"presumes": untrained(bands, level)}
    claims = [*_in_all(found, presumed), _other_errors(pairs, presumed)]
    claims += [
        Claim(f"lower saddles, {what}", found[small]["rise"], less=found[large]["rise"], ratio=True, above=1, **presumed,
              of="rise of the train nll, in the smaller network / in the larger",
              says=f"A saddle lies less far above its minima in a larger network ({what}).")
        for small, large, what in larger
    ]  # fmt: skip
    return claims + _as_printed({label: found[label] for label in printed}, printed, dataset, steps, presumed)


def _measured(label, rows, segments, starts, pairs):
    """By run: the rises, what they are held against, and the standard error that the test examples leave of an error's rise."""
    tables, scores = {"bands": rows, "segments": segments}, (("train", "nll"), ("test", "error"))
    band, line, error, barrier = together({
        f"{name}, {quantity}": by_run(risen(pick(table, subspace=label, split=split, quantity=quantity)))
        for split, quantity in scores for name, table in tables.items()
    }).values()  # fmt: skip
    start = pick(starts, subspace=label, epoch=0.0, split="train", quantity="nll")["value"].mean()
    apart = pick(pairs, subspace=label, split="test")
    return pd.DataFrame({
        "rise": band["rise"], "share": band["rise"] / line["rise"].where(line["rise"] > 0),
        "of minima": band["refined"] / (band["refined"] - band["rise"]), "of untrained": band["refined"] / start,
        "error": error["rise"], "error, less": error["rise"] - FAR * barrier["rise"],
        "length": band["length"] / band["straight"],
        "sampling": of_errors(examples=apart["examples"], differ=apart["disagreement"]),
    })  # fmt: skip


def _each(found, column):
    return {label: rows[column] for label, rows in found.items()}


def _sampling(found):
    return max(rows["sampling"].max() for rows in found.values())


def _in_all(found, presumed):
    return [
        Claim("far below the segment, train nll", _each(found, "share"), ratio=True, below=FAR, because=ORDER, **presumed,
              of="rise of the train nll, on the band / on the segment",
              says="The saddle on a band is far below the barrier of the segment between the same minima."),
        Claim("far below the segment, test error", _each(found, "error, less"), below=0, because=ORDER, **presumed,
              sampling=_sampling(found), of="rise of the test error on the band - a tenth of that on the segment",
              says="The test error too rises far less along a band than along the segment."),
        Claim("far below an untrained network", _each(found, "of untrained"), ratio=True, below=FAR, because=ORDER, **presumed,
              of="highest train nll on the band / that of an untrained network",
              says="On the scale of an untrained network's loss the saddles lie close to the minima."),
    ]  # fmt: skip


def _other_errors(pairs, presumed):
    pairs = pick(pairs, split="test")
    bound = numbers("draxler2018", metric="misclassified_overlap_max")["value"].item()
    wrong = ((pairs["error_first"] + pairs["error_second"]) / 2 * pairs["examples"]).clip(lower=1)
    common = {label: disjoint(rows, "overlap") for label, rows in by_label(pairs).items()}
    return Claim("other errors", common, bar_of=1, published=bound, **presumed,
                 below=bound + 1.96 * of_errors(bound, examples=WRONG),
                 because=f"what is printed, and what {WRONG} misclassified examples leave open of it",
                 sampling=max(of_errors(values, examples=wrong) for values in common.values()),
                 of="overlap of the test errors of two minima, as a fraction",
                 says="Two minima err on different test examples.")  # fmt: skip


def _as_printed(found, names, dataset, steps, presumed):
    """Against what is printed of these networks, if anything is."""
    residual = {label: n for label, n in found.items() if names[label].startswith("ResNet")}
    deep = residual | {label: n for label, n in found.items() if names[label].startswith("DenseNet")}
    claims = []
    if dataset == "CIFAR-10":
        claims += [_as_the_notebook(rows, presumed) for label, rows in found.items() if names[label] == "ResNet-20"]
    far = {label: n for label, n in residual.items() if names[label] != SHALLOW}
    if far and dataset == "CIFAR-10":
        orders = numbers("draxler2018", metric="orders_of_magnitude")["value"].item()
        claims.append(
            Claim("two orders below an untrained network", _each(far, "of untrained"), ratio=True,
                  below=10 ** (ROUNDED - orders), because="orders of magnitude in words, so rounded: from one and a half on",
                  published=10**-orders, **presumed,
                  of="highest train nll on the band / that of an untrained network",
                  says="In deep residual networks the saddles lie two orders of magnitude below an untrained network.")
        )  # fmt: skip
    for family in ("ResNets", "DenseNets"):
        points = numbers("draxler2018", metric="test_error_pp", dataset=dataset, arch=[family, "all deep (ResNet/DenseNet)"])
        if own := {label: n for label, n in deep.items() if names[label].startswith(family.rstrip("s"))}:
            claims.append(_close(family, own, points["value"] / 100, presumed))
    return [*claims, _lengths(deep, steps, presumed)] if deep else claims


def _as_the_notebook(ours, presumed):
    printed = numbers("draxler2018", table="Evaluate.ipynb").set_index("metric")
    minima, saddles = (printed.loc[metric] for metric in ("train_loss", "saddle_train_loss"))
    return as_published(
        "close to the minima, train nll: ResNet-20", ours["of minima"], saddles["value"] / minima["value"], runs=9,
        margin=2 * float(saddles["std"]) / minima["value"], because="two standard deviations of the nine printed saddles",
        of="highest train nll on the band / mean of its ends", **presumed,
        says="The train loss at a saddle is as many times that of its minima as in the released notebook.")  # fmt: skip


def _close(family, ours, points, presumed):
    highest = points.max()
    return Claim(f"close to the minima, test error: {family}", _each(ours, "error"), published=points, bar_of=1, **presumed,
                 below=highest + 1.96 * of_errors(highest, examples=10_000), sampling=_sampling(ours),
                 because="the largest that is printed, and what 10,000 examples leave open of it",
                 of="rise of the test error on the band, as a fraction",
                 says="The test error on a band is hardly above that of its minima.")  # fmt: skip


def _lengths(ours, steps, presumed):
    low, high = sorted(numbers("draxler2018", metric=["length_ratio_min", "length_ratio_max"])["value"])
    if steps < STEPS / 2:
        presumed = {"presumes": f"bands of {steps} steps, where half of the paper's {STEPS} are presumed"}
    return Claim("lengths of bands", _each(ours, "length"), ratio=True, same=(high / low) ** 0.5, around=(high * low) ** 0.5,
                 because=f"the printed range, {low:g} to {high:g}", published=[low, high], **presumed,
                 of="length of the band / distance of its minima",
                 says="A band is about twice as long as straight.")  # fmt: skip
