"""The claims of Benton et al. 2021 (arXiv 2102.13042) about corrupted images, figure 11: ESPRO stays ahead as they get noisy.

    score(others) - score(ESPRO)        above 0 at every severity (0: clean) if ESPRO is better

The scores are the error and the nll at a temperature fitted on the clean images; both ensembles are of equally many components:
simplexes of low loss, networks, averages of their weights (MultiSWA) or samples of Gaussians around these (MultiSWAG), of
equally many trainings. They are compared example by example.

In the paper (Gaussian noise) ESPRO is the most accurate at all severities, and has the lowest nll after temperature scaling;
it prints no number.
"""

from lossland.options import Count
from lossland.statistics.runs import each_example, refuse_other_images, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim, scored, trained

SCORES = {
    "error": ("errs less", "test error, as a fraction"),
    "nll_tempered": ("has a lower nll at its temperature", "test nll [nats] at the temperature of the clean images"),
}


def check(
    *, simplexes: Table("by_example"), others: Table("by_example"), networks: Table("ensemble"), size: Count
) -> list[Claim]:
    """Ensembles of `size` components, `others` a label for each kind, and the networks on the training data. Run i of all is of
    one group of networks. Raises ValueError if corruptions or severities of the tables differ."""
    own, presumes = pick(simplexes, size=size), trained(networks["error"])
    return [claim for kind, rows in by_label(pick(others, size=size)).items() for claim in _ahead(kind, rows, own, presumes)]


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
