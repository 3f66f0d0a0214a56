"""A claim, held against our runs; and the verdict, once all claims of a paper are there.

A claim says that a number, measured once per independent run, lies above or below a bar, or within a margin. It is tested both
ways (`estimates.py`), by itself; the q of a verdict follows from all claims together, so that a claim has none until `judge`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lossland.statistics.estimates import MOST, Deviation, above, all_of, estimate, needed, within
from lossland.statistics.estimates import tolerance as tolerance_of
from lossland.statistics.tables import UNTRAINED

SCHEMA = {
    "claim": "string", "kind": "string", "origin": "string", "statement": "string", "measured": "string", "bar": "string",
    "because": "string", "published": "string", "tolerance": "float64", "effect": "float64", "low": "float64",
    "high": "float64", "spread": "float64", "signal": "float64", "floor": "float64", "n": "int64", "p_holds": "float64",
    "p_contradicted": "float64", "reason": "string",
}  # fmt: skip
KEY = ["claim"]
JUDGED = {"paper": "string", "subject": "string"} | SCHEMA | {"q": "float64", "verdict": "string"}
JUDGED_KEY = ["paper", "subject", "claim"]
VERDICTS = ["holds", "contradicted", "undecided", "not measurable"]
LEVEL = 0.05


@dataclass(frozen=True)
class Claim:
    """A number in words (`of`), its `values`, one for each run, and the bar `above` or `below` which `says` puts them.

    `values` may map names of parts to values: then the claim is that all parts lie there. `less` are values of other runs,
    which do not go in pairs with `values`: the number is the difference of the two means, or their `ratio`.
    `ratio`: the number is a ratio of positive numbers, tested in logarithms; margins are factors, and `around` is 1.
    `same`: instead of a bar, the margin within which the number is `around`, 0 or what is given; `because` is its reason.
    `apart`: the number is not within this margin of `around`, on whichever side; `because` is its reason.
    `deviation`: the number is the standard deviation of the values, taken for normal; with `ratio` of logarithms, as a factor.
    `published` are the paper's own values, `tolerance` what may lie between one of them and ours.
    `bar_of`: the bar is the mean of so many runs of the paper, and as uncertain as that many of ours.
    `sampling`: what the choice of test examples leaves open, as a standard error of the mean (relative, of a ratio) or as the
    scores, runs by examples, whose means are `values` (`estimates.py`); of several parts it may map their names too.
    `presumes`: why this number is not what the claim is about, "trained to 67 % error"; None if it is.
    """

    name: str
    values: Sequence[float] | Mapping[str, Sequence[float]]
    _: KW_ONLY
    of: str
    says: str
    above: float | None = None
    below: float | None = None
    same: float | None = None
    apart: float | None = None
    deviation: bool = False
    around: float | None = None
    because: str = ""
    published: Sequence[float] | float = ()
    tolerance: float | None = None
    less: Sequence[float] | None = None
    ratio: bool = False
    bar_of: int | None = None
    sampling: float | np.ndarray | Mapping[str, float | np.ndarray] = 0.0
    presumes: str | None = None
    origin: str = "this paper"

    def __post_init__(self):
        bars = self.above, self.below, self.same, self.apart
        if sum(bar is not None for bar in bars) != 1:
            raise ValueError(f"claim {self.name!r} needs one of above, below, same and apart")
        if self._margin is not None and not self.because:
            raise ValueError(f"claim {self.name!r} has a margin without a reason; say it as because=")
        if self.ratio and min(bar for bar in (*bars, self.around) if bar is not None) <= 0:
            raise ValueError(f"claim {self.name!r} holds a ratio against a bar that is not above 0")

    def row(self) -> dict:
        parts = self.values if isinstance(self.values, Mapping) else {"": self.values}
        other = None if self.less is None else np.asarray(self.less, dtype=float)
        samples = {name: (np.asarray(values, dtype=float), other) for name, values in parts.items()}
        flat = [sample for pair in samples.values() for sample in pair if sample is not None]
        n = min(map(len, flat))
        printed = np.atleast_1d(np.asarray(self.published, dtype=float))
        row = dict.fromkeys(SCHEMA, np.nan) | {
            "claim": self.name, "kind": "claim", "origin": self.origin, "statement": self.says, "measured": self.of,
            "bar": self._bar, "because": self.because, "published": _range(printed), "n": n,
            "tolerance": np.nan if self.tolerance is None else self.tolerance,
            "reason": self._not_measurable(flat, n),
        }  # fmt: skip
        compare = np.divide if self.ratio else np.subtract
        first = [v.mean() if less is None else compare(v.mean(), less.mean()) for v, less in samples.values() if n]
        known = first[0] if first and not self.deviation else np.nan
        return row | (self._tested(samples, n) if not row["reason"] else {"effect": known})

    def _tested(self, samples, n):
        to, back = (np.log, np.exp) if self.ratio else (lambda x: x, lambda x: x)
        found, tests = [], []
        for name, (values, less) in samples.items():
            logs = [None if sample is None else to(sample) for sample in (values, less)]
            examples = self.sampling[name] if isinstance(self.sampling, Mapping) else self.sampling
            if self.deviation:
                held = estimated = Deviation(logs[0].std(ddof=1), len(logs[0]))
            else:
                estimated = estimate(*logs, examples=examples)
                held = estimate(*logs, examples=examples, further=1 / self.bar_of) if self.bar_of else estimated
            tests.append(self._sides(held, to))
            found.append((name, estimated, np.ndim(examples) > 1 or examples == 0))  # not a mere bound
        weakest = max(range(len(tests)), key=lambda i: tests[i][0])
        name, shown, shared = found[weakest]
        p_holds, p_contradicted = all_of(tests) if len(tests) > 1 else tests[0]
        low, high = shown.interval()
        one = len(tests) == 1 or (p_holds < 0.5 and sum(p >= LEVEL for p, _ in tests) == 1)  # part is left open
        known = one and shared and not (self._edge is None or self.deviation or self.bar_of)
        signal, floor = shown.signal(to(self._edge), n) if known else (np.nan, np.nan)
        return {
            "effect": float(back(shown.mean)), "low": float(back(low)), "high": float(back(high)),
            "spread": float(back(shown.spread)), "p_holds": float(p_holds), "p_contradicted": float(p_contradicted),
            "signal": signal, "floor": floor,
            "measured": f"{self.of}; shown: {name}, the weakest of {len(tests)}" if len(tests) > 1 else self.of,
        }  # fmt: skip

    def _sides(self, estimated, to):
        if self._margin is not None:
            sides = within(estimated, to(self._around), to(self._margin))
            return sides if self.apart is None else sides[::-1]
        return above(estimated, to(self._edge), 1 if self.above is not None else -1)

    @property
    def _edge(self):
        return self.below if self.above is None else self.above

    @property
    def _margin(self):
        return self.apart if self.same is None else self.same

    @property
    def _around(self):
        return (1.0 if self.ratio else 0.0) if self.around is None else self.around

    @property
    def _bar(self):
        if self._margin is not None:
            side = "within" if self.apart is None else "not within"
            return f"{side} {'a factor of ' * self.ratio}{self._margin:.3g} of {self._around:.3g}"
        return f"above {self.above:.3g}" if self.above is not None else f"below {self.below:.3g}"

    def _not_measurable(self, samples, n):
        if self.presumes:
            return self.presumes
        if not all(np.isfinite(sample).all() for sample in samples):
            return "not every run gave a finite number"
        if n < 2:
            return f"{('no run', 'one run')[n]}: nothing is known of the spread"
        if self.ratio and min(sample.min() for sample in samples) <= 0:
            return "a ratio that is not above 0 has no logarithm"
        known = self.sampling.values() if isinstance(self.sampling, Mapping) else [self.sampling]
        if not all(np.isfinite(part).all() for part in known):
            return "what the choice of the test examples leaves open is not known"
        return ""


@dataclass(frozen=True)
class Check:
    """What must be true of a run and is no claim, for it cannot fail unless something is wrong."""

    name: str
    ok: bool
    says: str

    def row(self) -> dict:
        return dict.fromkeys(SCHEMA, np.nan) | {
            "claim": self.name, "kind": "check", "origin": "", "statement": self.says, "measured": "", "bar": "", "because": "",
            "published": "", "n": 0, "reason": "" if self.ok else "failed",
        }  # fmt: skip


def scored(name, scores, **words) -> Claim:
    """The claim about the means of `scores`, runs by examples or blocks of them, or about those of all parts, if they are."""
    if isinstance(scores, Mapping) and len(scores) > 1:
        values = {part: matrix.mean(axis=1) for part, matrix in scores.items()}
        return Claim(name, values, sampling={part: matrix.to_numpy() for part, matrix in scores.items()}, **words)
    (only,) = scores.values() if isinstance(scores, Mapping) else (scores,)
    return Claim(name, only.mean(axis=1), sampling=only.to_numpy(), **words)


def as_published(name, values, published, *, examples=None, margin=None, because="", runs=1, **words) -> Claim:
    """The claim that a number is the published one: closer than a stated `margin`, else than their `estimates.tolerance`.

    Theirs is the mean of `runs` runs, as uncertain as as many of ours: an exact replication is contradicted in 5 % at most.
    Without the half point it could hardly hold either, for ours are no surer than theirs.
    """
    printed = np.atleast_1d(np.asarray(published, dtype=float))
    if margin is None:
        margin = tolerance_of(printed, examples)
        because = f"what a test set of {examples} examples leaves open, and half a point, for ours are no surer"
    return Claim(name, values, same=margin, around=float(printed.mean()), because=because, published=published,
                 tolerance=margin, bar_of=runs, **words)  # fmt: skip


def trained(errors, *, below=None) -> str | None:
    """What a claim `presumes` of networks that are trained to train errors below so much (default: `UNTRAINED`); None if they
    are, or if there are no errors, as of a regression."""
    below = UNTRAINED if below is None else below
    worst = float(np.max(np.asarray(errors), initial=0))
    return None if worst < below else f"trained to {100 * worst:.0f} % train error, where below {100 * below:g} % is presumed"


def judge(rows) -> pd.DataFrame:
    """The rows of all claims of a paper, with q and verdict; of checks the verdict is "passed" or "failed"."""
    rows = rows.reset_index(drop=True)
    measured = (rows["kind"] == "claim") & rows["p_holds"].notna() & rows["p_contradicted"].notna()
    q = pd.DataFrame(np.nan, rows.index, ["holds", "contradicted"])
    if measured.any():
        for side in q:
            q.loc[measured, side] = stats.false_discovery_control(rows.loc[measured, f"p_{side}"])
    ahead = rows["p_holds"] <= rows["p_contradicted"]
    rows["q"] = q["holds"].where(ahead, q["contradicted"])
    decided = pd.Series(np.where(ahead, "holds", "contradicted")).where(rows["q"] < LEVEL, "undecided")
    checked = pd.Series(np.where(rows["reason"] == "", "passed", "failed"))
    rows["verdict"] = decided.where(measured, "not measurable").where(rows["kind"] == "claim", checked)
    found = [
        f"{r.effect:.3g} ({r.low:.3g} to {r.high:.3g}) against {r.bar}: q = {r.q:.2g}" for r in rows[measured].itertuples()
    ]
    rows.loc[measured, "reason"] = pd.Series(found, rows.index[measured], dtype=object)
    rows.loc[rows["verdict"] == "holds", "reason"] = ""
    for row in rows[(rows["verdict"] == "undecided") & rows["signal"].notna()].itertuples():
        side = "holds" if ahead[row.Index] else "contradicted"
        level = LEVEL * ((q[side] < LEVEL).sum() + 1) / measured.sum()  # that it must reach, with the other claims as they are
        rows.loc[row.Index, "reason"] += _more(needed(row.signal, row.floor, level), row.n)
    return rows


def _more(runs, n):
    return f"; about {max(runs, n + 1)} runs like these would decide it" if runs else f"; {MOST} runs would not decide it"


def _range(printed):
    if len(printed) < 2:
        return f"{printed[0]:.3g}" if len(printed) else "none printed"
    return f"{printed.min():.3g} to {printed.max():.3g} ({len(printed)} values)"


def table(claims) -> pd.DataFrame:
    return pd.DataFrame([claim.row() for claim in claims], columns=list(SCHEMA))
