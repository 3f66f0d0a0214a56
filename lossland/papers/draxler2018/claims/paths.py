"""All paths between the same minima, the band of Draxler et al. 2018 (arXiv 1803.00885) among them: which is lowest, flattest,
shortest, and on which does the network stay the same function.

    highest  train nll of the highest point (refined)       sharpest  highest eigenvalue of the Hessian between the ends
    length   of the path                                    changed   max over the path of min(d_0, d_1) / d(ends)

d_0 and d_1 are the disagreements of a point with the two ends on the test data. A run is a pair of minima, and only pairs that
share none count. The segment to a matched network ends at another point, which is the same function. No paper compares all of
them; that the band is the best of all is our claim, of each path and each number. Half as far from both ends as these are from
each other counts as another function; this bar is ours. No path is shorter than the straight line between its ends, so that
the length is not held against a path that is no longer than it in any run.
"""

import numpy as np
import pandas as pd

from lossland.statistics.tables import Table, entries, of_test, rises, rows_of
from lossland.statistics.verdicts import Claim, together, unshared

CAPTION = """
Each row holds one claim about the paths between the same two minima, the band against every other (mean ± standard deviation
over n pairs of minima that share none). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not
hold if our mean lies on the wrong side; else our runs do not decide. Each paper compares its path with the segment alone; the
minima of Draxler et al. err on different test examples, so that the function has to change on the way.
"""
APART = 0.5
FAR = {
    "highest": ("lower", 0),
    "sharpest": ("flatter", 1),
    "length": ("shorter", 1),
    "changed": ("nearer in function to its ends", 0),
}
MEASURED = {
    "highest": "highest train nll [nats], on the other path - on the band",
    "sharpest": "highest eigenvalue between the ends, on the other path / on the band",
    "length": "length of the other path / of the band",
    "changed": "lesser test disagreement with an end, at most, over that of the ends: of the other path - of the band",
}


def check(
    *,
    saddles: Table("saddles"),
    similarity: Table("similarity"),
    curvature: Table("curvature"),
    band: str,
    others: list[list[str]],
) -> list[Claim]:
    """`band` names the subspace of the bands, `others` lists [subspace, name] of every other path between the same minima;
    a name has no article: segment, Bezier curve. Raises ValueError where runs differ.
    """
    named = {"band": band} | {name: subspace for subspace, name in entries("others", others, "subspace", "name")}
    found = {name: _measured(saddles, similarity, curvature, subspace) for name, subspace in named.items()}
    apart = unshared(rises(saddles, band, "saddles")).index
    found = {name: rows.loc[apart] for name, rows in together(found).items()}
    own, *rest = found.items()
    against = [_better(quantity, name, own[1], rows) for name, rows in rest for quantity in _fair(own[1], rows)]
    return against + [claim for name, rows in found.items() for claim in _along(name, rows)]


def _measured(saddles, similarity, curvature, subspace):
    """The four numbers of a path, the distance of its ends, and `minima`, the mean of their highest eigenvalues; by run."""
    rows = rises(saddles, subspace, "saddles")
    points = rows_of(of_test(similarity, "similarity"), subspace, "similarity").groupby("run")
    bent = rows_of(curvature, subspace, "curvature").sort_values("u0").groupby("run")["highest"].apply(list)
    if bent.map(len).min() < 3:
        raise ValueError(f"curvature of {subspace} has no point between the ends; measure at least 3 points of a path")
    columns = {
        "highest": rows["refined"],
        "length": rows["length"],
        "straight": rows["straight"],
        "changed": points.apply(_changed),
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
    return [quantity for quantity in FAR if quantity != "length" or longer]


def _better(quantity, name, band, other):
    word, bar = FAR[quantity]
    values = other[quantity] / band[quantity] if bar else other[quantity] - band[quantity]
    statement = f"Of the paths between the same minima the band is {word} than the {name}."
    return Claim(
        name=f"{word} than the {name}", says=statement, of=MEASURED[quantity], values=list(values), published=[], above=bar
    )


def _along(name, rows):
    return [
        Claim(
            name=f"another function on the way: {name}",
            says="Between its ends the network is another function than at both of them.",
            of="lesser test disagreement with an end, at most, / disagreement of the ends",
            values=list(rows["changed"]),
            published=[],
            above=APART,
        ),
        Claim(
            name=f"no sharper than the minima: {name}",
            says="Between its ends the loss is nowhere more sharply curved than at its minima.",
            of="highest eigenvalue of the Hessian between the ends / mean of the two at the ends",
            values=list(rows["sharpest"] / rows["minima"]),
            published=[],
            below=1,
        ),
    ]
