"""The claims of Benton et al. 2021 (arXiv 2102.13042) about corrupted images, figure 11: ESPRO stays ahead as they get noisy.

    score(others) - score(ESPRO)        above 0 at every severity (0: clean) if ESPRO is better

The scores are the error, the nll and the calibration error at a temperature fitted on the clean images; both ensembles are of
equally many components: simplexes of low loss, networks, averages of their weights (MultiSWA) or samples of Gaussians around
these (MultiSWAG), of equally many trainings. Errors and nll are compared example by example.

In the paper (Gaussian noise) ESPRO is the most accurate at all severities, and has the lowest nll after temperature scaling;
it prints no number. Appendix C has the calibration errors, which by the abstract are lower than those of deep ensembles.
"""

from lossland.options import Count
from lossland.papers.benton2021.claims import calibration
from lossland.statistics.runs import each_example, refuse_other_images, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim, scored, trained

SCORES = {
    "error": ("errs less", "test error, as a fraction"),
    "nll_tempered": ("has a lower nll at its temperature", "test nll [nats] at the temperature of the clean images"),
}


def check(
    *,
    simplexes: Table("by_example"),
    others: Table("by_example"),
    shifts: Table("shift"),
    networks: Table("ensemble"),
    size: Count,
) -> list[Claim]:
    """Ensembles of `size` components, `others` a label for each kind, deep ensembles first, and the networks on the training
    data; `shifts` of all. Run i of all is of one group of networks. Raises ValueError if corruptions or severities of the
    tables differ."""
    own, presumes = pick(simplexes, size=size), trained(networks["error"])
    kinds = by_label(pick(others, size=size))
    claims = [claim for kind, rows in kinds.items() for claim in _ahead(kind, rows, own, presumes)]
    return [*claims, _calibrated(next(iter(kinds)), pick(shifts, size=size), own, presumes)]


def _ahead(kind, theirs, own, presumes):
    refuse_other_images({"ESPRO": own, kind: theirs})
    claims = []
    for score, (better, unit) in SCORES.items():
        ahead = {}
        for severity in sorted(own["severity"].unique()):
            rows = {kind: theirs, "ESPRO": own}
            rows = together({n: each_example(pick(part, severity=severity), score) for n, part in rows.items()})
            ahead[f"severity {severity}"] = rows[kind] - rows["ESPRO"]
        claims.append(scored(
            f"ahead of {kind}: {score}", ahead, above=0, presumes=presumes, of=f"{unit}: {kind} - ESPRO",
            says=f"At every severity ESPRO {better} than {kind} of as many components."))  # fmt: skip
    return claims


def _calibrated(kind, shifts, own, presumes):
    """ESPRO is the label of `own`; of all corruptions those that are in it."""
    label, examples, found = own["subspace"].iloc[0], own["example"].nunique(), {}
    for severity, shifted in own.groupby("severity"):
        on = {"severity": severity, "corruption": shifted["corruption"].iloc[0]}
        tables = [pick(shifts, subspace=name, **on) for name in (kind, label)]
        found[f"severity {severity}"] = calibration(*tables, examples=examples)
    return Claim(f"ahead of {kind}: ece_tempered", {part: better for part, (better, _) in found.items()}, above=0,
                 sampling={part: luck for part, (_, luck) in found.items()}, presumes=presumes,
                 of=f"test calibration error at the temperature of the clean images, as a fraction: {kind} - ESPRO",
                 says=f"At every severity ESPRO is better calibrated than a {kind} of as many components.")  # fmt: skip
