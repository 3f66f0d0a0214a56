"""Li et al. 2018 (arXiv 1712.09913), sections 4 and 7: how nearly orthogonal the directions of the planes are, in numbers.

    expected = E |cosine| of two random vectors of n entries = sqrt(2 / (pi n))

Differs from the paper in: it does not measure its directions.
"""

import pandas as pd

from lossland.statistics.spread import spread
from lossland.statistics.tables import Table, parts, where

CAPTION = """
The angle between the directions of each plane: the size of the cosine (mean ± standard deviation over all pairs and runs, and
the largest) beside what two random vectors of as many entries have on average; how long a direction is beside the network that
it starts from; and the share of a trajectory's variance that principal components hold together. In the paper random directions
are taken as orthogonal, for in many dimensions they nearly are, and two components hold 40 to 90 % of the variance.
"""


def draw(*, directions: Table("directions"), titles: list[list[str]]) -> pd.DataFrame:
    """`titles` lists [subspace, name] of each row in the order printed. Raises ValueError where a subspace has no rows."""
    return pd.DataFrame([{"plane": title} | _row(rows) for title, rows in parts(directions, titles, "directions")])


def _row(table):
    cosine, expected, length = (where(table, quantity=q)["value"] for q in ("cosine", "expected", "relative norm"))
    row = {"runs": table["run"].nunique(), "pairs": len(cosine)} | spread("size of the cosine", cosine.abs())
    row |= {"largest size": cosine.abs().max(), "expected": expected.mean()}
    shares = where(table, quantity="centred").groupby("run")["value"].sum()
    return row | spread("length / that of the network", length) | spread("variance held %", 100 * shares)
