"""Ensembles under corruption of the images they are tested on (Fort et al. 2019, arXiv 1912.02757, figure 8;
Ovadia et al. 2019, arXiv 1906.02530).

    scores and js of p(y | x') = mean over members of softmax f(x')        x' = corruption(x, severity), severity 1 to 5

as in the table `ensemble`; severity 0 is the clean split, once, as corruption "none". `nll_tempered` and `ece_tempered` are
those of p^(1/T) / Z, T fitted to the same ensemble on the clean images, each half of which serves the other
(`statistics.scores.temperatures`; Benton et al. 2021, arXiv 2102.13042, figure 11). js grows with the number M of members and
is at most ln M: compare it only at equal M, which `sizes` says. The released code has another M for each method.
"""

from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd
import torch

from lossland.inputs.shifts import shifts
from lossland.landscape.ensembles import subsets as subsets_of
from lossland.landscape.evaluate import predict, remembered, statistics, targets
from lossland.options import BatchNorm, Between, Corruption, Count, Folder, Seed, Split
from lossland.statistics.scores import jensen_shannon, scaled, scores, temperatures

SCHEMA = {
    "split": "string", "corruption": "string", "severity": "int64", "size": "int64", "subset": "int64", "members": "string",
    "nll": "float64", "error": "float64", "brier": "float64", "ece": "float64", "js": "float64",
    "nll_tempered": "float64", "ece_tempered": "float64",
}  # fmt: skip
KEY = ["split", "corruption", "severity", "size", "subset"]
NEEDS = "classes"


def measure(
    problem,
    subspace,
    *,
    corruptions: list[Corruption] | None = None,
    severities: list[Annotated[int, Between(1, 5)]] = (1, 2, 3, 4, 5),
    folder: Folder | None = None,
    split: Split = "test",
    examples: Count | None = None,
    by: Literal["network", "source", "order"] = "network",
    sizes: list[Count] | None = None,
    subsets: Count = 50,
    seed: Seed = 0,
    bn: BatchNorm = "recalibrate",
    resolution: Count = 2,
) -> pd.DataFrame:
    """One row for each ensemble of the points of the chart's grid, as in the table `ensemble`, and each corruption.

    `corruptions` are those of `inputs.corruptions`, by default all that the images have colours for, or with `folder`
    those of the user's own CIFAR-10-C there, or ImageNet-C where the data stay files (`inputs.corrupted_files`), by default
    all. So many `examples` are looked at, at even distances, under the same noise for all networks; all training data
    calibrate batch norm.
    Predictions are held, [M N C] in float64, and copied for their scores: for 14 networks, 50,000 images and 1,000 classes
    several times 5.6 GB, which fewer `examples` bring down.

    Raises ValueError for anything but images, on unknown corruptions and on a folder of other classes or severities.
    """
    u, state_of = subspace.chart.grid(resolution), remembered(statistics(problem, subspace, bn))
    rows, fitted = [], {}
    for shifted, x, y in shifts(problem.data, split, corruptions, severities, folder, examples):
        seen = replace(problem, data=problem.data.showing(split, x, y), examples=examples)
        p, y = torch.stack(list(predict(seen, subspace, u, split, state_of=state_of))), targets(seen, split)
        for row, members in subsets_of(subspace, len(p), by=by, sizes=sizes, limit=subsets, seed=seed):
            kept = {name: row[name] for name in ("size", "subset", "members")}
            mean, name = p[members].mean(0), row["members"]
            fitted[name] = fitted.get(name) or temperatures(mean, y)  # the clean images come first
            own = scores(mean, y) | {"js": jensen_shannon(p[members])} | _tempered(mean, y, fitted[name])
            rows.append({"split": split} | shifted | kept | own)
    return pd.DataFrame(rows)


def _tempered(p, y, temperatures):
    found = scores(scaled(p, temperatures), y)
    return {f"{name}_tempered": found[name] for name in ("nll", "ece")}
