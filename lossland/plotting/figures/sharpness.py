"""Measures of sharpness of networks side by side, as a table (Dinh et al. 2017, arXiv 1703.04933).

A row for each measure, a column for each label: mean and standard deviation over runs. Of a network that is only written
otherwise a measure of the function itself is the same; one that is not measures how it is written as well. The first rows are
the train and test errors.
"""

import pandas as pd

from lossland.statistics.tables import Table, by_label, spreads, where


def draw(*, sharpness: Table("sharpness"), trained: Table("trained")) -> pd.DataFrame:
    """Labels of both tables are the same."""
    names = sharpness["measure"] + sharpness["adaptive"].map({True: ", adaptive", False: ""})
    sharpness = sharpness.assign(measure=names + sharpness["part"].radd(" of ").where(sharpness["part"] != "", ""))
    errors = where(trained, quantity="error")
    rows = pd.concat([errors.assign(measure=errors["split"] + " error"), sharpness])
    return pd.DataFrame(
        {"measure": measure} | spreads({label: part["value"] for label, part in by_label(own).items()})
        for measure, own in rows.groupby("measure", sort=False)
    )
