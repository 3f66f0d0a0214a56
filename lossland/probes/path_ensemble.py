"""Networks along a path: alone, at their own temperature, and together with the first (Garipov et al. 2018, arXiv 1802.10026).

    alone         p_t = softmax f(x; theta(t))
    scaled        p_t^(1/T) / Z, with T fitted at every t (figure 6; `lossland.statistics.scores.tempered`)
    with start    (p_0 + p_t) / 2, the ensemble of theta(0) and theta(t) (figure 2, right)

`block` 0 are all examples, 1, 2, ... parts of them, which show what the choice of the examples leaves open.

Differs from the paper in: the data that T is fitted on are not stated there; here each half of a split serves the other.
"""

import pandas as pd

from lossland.landscape.ensembles import blocks as blocks_of
from lossland.landscape.evaluate import path, predict, targets
from lossland.options import BatchNorm, Count, Index, Split
from lossland.statistics.scores import each, scores, tempered

SCHEMA = {
    "block": "int64", "index": "int64", "u0": "float64", "split": "string", "member": "string", "quantity": "string",
    "value": "float64", "examples": "int64",
}  # fmt: skip
KEY = ["block", "index", "split", "member", "quantity"]
OF = 1
NEEDS = "classes"


def measure(
    problem, subspace, *, resolution: Count | None = 61, split: Split = "test", bn: BatchNorm = "recalibrate", blocks: Index = 0
) -> pd.DataFrame:
    """Quantities `nll`, `error`, `brier`, `ece` of each `member` at `resolution` points; if that is null, at the corners of a
    chain and 9 between each two. With `blocks` also, without `ece`, of so many blocks of examples.

    Raises ValueError if it is not a path from t = 0 to 1.
    """
    t, y = path(subspace.chart, resolution), targets(problem, split)
    start, rows, parts = None, [], list(blocks_of(len(y), blocks))[1:]
    for index, (u0, p) in enumerate(zip(t[:, 0].tolist(), predict(problem, subspace, t, split, bn), strict=True)):
        start = p if start is None else start
        members = {"alone": p, "scaled": tempered(p, y), "with start": (start + p) / 2}
        point = {"index": index, "u0": u0, "split": split, "examples": len(y)}
        for member, own in members.items():
            found = [(0, q, v) for q, v in scores(own, y).items()]
            found += [(block, q, v[part].mean().item()) for q, v in each(own, y).items() for block, part in parts]
            rows += [point | {"block": block, "member": member, "quantity": q, "value": v} for block, q, v in found]
    return pd.DataFrame(rows)
