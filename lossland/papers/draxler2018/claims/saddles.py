"""The claims of Draxler et al. 2018 (arXiv 1803.00885) about saddles, section 4 and figure 7: far below the segment's barrier.

    rise(path) = highest value on it - mean of its ends                    refined around the highest sampled point
    share = rise(band) / rise(segment between the same minima)             of train nll; none where the segment does not rise
    at worst = (upper end of the band's interval - ends) / (lower end of the segment's - ends)      95 %, over examples
    hidden = (refined - highest sampled) / rise(band)                      what samples along the band do not see

That a saddle is "far below" is taken as a tenth, that sampling hides little too; these bars are ours. The others are what is
published: the highest edge over the mean minimum of ResNet-20 on CIFAR-10 (the released notebook, its colour bar digitised);
and, known from notes on the paper alone, the largest increase of the test error over minima for a dataset, and the range of
length ratios. Counted are the bands of the minimum spanning tree; as they share minima, n is of those that share none.
"""

from typing import Literal

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.saddle_graph import tree_rows
from lossland.statistics.tables import Table, only, pooled, risen, rows_of
from lossland.statistics.verdicts import Claim, together, unshared

CAPTION = """
Each row holds one claim about the bands between minima (mean ± standard deviation over n bands that share no minimum; the
other bands of the same minima are left out, for they are not independent). A claim holds if a one-sided t-test against the
bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the paper the
train loss hardly rises along a band, the test error by less than a point, and bands are 1.5 to 2.5 times as long as straight.
"""
FAR, HIDDEN = 0.1, 0.1


def check(
    *,
    bands: Table("saddles"),
    lines: Table("saddles"),
    titles: list[list[str]],
    segments: list[str],
    dataset: Literal["CIFAR-10", "CIFAR-100"] = "CIFAR-10",
) -> list[Claim]:
    """`titles` lists [band, title]; bands of one title are of one architecture, and their paths join one set of minima.

    `segments` lists subspaces of `lines`, which may join more minima; `dataset` chooses the published test errors. Raises
    ValueError where a band has no segment between its minima.
    """
    straight = pd.concat([rows_of(lines, name, "lines") for name in segments])
    straight = _by_minima(only(straight, "lines", split="train", quantity="nll"))
    straight = straight[~straight.index.duplicated()]  # two segments between the same minima are one
    claims = []
    for name, rows in pooled(bands, titles, "bands").items():
        nll, error = (_by_minima(tree_rows(rows, *what)) for what in (("train", "nll"), ("test", "error")))
        found = together({"bands": nll, "errors of bands": error, "lines": straight[straight.index.isin(nll.index)]})
        every = _share(found["bands"]["rise"], found["lines"]["rise"])
        apart = unshared(found["bands"]).index
        band, error, segment = (rows.loc[apart] for rows in found.values())
        close = _close(name, band, error, dataset)
        claims += [*_far_below(name, band, segment, every), *close, *_lengths(name, band, nll)]
    return claims


def _far_below(name, band, line, every):
    at_worst = np.maximum(band["high"], band["refined"]) - _ends(band)
    return [
        Claim(
            name=f"far below the segment: {name}",
            says=f"The saddle on a band is far below the barrier of the segment between the same minima ({name}).",
            of=f"rise of the train nll, on the band / on the segment; over all {len(every)} bands {every.mean():.2g}",
            values=list(every[band.index]),
            published=[],
            below=FAR,
        ),
        Claim(
            name=f"far below, at worst: {name}",
            says=f"So it is where the band is as high, and the segment as low, as the examples leave open ({name}).",
            of="that ratio, of the upper end of the band's 95 % interval and the lower end of the segment's",
            values=list(_share(at_worst, line["low"] - _ends(line))),
            published=[],
            below=FAR,
        ),
        Claim(
            name=f"samples hide little: {name}",
            says=f"The highest of the sampled points of a band is nearly its highest point ({name}).",
            of="train nll: what refinement adds / rise of the band",
            values=list(_share(band["refined"] - band["saddle"], band["rise"])),
            published=[],
            below=HIDDEN,
        ),
    ]


def _close(name, band, error, dataset):
    edges = numbers("draxler2018", table="Evaluate.ipynb").set_index("metric")["value"]
    times = edges[["saddle_train_loss_min", "saddle_train_loss_max"]] / edges["train_loss"]
    points = numbers("draxler2018", metric="test_error_pp", dataset=dataset)["value"] / 100
    return [
        Claim(
            name=f"close to the minima, train nll: {name}",
            says=f"The train loss at the saddle of a band is close to that of its minima ({name}).",
            of="highest train nll on the band / mean of its ends",
            values=list(band["refined"] / _ends(band)),
            published=list(times),
            below=times.max(),
        ),
        Claim(
            name=f"close to the minima, test error: {name}",
            says=f"The test error on a band stays close to that of its minima ({name}).",
            of="rise of the test error above the mean of its ends, as a fraction",
            values=list(error["rise"]),
            published=list(points),
            below=points.max(),
        ),
    ]


def _lengths(name, band, every):
    low, high = (numbers("draxler2018", metric=f"length_ratio_{end}")["value"].item() for end in ("min", "max"))
    inside = int((every["length"] / every["straight"]).between(low, high).sum())
    measured = f"length of the band / distance of its minima; {inside} of all {len(every)} lie within {low:g} to {high:g}"
    ratio = list(band["length"] / band["straight"])
    longer, shorter = (f"A band is {how} times as long as straight ({name})." for how in (f"over {low:g}", f"under {high:g}"))
    return [
        Claim(name=f"longer than straight: {name}", says=longer, of=measured, values=ratio, published=[low, high], above=low),
        Claim(name=f"not much longer: {name}", says=shorter, of=measured, values=ratio, published=[low, high], below=high),
    ]


def _share(rise, of):
    return rise / of.where(of > 0)


def _ends(rows):
    return (rows["value_a"] + rows["value_b"]) / 2


def _by_minima(rows):
    """The rows with their rise, by the two minima that they join, in either order."""
    ends = rows[["a", "b"]]
    return risen(rows).set_index(pd.Index([f"{low} and {high}" for low, high in np.sort(ends.to_numpy(), axis=1)]))
