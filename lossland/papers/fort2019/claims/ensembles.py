"""The claims of Fort et al. 2019 (arXiv 1912.02757) about ensembles, figure 7: of runs, of samples around one, of both.

    an ensemble gains     single - independent
    runs gain more        samples - independent
    both gain most        samples - both,  and  independent - both

Differences of scores (error, Brier, nll; lower is better), above 0 if the claim is true, on the same test examples, for each
group of networks, none of which is in two groups. `single` is the mean over all networks of the group, `independent` is all of
them together; `samples` is the mean over ensembles of as many samples of a subspace around one of them, or the average of its
last weights; `both` is as many members, each of all samples around one network, or its average. So `both` averages more
networks than the others do. A claim about samples is about each kind of them.

In the paper ensembles of independent networks gain more than those of a subspace, and both together gain most (as remembered,
not confirmed, and without its numbers). The nll and SWAG are ours.
"""

from lossland.options import Count, Fraction
from lossland.papers.fort2019.claims import AVERAGES, about, families
from lossland.statistics.runs import each_example, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim, scored

SCORES = {"error": "test error, as a fraction", "brier": "Brier score", "nll": "test nll"}


def check(
    *,
    independent: Table("by_example"),
    samples: Table("by_example"),
    both: Table("by_example"),
    trained: Table("landscape"),
    size: Count,
    level: Fraction | None = None,
) -> list[Claim]:
    """`samples` and `both` have one label for each kind; run i of the three tables is of one group. `both` is measured `by:
    source`, on pools of the samples around each network, of one network and of `size`."""
    claims = []
    for score, unit in SCORES.items():
        origin = {"origin": "ours"} if score == "nll" else {}
        single, runs = (each_example(pick(independent, size=n), score) for n in (1, size))
        averages, pools = (_by_kind(both, n, score) for n in (1, size))
        around = _by_kind(samples, size, score) | {kind: one for kind, one in averages.items() if kind == AVERAGES}
        together({"independent": runs} | around)
        claims.append(
            scored(f"an ensemble gains: {score}", single - runs, **about("runs", trained, level) | origin,
                   of=f"{unit}: one network - {size} together",
                   says="An ensemble of independent networks is better than one network.")
        )  # fmt: skip
        for family, kinds in {"samples and averages": around}.items() if origin else families(around).items():
            said = about(family, trained, level) | origin
            best = {f"{kind}, around one": own - pools[kind] for kind, own in kinds.items()}
            best |= {f"{kind}, networks": runs - pools[kind] for kind in kinds}
            claims += [
                scored(f"runs gain more than {family}: {score}", {kind: own - runs for kind, own in kinds.items()}, **said,
                       of=f"{unit}: {size} of one network - {size} independent networks",
                       says=f"At equal size, independent networks together are better than {family} around one."),
                scored(f"both gain most, {family}: {score}", best, **said,
                       of=f"{unit}: ensembles of the one or of the other - of both",
                       says=f"Around independent networks, {family} are better than around one, and than the networks."),
            ]  # fmt: skip
    return claims


def _by_kind(table, size, score):
    return {kind: each_example(pick(rows, size=size), score) for kind, rows in by_label(table).items()}
