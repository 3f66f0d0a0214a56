"""The claims of Fort et al. 2019 (arXiv 1912.02757) about corrupted images, figures 8 and 9.

    gap(s) = score(samples, s) - score(independent, s)           means over corruptions and ensembles, at severity s
    growth = gap(5) - gap(0)

Ensembles of samples of a subspace around one network against as many independent networks, for groups of networks none of
which is in two groups; the score is the error or the Brier score. The Jensen-Shannon divergence is how much the members of an
ensemble differ, at most the log of their number.

In the paper the gap grows with the severity of a corruption, and independent networks differ more (as remembered, not
confirmed).

Differs from the released code in: it compares the divergence of sets of 5, 10 and 30, here all have one number.
"""

from lossland.options import Count
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim

SEVERE = 5
SCORES = {"error": "test error, as a fraction", "brier": "Brier score"}


def check(*, samples: Table("shift"), independent: Table("shift"), size: Count) -> list[Claim]:
    """`samples` has a label for each kind; run i of it is around a network of run i of `independent`, a pool of networks.

    `size` is the number of networks in an ensemble. Raises ValueError if tables differ in runs, corruptions or severities.
    """
    runs, claims = of_size(independent, size), []
    for kind, own in by_label(of_size(samples, size)).items():
        refuse_other_data(own, runs, kind)
        at = {s: [by_run(pick(t, severity=s), list(SCORES)) for t in (runs, own)] for s in (0, SEVERE)}
        at = {s: together(dict(zip(("independent", kind), pair, strict=True))) for s, pair in at.items()}
        gap = {s: pair[kind] - pair["independent"] for s, pair in at.items()}
        claims += [
            Claim(f"the gap to {kind} grows: {score}", (gap[SEVERE] - gap[0])[score], above=0,
                  of=f"{unit}: gap at severity {SEVERE} - at 0",
                  says=f"Independent networks are further ahead of samples ({kind}) on corrupted images than on clean ones.")
            for score, unit in SCORES.items()
        ]  # fmt: skip
        claims.append(differing(kind, "corrupted", own[own["severity"] > 0], runs[runs["severity"] > 0]))
    return claims


def differing(kind, images, own, runs) -> Claim:
    js = together({"independent": by_run(runs, "js"), kind: by_run(own, "js")})
    return Claim(
        f"runs differ more than {kind} on {images} images", js["independent"] - js[kind], above=0,
        of="Jensen-Shannon divergence [nats] of independent networks - of samples",
        says=f"On {images} images independent networks differ more than as many samples ({kind}).",
    )  # fmt: skip


def of_size(table, size):
    """The ensembles of so many networks."""
    return pick(table.assign(networks=table["members"].str.split().str.len()), networks=size)


def refuse_other_data(own, runs, kind):
    ours, theirs = (set(zip(rows["corruption"], rows["severity"], strict=True)) for rows in (own, runs))
    if odd := ours ^ theirs:
        corruption, severity = min(odd)
        raise ValueError(f"{kind} and independent are not both of {corruption} at severity {severity}; measure both on it")
