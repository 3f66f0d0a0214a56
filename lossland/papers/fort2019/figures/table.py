"""Fort et al. 2019 (arXiv 1912.02757), section 3: test accuracy of the architectures and of their ensembles, ours and theirs.

Ours are means over the subsets of each size with their standard deviation. The published rows are of the paper and its code
(setup) and of re-implementations, whose networks are others where the name has a star. What no source confirms stands in a
column of its own.
"""

import pandas as pd

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table, only, parts

CAPTION = """
Accuracy of single networks (one network) and of ensembles, ours first (mean ± standard deviation over subsets), then what is
published; compare rows of the same data. The released code of the paper has 71 % for its MediumCNN. Networks with a star are
a re-implementation's and have other layers, and one port leaves dropout on in its predictions. The column "from memory, not
confirmed" holds numbers of the paper that were not found in any source: nothing rests on them.
"""
TABLES = ["setup", "reimpl-ayulockin", "reimpl-tengandreaxu"]
PRINTED, MEMORY = "test accuracy %", "from memory, not confirmed"


def draw(
    *,
    ensembles: Table("ensemble"),
    titles: list[list[str]],
    data: str,
    sizes: list[Count] = (1,),
    archs: list[str] = (),
) -> pd.DataFrame:
    """`titles` lists [subspace, label] in the order printed, `data` names what these were trained on, `sizes` the ensembles,
    `archs` the published rows; default: all.

    Accuracies in percent, nll in nats. Raises ValueError where a subspace has no ensembles of a size.
    """
    rows = []
    for label, part in parts(ensembles, titles, "ensembles"):
        for size in sizes:
            rows.append(_ours(label, data, only(part, "ensembles", split="test", size=size)))
    return pd.DataFrame(rows + _published(archs))


def _ours(label, data, part):
    row = {"source": "ours", "data": data, "network": label, "setting": ""}
    row |= {"networks": part["size"].iloc[0], "ensembles": len(part)}
    row |= spread(PRINTED, 100 * (1 - part["error"]))
    return row | spread("test nll", part["nll"]) | spread("Brier score", part["brier"])


def _published(archs):
    printed = numbers("fort2019", remembered=True, table=TABLES, metric="test_acc", arch=archs).dropna(subset="value")
    rows = []
    for one in printed.itertuples():
        row = {"source": f"{one.table} ({one.status})", "data": one.dataset, "network": one.arch}
        row["setting"] = f"{one.method}, {one.setting}".removesuffix(", -")
        rows.append(row | {MEMORY if one.status == "from_memory" else PRINTED: 100 * one.value})
    return rows
