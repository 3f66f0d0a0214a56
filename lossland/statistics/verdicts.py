"""A claim of a paper, held against our runs.

A claim says that a number, measured once per run, lies above (or below) a bar. It holds if a one-sided t-test over the
runs says so at 5 %, for the difference of two samples that do not go in pairs Welch's; it does not hold if the mean lies on
the wrong side; else the runs do not decide.
"""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lossland.statistics.tables import pick

SCHEMA = {
    "claim": "string", "statement": "string", "measured": "string", "published": "string", "within_published": "bool_",
    "bar": "string", "mean": "float64", "mean std": "float64", "n": "int64", "p": "float64", "verdict": "string",
    "reason": "string",
}  # fmt: skip
KEY = ["claim"]


# what readers are told below the claims of each paper
RULE = """
Each row holds one claim against our runs: what it says, what was measured, what the paper prints, the bar, and ours (mean ±
standard deviation over n independent runs). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not
hold if our mean lies on the wrong side; else our runs do not decide.
"""


@dataclass(frozen=True)
class Claim:
    """A number in words (`of`), its `values`, one for each run, and the bar `above` or `below` which `says` puts them.

    `published` are the paper's own values of it, none if the paper prints none. `less` are values of other runs, which do not
    go in pairs with `values`: then the number is the difference of the two means, its spread that of one of each, `n` the
    smaller number of runs.
    """

    name: str
    values: Sequence[float]
    _: KW_ONLY
    of: str
    says: str
    above: float | None = None
    below: float | None = None
    published: Sequence[float] | float = ()
    less: Sequence[float] | None = None

    def row(self) -> dict:
        printed = np.atleast_1d(np.asarray(self.published, dtype=float))
        samples = [np.asarray(values, dtype=float) for values in (self.values, self.less) if values is not None]
        bar, side, word = (self.above, 1, "above") if self.above is not None else (self.below, -1, "below")
        mean, n = samples[0].mean() - sum(other.mean() for other in samples[1:]), min(map(len, samples))
        runs = " less ".join(f"{len(values)} run{'s' * (len(values) > 1)}" for values in samples)
        finite = all(np.isfinite(values).all() for values in samples)
        spread, p = (_spread(samples), _p(samples, bar, side)) if finite and n > 1 else (np.nan, np.nan)
        if not finite:
            verdict, reason = "does not hold", "not every run gave a finite number"
        elif side * (mean - bar) <= 0:
            verdict, reason = "does not hold", f"the mean of {runs}, {mean:.3g}, is not {word} {bar:.3g}"
        elif n < 2:
            verdict, reason = "undecided", "one run has no spread"
        elif p >= 0.05:
            verdict, reason = "undecided", f"{runs}, {mean:.3g} with spread {spread:.2g}, leave p = {p:.2g}"
        else:
            verdict, reason = "holds", ""
        return {
            "claim": self.name,
            "statement": self.says,
            "measured": self.of,
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


def _spread(samples):
    return sum(values.var(ddof=1) for values in samples) ** 0.5


def _p(samples, bar, side):
    """One-sided p of a mean, or a difference of two, beyond the bar; no t-test has one for runs equal but for rounding."""
    ours, less = samples[0] - bar, samples[1] if len(samples) > 1 else np.zeros(1)
    if max(map(np.ptp, samples)) <= 1e-12 * max(*(np.abs(values).max() for values in samples), abs(bar)):
        return float(side * (ours.mean() - less.mean()) <= 0)
    alternative = "greater" if side > 0 else "less"
    if len(samples) > 1:
        return stats.ttest_ind(ours, less, equal_var=False, alternative=alternative).pvalue
    return stats.ttest_1samp(ours, 0, alternative=alternative).pvalue


def paired(table, *labels) -> list[pd.DataFrame]:
    """The rows of each of `labels`, one for each run, indexed by run, to be compared in pairs; see `together`."""
    return list(together({label: pick(table, subspace=label).set_index("run") for label in labels}).values())


def together(rows) -> dict:
    """The rows, or values, of each table, indexed by run, in one order.

    Raises ValueError if a run is there twice or not in every table: such rows cannot be compared in pairs.
    """
    rows = {name: part.sort_index() for name, part in rows.items()}
    first = next(iter(rows.values())).index
    for name, part in rows.items():
        if part.empty or part.index.has_duplicates or not part.index.equals(first):
            ours, others = (", ".join(map(str, index)) or "none" for index in (part.index, first))
            raise ValueError(f"runs cannot be paired: {name} has {ours}, but others have {others}")
    return rows


def by_run(table, columns=None):
    """The rows by run, or the means of columns by run. Raises ValueError if no columns are given and a run has several rows."""
    if columns is not None:
        return table.groupby(["subspace", "run"])[columns].mean().droplevel("subspace")
    if table["run"].duplicated().any():
        raise ValueError("a run has several rows here; measure one of each run")
    return table.set_index("run").sort_index()


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
