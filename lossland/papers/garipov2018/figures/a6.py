"""Garipov et al. 2018 (arXiv 1802.10026), section A.6: ensembles of networks on a curve against ensembles of ends.

Networks along one trained curve make an ensemble: its two ends; equally spaced points of it, as they are and each at a
temperature fitted to it; independent networks. Ours first (mean ± standard deviation), then what the paper prints.

For ResNet-164 on CIFAR-100 50 points of the polygonal chain have an error of 21.03 %, with a temperature each 20.7 %; its two
ends 22.0 % and three independent networks 21.01 %.

Differs from the paper in: the rule and the data of its temperature are not stated; here it minimises the nll of the half of
the split that it does not scale.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, pick, spreads

PRINTED = [
    "ensemble of 2 endpoints",
    "Polychain ensemble of 50 points",
    "Polychain ensemble of 50 points, temperature scaled",
    "ensemble of 3 Ind",
]


def draw(
    *, ends: Table("ensemble"), points: Table("ensemble"), scaled: Table("ensemble"), independent: Table("ensemble")
) -> pd.DataFrame:
    """The largest ensembles of each table. Errors in percent, nll in nats."""
    tables = {"ends": ends, "points of the chain": points, "points, temperature scaled": scaled, "independent": independent}
    printed = numbers("garipov2018", table="Sec. A.6").set_index("method")["value"]
    theirs = {"source": "Sec. A.6", "network": "ResNet-164, CIFAR-100"}
    return pd.DataFrame(
        [{"source": "ours", "network": "", "ensemble": name} | _ours(table) for name, table in tables.items()]
        + [theirs | {"ensemble": name, "test error %": printed[name]} for name in PRINTED]
    )


def _ours(table):
    size = table["size"].max()
    whole = pick(table, size=size, split="test")
    numbers = {"networks": size, "ensembles": len(whole)}
    return numbers | spreads({"test error %": 100 * whole["error"], "test nll": whole["nll"]})
