"""Garipov et al. 2018 (arXiv 1802.10026), section 6.1: fast geometric ensembling of a pretrained network, as a table.

Top-1 error of a pretrained network (one network, no epochs) and of ensembles of it with the networks that fast geometric
ensembling then finds, one more in each row, mean ± standard deviation over runs from the one network.

The paper's ensemble of four ResNet-50, after five epochs, lowers the error from 23.87 to 23.31 %; a snapshot ensemble, trained
from the start by its authors, has 23.33 %.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, spreads


def draw(*, ensemble: Table("ensemble")) -> pd.DataFrame:
    """`ensemble` is measured `by: order`, so that each run has one of each size."""
    rows = [
        {"source": "ours", "method": "FGE", "networks": size, "epochs": part["epochs"].mean(), "runs": len(part)}
        | spreads({"top-1 error %": 100 * part["error"], "nll": part["nll"]})
        for size, part in ensemble.groupby("size")
    ]
    printed = numbers("garipov2018", table="Sec. 6.1")
    rows += [{"source": "Sec. 6.1", "method": row.method, "top-1 error %": row.value} for row in printed.itertuples()]
    return pd.DataFrame(rows)
