"""The claims of Fort et al. 2019 (arXiv 1912.02757) about shifted data, figures 8 and 9, and about data of another kind.

    gap(s) = score(samples, s) - score(independent, s)           means over corruptions and ensembles, at severity s
    growth = gap(5) - gap(0)

`samples` are ensembles of samples around one network, `independent` are ensembles of networks; the score is the error or the
Brier score. The Jensen-Shannon divergence is how much the members of an ensemble differ, at most the log of their number: all
ensembles have `size` members, while the released code compares sets of 5, 10 and 30. A run is a group of networks, none of
which is in two groups: run i of `independent` is the pool of them, run i of a kind of samples is around one of them. What
the paper prints of JS is not confirmed, and is no target here.
"""

from lossland.options import Count
from lossland.statistics.tables import Table, entries, of_test, where
from lossland.statistics.verdicts import Claim, by_run, together

CAPTION = """
Each row holds one claim about ensembles of equal size on corrupted pictures, or on pictures of other things: of samples of a
subspace against independent networks, for n groups of networks (mean ± standard deviation). A claim holds if a one-sided
t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide.
In the paper the gap between them grows with the severity of a corruption, and independent networks differ more (as remembered,
not confirmed).
"""
SEVERE = 5
SCORES = {"error": "test error, as a fraction", "brier": "Brier score"}


def check(
    *,
    subspace: Table("shift"),
    independent: Table("shift"),
    subspace_outside: Table("outside"),
    independent_outside: Table("outside"),
    size: Count,
    kinds: list[list[str]],
) -> list[Claim]:
    """`kinds` lists [subspace, name] of each kind of samples; `size` is the number of networks in an ensemble.

    Raises ValueError where a table has no such ensembles or no test split, or tables differ in runs, corruptions or severities.
    """
    subspace, independent = of_test(subspace, "subspace"), of_test(independent, "independent")
    runs, outside = _of_size(independent, size, "independent"), _of_size(independent_outside, size, "independent_outside")
    claims = []
    for samples, name in entries("kinds", kinds, "subspace", "name"):
        own = _of_size(where(subspace, subspace=samples), size, f"subspace, of {samples}")
        own_outside = _of_size(where(subspace_outside, subspace=samples), size, f"subspace_outside, of {samples}")
        _refuse_other_data(own, runs, samples)
        claims += [*_growth(name, own, runs), _js(name, "corrupted", _shifted(own), _shifted(runs))]
        claims.append(_js(name, "other", own_outside, outside))
    return claims


def _growth(name, own, runs):
    scores = {"independent": runs, name: own}
    at = {s: together({n: by_run(where(rows, severity=s), list(SCORES)) for n, rows in scores.items()}) for s in (0, SEVERE)}
    gap = {s: found[name] - found["independent"] for s, found in at.items()}
    return [
        Claim(
            name=f"the gap to {name} grows: {score}",
            says=f"Independent networks are further ahead of samples ({name}) on corrupted pictures than on clean ones.",
            of=f"{unit}: gap at severity {SEVERE} - at 0",
            values=list((gap[SEVERE] - gap[0])[score]),
            published=[],
            above=0,
        )
        for score, unit in SCORES.items()
    ]


def _js(name, pictures, own, runs):
    js = together({n: by_run(rows, "js") for n, rows in (("independent", runs), (name, own))})
    return Claim(
        name=f"runs differ more than {name} on {pictures} pictures",
        says=f"On {pictures} pictures independent networks differ more than as many samples ({name}).",
        of="Jensen-Shannon divergence [nats] of independent networks - of samples",
        values=list(js["independent"] - js[name]),
        published=[],
        above=0,
    )


def _shifted(table):
    return table[table["severity"] > 0]


def _of_size(table, size, role):
    rows = table[table["members"].str.split().str.len() == size]
    if rows.empty:
        raise ValueError(f"{role} has no ensembles of {size} networks; measure that size, or name another")
    return rows


def _refuse_other_data(own, runs, samples):
    data = [set(zip(rows["corruption"], rows["severity"], strict=True)) for rows in (own, runs)]
    if odd := data[0] ^ data[1]:
        corruption, severity = min(odd)
        raise ValueError(f"{samples} and independent are not both of {corruption} at severity {severity}; measure both on it")
    if lacking := {0, SEVERE} - {severity for _, severity in data[0]}:
        raise ValueError(f"{samples} has no severity {min(lacking)}; measure severities 0 and {SEVERE}")
