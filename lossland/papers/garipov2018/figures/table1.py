"""Garipov et al. 2018 (arXiv 1802.10026), Table 1: test error of independent networks, SSE and FGE at budgets of 1B, 2B, 3B.

Budget kB is k whole runs, B epochs each, and the ensemble of all their networks. Ours first (mean ± standard deviation over
the choices of k runs, which overlap for k > 1), with the epochs that they have cost; then what the paper and the README of its
code print, which has accuracies, here 100 - accuracy; its rows of CIFAR-10 are a hidden draft.

In the paper FGE has the lowest error in 15 of 18 cases, and at 1B it is better than a single network by 0.17 to 1.7 points.
"""

import pandas as pd

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.statistics.tables import Table, by_label, spreads, where

BUDGETS = (1, 2, 3)


def draw(*, ensembles: Table("ensemble"), budget: Count, networks: list[str] = (), dataset: str = "") -> pd.DataFrame:
    """`ensembles` are measured `by: source`, one source a run of about `budget` epochs. Errors in percent, nll in nats.

    `networks` (as Table 1 and the README write them) and `dataset` choose the published rows; default: all.
    """
    own = {"source": "ours", "network": f"{networks[0]}, {dataset}" if networks else ""}
    rows = [own | {"method": label} | _ours(table, budget) for label, table in by_label(ensembles).items()]
    rows += _published("Table 1", "test_error_percent", lambda error: error, networks, dataset)
    rows += _published("README FGE", "test_accuracy_percent", lambda accuracy: 100 - accuracy, networks, dataset)
    return pd.DataFrame(rows)


def _ours(table, budget):
    sizes = {k: where(table, size=k, split="test") for k in BUDGETS}
    columns = {f"test error % at {k}B": 100 * part["error"] for k, part in sizes.items()}
    columns |= {f"test nll at {k}B": part["nll"] for k, part in sizes.items()}
    spent = {f"epochs / B at {k}B": part["epochs"].mean() / budget for k, part in sizes.items()}
    return {"runs": int((table["size"] == 1).sum())} | spreads(columns) | spent


def _published(source, metric, error, networks, dataset):
    rows = []
    printed = numbers("garipov2018", table=source, metric=metric, arch=networks, dataset=dataset)
    printed = printed.sort_values(["arch", "dataset"], kind="stable")
    for (data, network, method), group in printed.groupby(["dataset", "arch", "method"], sort=False):
        row = {"source": source, "network": f"{network}, {data}", "method": method}
        for k in BUDGETS:
            (one,) = group[group["setting"] == f"{k}B"].itertuples()
            row |= {f"test error % at {k}B": error(one.value), f"test error % at {k}B std": float(one.std)}
        rows.append(row)
    return rows
