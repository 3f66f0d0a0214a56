"""The claims of Draxler et al. 2018 (arXiv 1803.00885) about saddles, section 4 and figure 7: far below the segment's barrier.

    rise(path) = highest value on it - mean of its ends                    refined around the highest sampled point
    share = rise(band) / rise(segment between the same minima)             of train nll; none if the segment does not rise
    at worst = (upper end of the band's interval - ends) / (lower end of the segment's - ends)      95 %, over examples
    hidden = (refined - highest sampled) / rise(band)                      what samples along the band do not see

Each row is of the bands between pairs of minima, none of which share one. That a saddle is "far below" is taken as a tenth,
that sampling hides little too; these bars are ours.

In the paper the train loss hardly rises along a band, the test error by less than a point, and bands are 1.5 to 2.5 times as
long as straight. Its bars: the highest edge over the mean minimum of ResNet-20 on CIFAR-10 (the released notebook, its colour
bar digitised); and, known from notes on the paper only, the largest increase of the test error over minima for a dataset, and
the range of length ratios. It has the saddles of a minimum spanning tree over all minima, each the lowest of many walks.
"""

from typing import Literal

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.runs import by_run, together, unshared
from lossland.statistics.tables import Table, by_label, pick, risen
from lossland.statistics.verdicts import Claim

FAR, HIDDEN = 0.1, 0.1


def check(
    *, bands: Table("saddles"), segments: Table("saddles"), dataset: Literal["CIFAR-10", "CIFAR-100"] = "CIFAR-10"
) -> list[Claim]:
    """Of the same labels and runs; `dataset` chooses the published test errors."""
    claims, printed = [], _printed(dataset)
    for name, rows in by_label(bands).items():
        band, line, error = together({
            "bands": by_run(risen(pick(rows, split="train", quantity="nll"))),
            "segments": by_run(risen(pick(segments, subspace=name, split="train", quantity="nll"))),
            "errors of bands": by_run(risen(pick(rows, split="test", quantity="error"))),
        }).values()  # fmt: skip
        apart = unshared(band).index
        claims += _of(name, band.loc[apart], line.loc[apart], error.loc[apart], *printed)
    return claims


def _of(name, band, line, error, times, points, ratios):
    ends, low, high = _ends(band), *ratios
    at_worst = np.maximum(band["high"], band["refined"]) - ends
    ratio, length = band["length"] / band["straight"], "length of the band / distance of its minima"
    return [
        Claim(f"far below the segment: {name}", _share(band["rise"], line["rise"]), below=FAR,
              of="rise of the train nll, on the band / on the segment",
              says=f"The saddle on a band is far below the barrier of the segment between the same minima ({name})."),
        Claim(f"far below, at worst: {name}", _share(at_worst, line["low"] - _ends(line)), below=FAR,
              of="that ratio, of the upper end of the band's 95 % interval and the lower end of the segment's",
              says=f"So it is where the band is as high, and the segment as low, as the examples leave open ({name})."),
        Claim(f"samples hide little: {name}", _share(band["refined"] - band["saddle"], band["rise"]), below=HIDDEN,
              of="train nll: what refinement adds / rise of the band",
              says=f"The highest of the sampled points of a band is nearly its highest point ({name})."),
        Claim(f"close to the minima, train nll: {name}", band["refined"] / ends, below=times.max(), published=times,
              of="highest train nll on the band / mean of its ends",
              says=f"The train loss at the saddle of a band is close to that of its minima ({name})."),
        Claim(f"close to the minima, test error: {name}", error["rise"], below=points.max(), published=points,
              of="rise of the test error above the mean of its ends, as a fraction",
              says=f"The test error on a band stays close to that of its minima ({name})."),
        Claim(f"longer than straight: {name}", ratio, above=low, published=ratios, of=length,
              says=f"A band is over {low:g} times as long as straight ({name})."),
        Claim(f"not much longer: {name}", ratio, below=high, published=ratios, of=length,
              says=f"A band is under {high:g} times as long as straight ({name})."),
    ]  # fmt: skip


def _printed(dataset):
    """Saddle / minimum of the train loss, rises of the test error, and ratios of lengths."""
    edges = numbers("draxler2018", table="Evaluate.ipynb").set_index("metric")["value"]
    times = edges[["saddle_train_loss_min", "saddle_train_loss_max"]] / edges["train_loss"]
    points = numbers("draxler2018", metric="test_error_pp", dataset=dataset)["value"] / 100
    return times, points, sorted(numbers("draxler2018", metric=["length_ratio_min", "length_ratio_max"])["value"])


def _share(rise, of):
    return rise / of.where(of > 0)


def _ends(rows):
    return (rows["value_a"] + rows["value_b"]) / 2
