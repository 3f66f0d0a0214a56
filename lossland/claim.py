"""A claim of a paper, held against our runs.

A claim says that a number, measured once per run, lies above (or below) a bar. It holds if a one-sided t-test over the
runs says so at 5 %; it does not hold if the mean lies on the wrong side; else the runs do not decide.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

SCHEMA = {
    "claim": "string", "statement": "string", "published": "string", "measured": "string", "bar": "string",
    "mean": "float64", "std": "float64", "n": "int64", "p": "float64", "verdict": "string", "reason": "string",
}  # fmt: skip
KEY = ["claim"]


@dataclass(frozen=True)
class Claim:
    """`published` is the paper's value and place; `measured` says what number `ours` holds, one for each run."""

    claim: str
    statement: str
    published: str
    measured: str
    ours: list[float]
    above: float | None = None
    below: float | None = None

    def row(self) -> dict:
        values = np.asarray(self.ours, dtype=float)
        bar, side, word = (self.above, 1, "above") if self.above is not None else (self.below, -1, "below")
        excess = side * (values - bar)
        mean, spread = values.mean(), values.std(ddof=1) if len(values) > 1 else np.nan
        p = stats.ttest_1samp(excess, 0, alternative="greater").pvalue if spread > 0 else float(not (excess > 0).all())
        if not np.isfinite(values).all():
            verdict, reason = "does not hold", "not every run gave a finite number"
        elif excess.mean() <= 0:
            verdict, reason = "does not hold", f"the mean {mean:.3g} of {len(values)} runs is not {word} {bar:g}"
        elif len(values) < 2 or p >= 0.05:
            verdict, reason = "undecided", f"{len(values)} runs with spread {spread:.2g} leave p = {p:.2g}"
        else:
            verdict, reason = "holds", ""
        told = {"claim": self.claim, "statement": self.statement, "published": self.published, "measured": self.measured}
        result = {"mean": mean, "std": spread, "n": len(values), "p": p, "verdict": verdict, "reason": reason}
        return told | {"bar": f"{word} {bar:g}"} | result


def table(claims) -> pd.DataFrame:
    return pd.DataFrame([claim.row() for claim in claims], columns=list(SCHEMA))
