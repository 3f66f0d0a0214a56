"""All paths between the same minima, the band of Draxler et al. 2018 (arXiv 1803.00885) against every other.

    highest  train nll of the highest point (refined)       sharpest  highest eigenvalue of the Hessian between the ends
    length   of the path                                    changed   max over the path of min(d_0, d_1) / d(ends)

d_0 and d_1 are the disagreements of a point with the two ends on the test data. A run is a pair of minima, and only pairs that
share none count. The segment to a matched network ends at another point, which is the same function. Half as far from both
ends as these are from each other counts as another function; this bar is ours. No path is shorter than the straight line
between its ends, so that the length is not held against a path that is no longer than it in any run.

No paper compares all of them, each only its own with the segment; that the band is the best of all is our claim, of each path
and each number. The minima of Draxler et al. err on different test examples, so that the function has to change on the way.
"""

import numpy as np
import pandas as pd

from lossland.options import Label
from lossland.statistics.runs import by_run, together, unshared
from lossland.statistics.tables import Table, by_label, pick, risen
from lossland.statistics.verdicts import Claim

APART = 0.5
BETTER = {  # what the band is then, the bar, and the number
    "highest": ("lower", 0, "highest train nll [nats], on the other path - on the band"),
    "sharpest": ("flatter", 1, "highest eigenvalue between the ends, on the other path / on the band"),
    "length": ("shorter", 1, "length of the other path / of the band"),
    "changed": ("nearer in function to its ends", 0,
                "lesser test disagreement with an end, at most, over that of the ends: of the other path - of the band"),
}  # fmt: skip
WORDS = {"re-basined": "re-basined segment", "Bezier": "Bezier curve"}


def check(
    *, saddles: Table("saddles"), similarity: Table("similarity"), curvature: Table("curvature"), band: Label
) -> list[Claim]:
    """Of the same labels and runs; all but `band` are held against it. Raises ValueError if runs differ."""
    rows = by_label(risen(pick(saddles, split="train", quantity="nll")))
    found = {label: _measured(by_run(own), pick(similarity, split="test", subspace=label), pick(curvature, subspace=label))
             for label, own in rows.items()}  # fmt: skip
    apart = unshared(by_run(rows[band])).index
    found = {label: own.loc[apart] for label, own in together(found).items()}
    own = found.pop(band)
    against = [_better(quantity, label, own, other) for label, other in found.items() for quantity in _fair(own, other)]
    return against + [claim for label, path in ({"band": own} | found).items() for claim in _along(label, path)]


def _measured(rows, similarity, curvature):
    """The four numbers of a path, the distance of its ends, and `minima`, the mean of their highest eigenvalues; by run."""
    bent = curvature.sort_values("u0").groupby("run")["highest"].apply(list)
    if bent.map(len).min() < 3:
        raise ValueError("curvature has no point between the ends; measure at least 3 points of a path")
    columns = {
        "highest": rows["refined"],
        "length": rows["length"],
        "straight": rows["straight"],
        "changed": similarity.groupby("run").apply(_changed, include_groups=False),
        "sharpest": bent.map(lambda values: np.max(values[1:-1])),
        "minima": bent.map(lambda values: (values[0] + values[-1]) / 2),
    }
    return pd.DataFrame(together(columns))


def _changed(path):
    d = path.pivot(index="u0", columns="reference", values="disagreement").sort_index()
    ends = d[0].iloc[-1]
    return d.min(axis=1).max() / (ends if ends > 0 else float("nan"))


def _fair(band, other):
    """The quantities in which the band can be better than the other path."""
    longer = (other["length"] > (1 + 1e-6) * band["straight"]).any()  # but for rounding
    return [quantity for quantity in BETTER if quantity != "length" or longer]


def _better(quantity, label, band, other):
    (word, bar, of), name = BETTER[quantity], WORDS.get(label, label)
    values = other[quantity] / band[quantity] if bar else other[quantity] - band[quantity]
    says = f"Of the paths between the same minima the band is {word} than the {name}."
    return Claim(f"{word} than the {name}", values, origin="ours", of=of, says=says, above=bar)


def _along(label, path):
    name = WORDS.get(label, label)
    return [
        Claim(f"another function on the way: {name}", path["changed"], origin="ours", above=APART,
              of="lesser test disagreement with an end, at most, / disagreement of the ends",
              says="Between its ends the network is another function than at both of them."),
        Claim(f"no sharper than the minima: {name}", path["sharpest"] / path["minima"], origin="ours", below=1,
              of="highest eigenvalue of the Hessian between the ends / mean of the two at the ends",
              says="Between its ends the loss is nowhere more sharply curved than at its minima."),
    ]  # fmt: skip
