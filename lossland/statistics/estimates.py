"""What n independent runs say of a number: its mean, a 95 % interval, and p on both sides of a bar.

    variance of the mean = spread between runs^2 / n + what the choice of the test examples adds

Runs that are scored on the same examples share the luck of these, which no spread between runs shows. Degrees of freedom are
Satterthwaite's (of two samples without pairs alone: Welch's test). Runs that all gave one number say nothing of its error, and
decide nothing. All functions take leading axes, for simulations; the last axis is that of runs.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

HALF_POINT = 0.005
MOST = 1000  # runs that anybody would make
ROUNDING = 1e-12  # of numbers of order 1 in double precision, after sums over some thousand of them


@dataclass(frozen=True)
class Estimate:
    """`parts` are pairs of a variance of the mean and its degrees of freedom."""

    mean: np.ndarray
    spread: np.ndarray
    parts: list

    @property
    def error(self):
        return np.sqrt(sum(variance for variance, _ in self.parts))

    @property
    def freedom(self):
        weight = sum(variance**2 / freedom for variance, freedom in self.parts)
        return np.divide(self.error**4, weight, out=np.full_like(weight, np.inf), where=weight > 0)

    def signal(self, bar, n) -> tuple[float, float]:
        """How far the number is from the bar, and what the test examples leave open: in standard deviations between n runs."""
        runs = n * sum(variance for variance, _ in self.parts[:-1])
        if self._exact(bar) or not runs > 0:
            return np.nan, np.nan
        return float(abs(self.mean - bar) / runs**0.5), float((self.parts[-1][0] / runs) ** 0.5)

    def interval(self, share=0.95):
        width = stats.t.ppf((1 + share) / 2, self.freedom) * self.error
        return self.mean - width, self.mean + width

    def beyond(self, bar, side):
        """One-sided p of the number above (side 1) or below (-1) the bar; 1 if it has no error but rounding."""
        exact = self._exact(bar)
        return np.where(exact, 1.0, stats.t.sf(side * (self.mean - bar) / np.where(exact, 1, self.error), self.freedom))

    def _exact(self, bar):
        return self.error <= ROUNDING * np.maximum(1, np.maximum(np.abs(self.mean), np.abs(bar)))


@dataclass(frozen=True)
class Deviation:
    """The standard deviation `mean` of n independent normal numbers, by chi-square; used as an `Estimate`."""

    mean: np.ndarray
    n: int

    @property
    def spread(self):
        return self.mean

    def interval(self, share=0.95):
        tails = stats.chi2.ppf([(1 + share) / 2, (1 - share) / 2], self.n - 1)
        return tuple(self.mean * np.sqrt((self.n - 1) / tail) for tail in tails)

    def beyond(self, bar, side):
        """One-sided p of it above (side 1) or below (-1) the bar; 1 of numbers that are equal but for rounding."""
        tail = stats.chi2.sf if side > 0 else stats.chi2.cdf
        return np.where(self.mean > ROUNDING, tail((self.n - 1) * (self.mean / bar) ** 2, self.n - 1), 1.0)


def estimate(values, less=None, *, examples=0.0, further=0.0) -> Estimate:
    """Of the mean of `values`, or of its difference from that of `less`, runs that do not go in pairs with them.

    `examples` is the standard error that the choice of examples gives the mean, or the scores themselves, runs by examples,
    whose means are `values`. `further` is the share of the variance between runs that comes from elsewhere: 1/k if the number
    is held against the mean of k runs of the same kind, which is as uncertain.
    """
    samples = [np.asarray(v, float) for v in (values, less) if v is not None]
    sizes, variances = [s.shape[-1] for s in samples], [s.var(axis=-1, ddof=1) for s in samples]
    parts = [(v * (1 / n + further), n - 1) for v, n in zip(variances, sizes, strict=True)]
    mean = samples[0].mean(axis=-1) - sum(s.mean(axis=-1) for s in samples[1:])
    examples = np.asarray(examples, float)
    parts.append(_of_scores(examples) if examples.ndim > 1 else (examples**2, np.inf))
    return Estimate(mean, np.sqrt(sum(variances)), parts)


def needed(signal, floor, level, power=0.8) -> int | None:
    """How many runs have a t-test at `level` find a number that is `signal` standard deviations between runs from its bar, with
    this `power`; None if `MOST` do not. `floor`, in the same unit, is the standard error of the test examples, which more runs
    leave as it is."""
    n = np.unique(np.geomspace(2, MOST, 100).round())
    error = np.sqrt(1 / n + floor**2)
    freedom = (n - 1) * (error**2 * n) ** 2
    found = stats.nct.sf(stats.t.isf(level, freedom), freedom, signal / error) >= power
    return int(n[found.argmax()]) if found.any() else None


def _of_scores(scores):
    """What the choice of examples adds to the variance of the mean of scores, runs by examples: that of an effect crossed with
    runs, without what examples and runs have together, which the spread between runs shows already."""
    n, m = scores.shape[-2:]
    runs, each = scores.mean(axis=-1, keepdims=True), scores.mean(axis=-2, keepdims=True)
    rest = ((scores - runs - each + scores.mean(axis=(-2, -1), keepdims=True)) ** 2).sum(axis=(-2, -1))
    added = each[..., 0, :].var(axis=-1, ddof=1) / m - rest / ((n - 1) * (m - 1) * n * m)
    return np.maximum(added, 0), m - 1


def above(estimated, bar, side=1):
    """(p that it holds, p that the opposite does) of a number that is said to be beyond a bar, above (1) or below (-1)."""
    return estimated.beyond(bar, side), estimated.beyond(bar, -side)


def within(estimated, around, margin):
    """The same of a number that is said to differ from `around` by less than `margin`: two one-sided tests each way."""
    low, high = around - margin, around + margin
    inside = np.maximum(estimated.beyond(low, 1), estimated.beyond(high, -1))
    return inside, np.minimum(1, 2 * np.minimum(estimated.beyond(low, -1), estimated.beyond(high, 1)))


def all_of(parts):
    """The same of a claim that all parts hold: the largest p, and Bonferroni's that the opposite of one does."""
    holds, contradicted = (np.stack(side) for side in zip(*parts, strict=True))
    return holds.max(axis=0), np.minimum(1, len(contradicted) * contradicted.min(axis=0))


def of_errors(*errors, examples, differ=None, ratio=False) -> float:
    """Standard error of an error rate, or of the difference of two, from being measured on so many examples (a number, or a
    column `examples` of a table).

    `differ` is the share of the examples on which two classifiers disagree: on the others they err alike. `ratio`: the relative
    one, of a rate or of the ratio of two.
    """
    rates = [float(np.mean(rate)) for rate in errors]
    if ratio:
        variance = sum((1 - rate) / rate if rate else np.inf for rate in rates)
    else:
        variance = sum(rate * (1 - rate) for rate in rates) if differ is None else float(np.mean(differ))
    return (variance / float(np.min(examples))) ** 0.5


def of_scores(ours, other=0.0, *, ratio=False) -> float:
    """The same of the mean of scores [examples], or of its difference from, or with `ratio` relative to, that of the scores of
    another on the same examples."""
    ours, other = np.asarray(ours, float), np.asarray(other, float)
    each = ours / ours.mean() - other / other.mean() if ratio else ours - other
    return float(each.std(ddof=1) / len(each) ** 0.5)


def tolerance(printed, examples=None) -> float:
    """By how much a printed error rate may be off: 95 % of what its test set of so many examples leaves open, and half a point.

    Where several are printed, no more than 95 % prediction of one more value; of two or three that is a multiple of their
    spread, 15.6 and 5, so that it bounds nothing by itself: what is printed thrice is no less sure than what is printed once.
    """
    if examples is None:
        raise ValueError("a tolerance is of error rates; give the examples of their test set, or a margin with its reason")
    printed = np.atleast_1d(np.asarray(printed, float))
    one, k = 1.96 * of_errors(printed, examples=examples) + HALF_POINT, len(printed)
    return min(one, float(stats.t.ppf(0.975, k - 1) * printed.std(ddof=1) * (1 + 1 / k) ** 0.5)) if k > 1 else one
