"""Li et al. 2018 (arXiv 1712.09913), sections 4 and 7: how nearly orthogonal the directions of the planes are, in numbers.

    expected = E |cosine| of two random vectors of n entries = sqrt(2 / (pi n))

The size of the cosine of the directions of each plane (mean ± standard deviation over all pairs and runs, and the largest)
beside what two random vectors of as many entries have on average; how long a direction is beside the network that it starts
from; and the share of a trajectory's variance that principal components hold together.

In the paper random directions are taken as orthogonal, for in many dimensions they nearly are, and two components hold 40 to
90 % of the variance. Differs from the paper in: it does not measure its directions.
"""

import pandas as pd

from lossland.statistics.tables import Table, by_label, spreads, where


def draw(*, directions: Table("directions")) -> pd.DataFrame:
    return pd.DataFrame([{"plane": label} | _row(rows) for label, rows in by_label(directions).items()])


def _row(table):
    cosine, expected, length = (where(table, quantity=q)["value"] for q in ("cosine", "expected", "relative norm"))
    shares = where(table, quantity="centred").groupby("run")["value"].sum()
    return (
        {"runs": table["run"].nunique(), "pairs": len(cosine)}
        | spreads({"size of the cosine": cosine.abs()})
        | {"largest size": cosine.abs().max(), "expected": expected.mean()}
        | spreads({"length / that of the network": length, "variance held %": 100 * shares})
    )
