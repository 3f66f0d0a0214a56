"""Networks along a path: alone, at their own temperature, and together with the first (Garipov et al. 2018, arXiv 1802.10026).

    alone         p_t = softmax f(x; theta(t))
    scaled        p_t^(1/T) / Z, with T fitted at every t (figure 6; `lossland.statistics.scores.tempered`)
    with start    (p_0 + p_t) / 2, the ensemble of theta(0) and theta(t) (figure 2, right)

`differs` is the share of the examples that a member labels otherwise than theta(0), `differs_end` than itself at t = 1.

Differs from the paper in: the data that T is fitted on are not stated there; here each half of a split serves the other.
"""

import pandas as pd

from lossland.landscape.evaluate import path, predict, targets
from lossland.options import BatchNorm, Count, Split
from lossland.statistics.scores import scores, tempered

SCHEMA = {
    "index": "int64", "u0": "float64", "split": "string", "member": "string", "quantity": "string", "value": "float64",
    "differs": "float64", "differs_end": "float64", "examples": "int64",
}  # fmt: skip
KEY = ["index", "split", "member", "quantity"]
OF = 1
NEEDS = "classes"


def measure(problem, subspace, *, resolution: Count = 61, split: Split = "test", bn: BatchNorm = "recalibrate") -> pd.DataFrame:
    """Quantities `nll`, `error`, `brier`, `ece` of each `member` at `resolution` points.

    Raises ValueError if it is not a path from t = 0 to 1.
    """
    t, y = path(subspace.chart, resolution), targets(problem, split)
    start, rows, labels = None, [], {}
    for index, (u0, p) in enumerate(zip(t[:, 0].tolist(), predict(problem, subspace, t, split, bn), strict=True)):
        start = p if start is None else start
        members = {"alone": p, "scaled": tempered(p, y), "with start": (start + p) / 2}
        point = {"index": index, "u0": u0, "split": split, "examples": len(y)}
        for member, prediction in members.items():
            labels[index, member] = prediction.argmax(1)
            rows += [point | {"member": member, "quantity": q, "value": v} for q, v in scores(prediction, y).items()]
    apart = [{"index": i, "member": member, "differs": _apart(own, labels[0, "alone"]),
              "differs_end": _apart(own, labels[index, member])} for (i, member), own in labels.items()]  # fmt: skip
    return pd.DataFrame(rows).merge(pd.DataFrame(apart))


def _apart(labels, others):
    return (labels != others).double().mean().item()
