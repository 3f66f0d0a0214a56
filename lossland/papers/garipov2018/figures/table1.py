"""Garipov et al. 2018 (arXiv 1802.10026), Table 1: test error of independent networks, SSE and FGE at budgets of 1B, 2B, 3B.

Budget kB is k whole runs, B epochs each, and the ensemble of all their networks. Ours are means over the choices of k runs
with their standard deviation (choices of more than one run overlap), with the epochs that they have cost; the published rows
follow. The README of the released code prints accuracies, here 100 - accuracy; its rows of CIFAR-10 are a hidden draft.
"""

import pandas as pd

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table

CAPTION = """
Test error of ensembles that have cost one, two and three times the budget B of one network: ours first (mean ± standard
deviation over choices of runs), then what the paper and the README of its code print. In the paper FGE has the lowest error
in 15 of 18 cases, and at 1B it is better than a single network by 0.17 to 1.7 percentage points.
"""
BUDGETS = (1, 2, 3)


def draw(
    *,
    ensembles: Table("ensemble"),
    methods: dict,
    budget: Count,
    networks: list[str] = (),
    dataset: str = "",
) -> pd.DataFrame:
    """`ensembles` are tables measured `by: source`, one source a run of about `budget` epochs; `methods` names their subspaces.

    Errors in percent, nll in nats. `networks` (as Table 1 and the README write them) and `dataset` choose the published
    rows; default: all. Raises ValueError where a subspace has no name.
    """
    if missing := sorted(set(ensembles["subspace"]) - set(methods)):
        raise ValueError(f"methods does not name {', '.join(missing)}; say what each subspace is called in the table")
    network = f"{networks[0]}, {dataset}" if networks else ""
    rows = [
        {"source": "ours", "network": network, "method": name} | _ours(ensembles[ensembles["subspace"] == subspace], budget)
        for subspace, name in methods.items()
    ]
    rows += _published("Table 1", "test_error_percent", lambda error: error, networks, dataset)
    rows += _published("README FGE", "test_accuracy_percent", lambda accuracy: 100 - accuracy, networks, dataset)
    return pd.DataFrame(rows)


def _ours(table, budget):
    row = {"runs": int((table["size"] == 1).sum())}
    sizes = {k: table[(table["size"] == k) & (table["split"] == "test")] for k in BUDGETS}
    for name, column, scale in (("test error %", "error", 100), ("test nll", "nll", 1)):
        for k, part in sizes.items():
            row |= spread(f"{name} at {k}B", scale * part[column])
    return row | {f"epochs / B at {k}B": part["epochs"].mean() / budget for k, part in sizes.items()}


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
