"""Scores of ensembles example by example: two of them are compared on the same ones (Benton et al. 2021, arXiv 2102.13042).

    nll = -log p_y      error = [argmax p != y]      brier = sum_c (p_c - [c = y])^2      js = H(p) - mean_m H(p_m)
    nll_tempered = -log q_y,  q = p^(1/T) / Z        p as in the table `ensemble`

How far the difference of two mean scores depends on the choice of the test examples follows from the differences example by
example: ensembles of the same networks err mostly on the same ones. T is fitted as in the table `shift`.
"""

from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd
import torch

from lossland.inputs.shifts import shifts
from lossland.landscape.ensembles import subsets as subsets_of
from lossland.landscape.evaluate import predict, remembered, statistics, targets
from lossland.options import BatchNorm, Between, Count, Folder, Seed, Split
from lossland.statistics.scores import apart, each, temperatures
from lossland.statistics.scores import scaled as at_own

SCHEMA = {
    "split": "string", "corruption": "string", "severity": "int64", "size": "int64", "epochs": "float64", "example": "int64",
    "nll": "float64", "error": "float64", "brier": "float64", "js": "float64", "nll_tempered": "float64",
}  # fmt: skip
KEY = ["corruption", "severity", "size", "example"]
NEEDS = "classes"


def measure(
    problem,
    subspace,
    *,
    resolution: Count = 2,
    split: Split = "test",
    bn: BatchNorm = "recalibrate",
    corruptions: list[str] | None = (),
    severities: list[Annotated[int, Between(1, 5)]] = (1, 2, 3, 4, 5),
    folder: Folder | None = None,
    examples: Count | None = None,
    by: Literal["network", "source", "order"] = "network",
    sizes: list[Count] | None = None,
    subsets: Count = 50,
    scaled: bool = False,
    seed: Seed = 0,
) -> pd.DataFrame:
    """One row for each `size` of ensembles and each example, clean and under `corruptions`: the mean over the ensembles.

    Options are those of the tables `ensemble` and `shift`. Raises ValueError on unknown corruptions.
    """
    u, state_of = subspace.chart.grid(resolution), remembered(statistics(problem, subspace, bn))
    tables, fitted, members_own = [], {}, None
    for shifted, x, y in shifts(problem.data, split, corruptions, severities, folder, examples):
        seen = replace(problem, data=problem.data.showing(split, x, y), examples=examples)
        p, y = torch.stack(list(predict(seen, subspace, u, split, state_of=state_of))), targets(seen, split)
        if scaled:
            members_own = members_own or [temperatures(member, y) for member in p]
            p = torch.stack([at_own(member, own) for member, own in zip(p, members_own, strict=True)])
        found = {}
        for row, members in subsets_of(subspace, len(p), by=by, sizes=sizes, limit=subsets, seed=seed):
            mean, name = p[members].mean(0), row["members"]
            fitted[name] = fitted.get(name) or temperatures(mean, y)  # the clean images come first
            own = each(mean, y) | {"nll_tempered": each(at_own(mean, fitted[name]), y)["nll"], "js": apart(p[members])}
            found.setdefault(row["size"], []).append(pd.DataFrame(own | {"epochs": row["epochs"]}))
        for size, parts in found.items():
            means = (sum(parts) / len(parts)).rename_axis("example").reset_index()
            tables.append(means.assign(split=split, size=size, **shifted))
    return pd.concat(tables)
