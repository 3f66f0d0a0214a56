"""Garipov et al. 2018 (arXiv 1802.10026), section A.6: ensembles of networks on a curve against ensembles of ends.

The two ends; equally spaced points of the polygonal chain between them, as they are and each at a temperature fitted to it;
independent networks. Ours are means over pairs of ends with their standard deviation. Differs from the paper in: the rule
and the data of its temperature are not stated; here it minimises the nll of the half of the split that it does not scale.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table

CAPTION = """
Networks along one trained curve make an ensemble: ours first (mean ± standard deviation), then what the paper prints for
ResNet-164 on CIFAR-100. There 50 points of the chain have an error of 21.03 %, with a temperature each 20.7 %; its two ends
alone 22.0 % and three independent networks 21.01 %.
"""
PRINTED = (
    "ensemble of 2 endpoints",
    "Polychain ensemble of 50 points",
    "Polychain ensemble of 50 points, temperature scaled",
    "ensemble of 3 Ind",
)
NAMES = {"ends": "ends", "path": "points of the chain", "scaled": "points, temperature scaled", "independent": "independent"}


def draw(
    *,
    ends: Table("ensemble"),
    path: Table("ensemble"),
    scaled: Table("ensemble"),
    independent: Table("ensemble"),
) -> pd.DataFrame:
    """The largest ensembles of each table. Errors in percent, nll in nats."""
    tables = {"ends": ends, "path": path, "scaled": scaled, "independent": independent}
    printed = numbers("garipov2018", table="Sec. A.6").set_index("method")["value"]
    theirs = {"source": "Sec. A.6", "network": "ResNet-164, CIFAR-100"}
    return pd.DataFrame(
        [_ours(role, table) for role, table in tables.items()]
        + [theirs | {"ensemble": name, "test error %": printed[name]} for name in PRINTED]
    )


def _ours(role, table):
    size = table["size"].max()
    whole = table[(table["size"] == size) & (table["split"] == "test")]
    row = {"source": "ours", "network": "", "ensemble": NAMES[role], "networks": size, "ensembles": len(whole)}
    for name, column, scale in (("test error %", "error", 100), ("test nll", "nll", 1)):
        row |= spread(name, scale * whole[column])
    return row
