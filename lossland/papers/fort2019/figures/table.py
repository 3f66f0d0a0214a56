"""Fort et al. 2019 (arXiv 1912.02757), section 3: test accuracy of the architectures and of their ensembles, ours and theirs.

Accuracy of single networks (one network) and of ensembles, in percent, nll in nats; ours first (mean ± standard deviation over
subsets), then what is published; compare rows of the same data. The released code of the paper has 71 % for its MediumCNN.
Networks with a star are a re-implementation's and have other layers, and one port leaves dropout on in its predictions. The
column "from memory, not confirmed" holds numbers of the paper that were not found in any source: nothing rests on them.
"""

import pandas as pd

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.statistics.tables import Table, by_label, pick, spreads

PUBLISHED = ["setup", "reimpl-ayulockin", "reimpl-tengandreaxu"]
PRINTED, MEMORY = "test accuracy %", "from memory, not confirmed"


def draw(*, ensembles: Table("ensemble"), dataset: str = "", sizes: list[Count] = (1,)) -> pd.DataFrame:
    """`dataset` names what ours were trained on, `sizes` the ensembles."""
    rows = []
    for label, part in by_label(ensembles).items():
        for size in sizes:
            found = pick(part, split="test", size=size)
            row = {
                "source": "ours",
                "data": dataset,
                "network": label,
                "setting": "",
                "networks": size,
                "ensembles": len(found),
            }
            columns = {PRINTED: 100 * (1 - found["error"]), "test nll": found["nll"], "Brier score": found["brier"]}
            rows.append(row | spreads(columns))
    printed = numbers("fort2019", remembered=True, table=PUBLISHED, metric="test_acc").dropna(subset="value")
    for one in printed.itertuples():
        row = {"source": f"{one.table} ({one.status})", "data": one.dataset, "network": one.arch}
        row["setting"] = f"{one.method}, {one.setting}".removesuffix(", -")
        rows.append(row | {MEMORY if one.status == "from_memory" else PRINTED: 100 * one.value})
    return pd.DataFrame(rows)
