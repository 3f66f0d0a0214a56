"""What ensembles predict for images of other things (Fort et al. 2019, arXiv 1912.02757, section 5, on SVHN).

    js = mean [ H(mean_m p_m) - mean_m H(p_m) ]      entropy = mean H(mean_m p_m)      confidence = mean max_c (mean_m p_m)_c

of M networks on the test images of other data, under the scaling of the networks' own. js grows with M and is at most ln M:
compare it only at equal M, which `sizes` says. The released code has another M for each method, log(p + 1e-5) for log p,
and with fewer `examples` takes random images, not the first.
"""

from dataclasses import replace
from typing import Literal

import pandas as pd
import torch

from lossland.landscape.ensembles import blocks as blocks_of
from lossland.landscape.ensembles import subsets as subsets_of
from lossland.landscape.evaluate import predict, statistics
from lossland.options import BatchNorm, Count, Index, Seed
from lossland.statistics.scores import entropy, jensen_shannon

SCHEMA = {
    "block": "int64", "size": "int64", "subset": "int64", "members": "string", "js": "float64", "entropy": "float64",
    "confidence": "float64",
}  # fmt: skip
KEY = ["block", "size", "subset"]
NEEDS = "classes"


def measure(
    problem,
    subspace,
    data,
    *,
    examples: Count | None = None,
    by: Literal["network", "source", "order"] = "network",
    sizes: list[Count] | None = None,
    subsets: Count = 50,
    blocks: Index = 0,
    seed: Seed = 0,
    bn: BatchNorm = "recalibrate",
    resolution: Count = 2,
) -> pd.DataFrame:
    """One row for each ensemble of the points of the chart's grid and each `block`, as in the table `ensemble`.

    So many `examples` of the other images are looked at, at even distances; all training data calibrate batch norm.
    Raises ValueError if the other images have another shape or type.
    """
    other, own = _kind(data), _kind(problem.data)
    if other != own:
        raise ValueError(f"the other data are {other}, but the networks were trained on {own}; name data of the same shape")
    x, none = data.x["test"], torch.zeros(len(data.x["test"]), dtype=torch.int64)  # their labels are not ours
    seen = replace(problem, data=problem.data.showing("test", x, none), examples=examples)
    state_of = statistics(problem, subspace, bn)
    p = torch.stack(list(predict(seen, subspace, subspace.chart.grid(resolution), "test", state_of=state_of)))
    rows = []
    for row, members in subsets_of(subspace, len(p), by=by, sizes=sizes, limit=subsets, seed=seed):
        for block, part in blocks_of(len(x[:examples]), blocks):
            chosen = p[members][:, part]
            mean, kept = chosen.mean(0), {name: row[name] for name in ("size", "subset", "members")} | {"block": block}
            found = {"entropy": entropy(mean).mean().item(), "confidence": mean.max(1).values.mean().item()}
            rows.append(kept | {"js": jensen_shannon(chosen)} | found)
    return pd.DataFrame(rows)


def _kind(arrays):
    """The shape and type of one input, as text."""
    one = arrays.x["test"][torch.arange(1)]
    return f"{' x '.join(map(str, one.shape[1:])) or 'single numbers'} of {str(one.dtype).removeprefix('torch.')}"
