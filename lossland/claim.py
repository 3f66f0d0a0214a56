"""A claim of a paper, held against our runs.

A claim says that a number, measured once per run, lies above (or below) a bar. It holds if a one-sided t-test over the
runs says so at 5 %; it does not hold if the mean lies on the wrong side; else the runs do not decide.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

SCHEMA = {
    "claim": "string", "statement": "string", "measured": "string", "published": "string", "within_published": "bool_",
    "bar": "string", "mean": "float64", "mean std": "float64", "n": "int64", "p": "float64", "verdict": "string",
    "reason": "string",
}  # fmt: skip
KEY = ["claim"]


@dataclass(frozen=True)
class Claim:
    """`printed` are the paper's own values of the number that `ours` holds, one for each run; `measured` says which.

    Where the paper prints none, `printed` is empty.
    """

    claim: str
    statement: str
    measured: str
    ours: list[float]
    printed: list[float]
    above: float | None = None
    below: float | None = None

    def row(self) -> dict:
        values, printed = np.asarray(self.ours, dtype=float), np.asarray(self.printed, dtype=float)
        bar, side, word = (self.above, 1, "above") if self.above is not None else (self.below, -1, "below")
        mean, n = values.mean(), len(values)
        finite = np.isfinite(values).all()
        spread, p = (values.std(ddof=1), _p(values, bar, side)) if finite and n > 1 else (np.nan, np.nan)
        if not finite:
            verdict, reason = "does not hold", "not every run gave a finite number"
        elif side * (mean - bar) <= 0:
            verdict, reason = "does not hold", f"the mean of {n} run{'s' * (n > 1)}, {mean:.3g}, is not {word} {bar:.3g}"
        elif n < 2:
            verdict, reason = "undecided", "one run has no spread"
        elif p >= 0.05:
            verdict, reason = "undecided", f"{n} runs, {mean:.3g} with spread {spread:.2g}, leave p = {p:.2g}"
        else:
            verdict, reason = "holds", ""
        return {
            "claim": self.claim,
            "statement": self.statement,
            "measured": self.measured,
            "published": _range(printed),
            "within_published": bool(printed.min() <= mean <= printed.max()) if len(printed) > 1 else None,
            "bar": f"{word} {bar:.3g}",
            "mean": mean,
            "mean std": spread,
            "n": n,
            "p": p,
            "verdict": verdict,
            "reason": reason,
        }


def _range(printed):
    if len(printed) < 2:
        return f"{printed[0]:.3g}" if len(printed) else "none printed"
    return f"{printed.min():.3g} to {printed.max():.3g} ({len(printed)} values)"


def _p(values, bar, side):
    """One-sided p of a mean beyond the bar; the t-test has none for runs that are equal but for rounding."""
    if np.ptp(values) <= 1e-12 * max(np.abs(values).max(), abs(bar)):
        return float(side * (values.mean() - bar) <= 0)
    return stats.ttest_1samp(values, bar, alternative="greater" if side > 0 else "less").pvalue


def paired(tables, split, quantity) -> dict[str, pd.DataFrame]:
    """The rows of a quantity in each table, one for each run and in one order; see `together`."""
    return together({n: t[(t["split"] == split) & (t["quantity"] == quantity)].set_index("run") for n, t in tables.items()})


def together(rows) -> dict:
    """The rows, or values, of each table, indexed by run, in one order.

    Raises ValueError where a run stands twice or not in every table: such rows cannot be compared in pairs.
    """
    rows = {name: part.sort_index() for name, part in rows.items()}
    first = next(iter(rows.values())).index
    for name, part in rows.items():
        if part.empty or part.index.has_duplicates or not part.index.equals(first):
            ours, others = (", ".join(map(str, index)) or "none" for index in (part.index, first))
            raise ValueError(f"runs cannot be paired: {name} has {ours}, but others have {others}")
    return rows


def by_run(table, columns):
    """Means of a column, or of several, by run."""
    return table.groupby(["subspace", "run"])[columns].mean().droplevel("subspace")


def disjoint(pairs, column) -> pd.Series:
    """The values of `column` for networks 0 and 1, 2 and 3, ... of one pool, by 0, 1, ...: numbers that share no network.

    Raises ValueError where the rows are of several pools, of several networks of a run, or of one network.
    """
    chosen = pairs[(pairs["source_first"] % 2 == 0) & (pairs["source_second"] == pairs["source_first"] + 1)]
    if chosen.empty or chosen["source_first"].duplicated().any():
        raise ValueError("independent runs are compared in pairs; name a table of one pool, of the last network of each run")
    return chosen.set_index(chosen["source_first"] // 2)[column].sort_index()


def unshared(rows, first="a", second="b") -> pd.DataFrame:
    """Rows of pairs of networks, no two of which share a network, as a test takes its numbers for independent ones.

    Pairs whose networks are in few others come first, so that many are left; else the order is that of `rows`.
    """
    networks = rows[[first, second]]
    pairs = pd.concat([networks[first], networks[second]]).value_counts()
    crowd = networks[first].map(pairs).to_numpy() + networks[second].map(pairs).to_numpy()
    taken, kept = set(), []
    for i in crowd.argsort(kind="stable"):
        if taken.isdisjoint(own := set(networks.iloc[i])):
            taken |= own
            kept.append(i)
    return rows.iloc[sorted(kept)]


def by_pairs(values) -> pd.Series:
    """Means over runs 0 and 1, 2 and 3, ... of what is indexed by (subspace, run): runs in the order of their numbers."""
    order = sorted(values.index, key=lambda name: (name[0], len(name[1]), name[1]))
    return values[order].groupby(np.arange(len(order)) // 2).mean()


def towards_the_end(pairs, after) -> pd.DataFrame:
    """The rows of trajectories that compare a point from epoch `after` on with the last one, by (subspace, run).

    Raises ValueError where a trajectory has no such point.
    """
    pairs = pairs.set_index(["subspace", "run"]).sort_index()
    last = pairs["second"].groupby(level=["subspace", "run"]).transform("max")
    chosen = pairs[(pairs["second"] == last) & (pairs["epoch_first"] >= after)]
    lacking = ["/".join(filter(None, run)) for run in pairs.index.unique().difference(chosen.index)]
    if chosen.empty or lacking:
        names = ", ".join(lacking) or "an empty table"
        raise ValueError(f"{names} has no point from epoch {after:g} on beside its last; keep snapshots, or lower `after`")
    return chosen


def table(claims) -> pd.DataFrame:
    return pd.DataFrame([claim.row() for claim in claims], columns=list(SCHEMA))
