"""The claims of Fort et al. 2019 (arXiv 1912.02757) about corrupted images, figures 8 and 9.

    gap(s) = score(samples, s) - score(independent, s)           means over corruptions and ensembles, at severity s
    growth = gap(most severe) - gap(0)

Ensembles of samples of a subspace around one network, or of averages of its weights, against independent networks, on the same
images, for groups of networks none of which is in two groups; if samples are around several of a group, its gap is the mean of
theirs, without the luck of the one network. The score is the error or the Brier score. The Jensen-Shannon divergence is how
much the members of an ensemble differ, at most the log of their number, which is one for both. A claim about samples is about
each kind of them.

In the paper independent networks are ahead, the gap grows with the severity of a corruption, and independent networks differ
more (as remembered, not confirmed). SWAG is ours.

Differs from the released code in: it compares the divergence of sets of 5, 10 and 30, here all have one number.
"""

from itertools import cycle

from lossland.options import Count, Fraction
from lossland.papers.fort2019.claims import about, families
from lossland.statistics.runs import each_example, refuse_other_images, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim, scored

SCORES = {"error": "test error, as a fraction", "brier": "Brier score"}


def check(
    *,
    samples: Table("by_example"),
    independent: Table("by_example"),
    trained: Table("landscape"),
    size: Count,
    around: Count | None = None,
    level: Fraction | None = None,
) -> list[Claim]:
    """`samples` has a label for each kind; its runs are around the first network of each run of `independent`, in their order,
    then perhaps around the second of each, and so on.

    `size` is the number of networks in an ensemble, `around` that of members from samples if it is another, of which no
    divergences are compared. Raises ValueError if tables differ in runs or corruptions.
    """
    runs, kinds = pick(independent, size=size), by_label(pick(samples, size=around or size))
    for kind, own in kinds.items():
        refuse_other_images({kind: own, "independent": runs})
        kinds[kind] = _in_groups(own, runs["run"])
    claims = []
    for family, members in families(kinds).items():
        said = about(family, trained, level)
        for score, unit in SCORES.items():
            gaps = {kind: _gaps(own, runs, score) for kind, own in members.items()}
            growth = {kind: most - clean for kind, (clean, most) in gaps.items()}
            claims += [
                scored(f"runs are ahead of {family}: {score}", {kind: most for kind, (_, most) in gaps.items()}, **said,
                       of=f"{unit}: gap on the most corrupted images",
                       says=f"On corrupted images independent networks are better than {family} around one."),
                scored(f"the gap to {family} grows: {score}", growth, **said,
                       of=f"{unit}: gap on the most corrupted images - on clean ones",
                       says=f"Independent networks are further ahead of {family} on corrupted images than on clean ones."),
            ]  # fmt: skip
        if around is None:
            js = {kind: -_gaps(own, runs, "js")[1] for kind, own in members.items()}
            claims.append(differing(family, "corrupted", js, said))
    return claims


def _in_groups(own, runs):
    """The rows under the run of their group, which its first network has; as they are, to be refused, if they are of others."""
    ours, groups = (list(dict.fromkeys(names)) for names in (own["run"], runs))
    whole = ours[: len(groups)] == groups and len(ours) % len(groups) == 0
    return own.assign(run=own["run"].map(dict(zip(ours, cycle(groups), strict=False)))) if whole else own


def differing(family, images, js, said) -> Claim:
    return scored(f"runs differ more than {family} on {images} images", js, **said,
                  of="Jensen-Shannon divergence [nats] of independent networks - of samples",
                  says=f"On {images} images independent networks differ more than as many {family}.")  # fmt: skip


def _gaps(own, runs, score):
    """Samples - independent networks, runs by examples, on clean images and under the corruptions."""
    pairs = [together({"independent": _means(runs, score, on), "samples": _means(own, score, on)}) for on in (False, True)]
    return [pair["samples"] - pair["independent"] for pair in pairs]


def _means(table, column, corrupted):
    rows = table[(table["severity"] > 0) == corrupted]
    return each_example(rows.groupby(["run", "example"])[column].mean().reset_index(), column)
