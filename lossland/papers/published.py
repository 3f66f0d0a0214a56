"""What a paper published, in its folder: numbers (`published.csv`) and curves (`digitised.csv`), with source and status.

Rows whose status is `from_memory` are given only to who asks for them, are shown as such and are never targets. What is
printed as a range is two rows, whose metrics end in `_min` and `_max`; what is printed as below a value is one, in `_max`.
"""

from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent


def numbers(paper, *, remembered=False, **where) -> pd.DataFrame:
    """Published values of a paper, as printed (percents are percents).

    `where` selects by column: table="Table 2", or several, table=["Table 2", "README curves"]; an empty value selects all.
    `remembered` adds the rows that no source confirms (status `from_memory`).
    """
    rows = pd.read_csv(HERE / paper / "published.csv").assign(paper=paper)
    rows = rows[remembered | (rows["status"] != "from_memory")]
    for column, value in where.items():
        if value:
            rows = rows[rows[column].isin([value] if isinstance(value, str) else value)]
    return rows.assign(value=pd.to_numeric(rows["value"], errors="coerce"))


def curves(paper, figure) -> pd.DataFrame:
    """A digitised figure: columns series, x, y in the units of the paper's axes."""
    rows = pd.read_csv(HERE / paper / "digitised.csv")
    return rows[rows["figure"] == figure]
