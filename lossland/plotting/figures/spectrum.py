"""The ends of the spectrum of the Hessian at networks, as a table: a minimum has no direction of strongly negative curvature.

Of the mean train loss without decay; each end lies within its error further out. Mean and standard deviation over runs
and points.
"""

import pandas as pd

from lossland.statistics.tables import Table, by_label, spreads

COLUMNS = {"highest": "highest", "lowest": "lowest", "ratio": "|lowest / highest|", "lowest_error": "error of the lowest"}


def draw(*, curvature: Table("curvature")) -> pd.DataFrame:
    """A row for each label."""
    return pd.DataFrame(
        {"network": label, "points": len(part)} | spreads({name: part[column] for column, name in COLUMNS.items()})
        for label, part in by_label(curvature).items()
    )
