"""All paths between the same minima, the band of Draxler et al. 2018 (arXiv 1803.00885) against every other.

    highest  train nll of the highest point (refined)       sharpest  highest eigenvalue of the Hessian between the ends
    length   of the path                                    midway    min(d_0, d_1) at the middle of its length
    typical  mean of that eigenvalue between the ends       (the highest is above the mean of two unequal ends on any path)

d_0 and d_1 are the disagreements of a point with the two ends on the test data. A run is a pair of minima. The segment to a
matched network ends at another point, which is the same function. Straight paths are the shortest whatever their loss, so that
claims about lengths and functions leave them out.

No paper compares all of them, each only its own with the segment; all of these claims are ours. A claim that names every path
holds if it does for each, and its number is that of the path for which it is weakest. A function that is half as far from both
ends as these are from each other is nearer to neither than it must be.
"""

import numpy as np
import pandas as pd

from lossland.options import Fraction, Label
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_run, together
from lossland.statistics.saddle_graph import untrained
from lossland.statistics.tables import Table, by_label, pick, risen
from lossland.statistics.verdicts import Claim

APART = 0.5
ROUNDING = 1e-6


def check(
    *,
    saddles: Table("saddles"),
    similarity: Table("similarity"),
    curvature: Table("curvature"),
    band: Label,
    level: Fraction | None = None,
) -> list[Claim]:
    """Of the same labels and runs; all but `band` are held against it. Raises ValueError if runs differ."""
    similarity = pick(similarity, split="test")
    found = together({
        label: _measured(by_run(rows), pick(similarity, subspace=label), pick(curvature, subspace=label))
        for label, rows in by_label(risen(pick(saddles, split="train", quantity="nll"))).items()
    })  # fmt: skip
    own, others = found[band], {label: rows for label, rows in found.items() if label != band}
    bent = {label: rows for label, rows in found.items() if (rows["length"] > (1 + ROUNDING) * rows["straight"]).any()}
    words = {"origin": "ours", "presumes": untrained(saddles, level)}
    midway = [rows[["midway", "ends"]].mean() for rows in bent.values()]
    sampling = max((of_errors(*rates, examples=similarity["examples"]) for rates in midway), default=0.0)
    claims = [
        Claim("lowest of all", {n: rows["highest"] / own["highest"] for n, rows in others.items()}, ratio=True, above=1,
              **words, of="highest train nll, on the other path / on the band",
              says="Of the paths between the same minima the band is the lowest."),
        Claim("flattest of all", {n: rows["sharpest"] / own["sharpest"] for n, rows in others.items()}, ratio=True, above=1,
              **words, of="highest eigenvalue of the Hessian between the ends, on the other path / on the band",
              says="Of the paths between the same minima the band is the least sharply curved."),
        Claim("no sharper than the minima", own["typical"] / own["minima"], ratio=True, below=1, **words,
              of="highest eigenvalue of the Hessian: mean between the ends / mean of the two at the ends",
              says="Along the band the loss is on average no more sharply curved than at its minima."),
    ]  # fmt: skip
    if rivals := {n: rows["length"] / own["length"] for n, rows in bent.items() if n != band}:
        claims.append(
            Claim("shortest of all that bend", rivals, ratio=True, above=1, **words,
                  of="length of the other path / of the band",
                  says="Of the paths that are not straight the band is the shortest.")
        )  # fmt: skip
    if bent:
        claims.append(
            Claim("another function midway", {n: rows["midway"] - APART * rows["ends"] for n, rows in bent.items()}, above=0,
                  because="half: no nearer to an end than a function midway need be", sampling=sampling, **words,
                  of="test disagreement with the nearer end, midway, - half of that between the ends",
                  says="Midway along every path that is not straight the network is another function than at both ends.")
        )  # fmt: skip
    return claims


def _measured(rows, similarity, curvature):
    """By run: the five numbers of a path, distance and disagreement of its ends, and the eigenvalue of its `minima`."""
    eigenvalues = curvature.sort_values("u0").groupby("run")["highest"].apply(list)
    if eigenvalues.map(len).min() < 3:
        raise ValueError("curvature has no point between the ends; measure at least 3 points of a path")
    columns = {
        "highest": rows["refined"],
        "length": rows["length"],
        "straight": rows["straight"],
        "sharpest": eigenvalues.map(lambda values: np.max(values[1:-1])),
        "typical": eigenvalues.map(lambda values: np.mean(values[1:-1])),
        "minima": eigenvalues.map(lambda values: (values[0] + values[-1]) / 2),
        "midway": similarity.groupby("run").apply(_midway, include_groups=False),
        "ends": pick(similarity, reference=0).sort_values("u0").groupby("run")["disagreement"].last(),
    }
    return pd.DataFrame(together(columns))


def _midway(path):
    middle = path["arc"].iloc[(path["arc"] - path["arc"].max() / 2).abs().argmin()]
    return path.loc[path["arc"] == middle, "disagreement"].min()
