"""The claims of Benton et al. 2021 (arXiv 2102.13042) about corrupted images, figure 11: ESPRO stays ahead as they get noisy.

    score(deep ensemble) - score(ESPRO)        above 0 if ESPRO is better, at each severity (0: clean)

The scores are the error, the nll, and the nll at a temperature fitted on the clean images; both ensembles are of equally many
components, networks or simplexes of low loss around the same networks.

In the paper (Gaussian noise) ESPRO is the most accurate at all severities, and has the lowest nll after temperature scaling;
it prints no number. That the nll is better before a temperature is fitted is our claim.
"""

from lossland.options import Count
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim

SCORES = {
    "error": "test error, as a fraction",
    "nll": "test nll [nats]",
    "nll_tempered": "test nll [nats] at the temperature of the clean pictures",
}


def check(*, simplexes: Table("shift"), independent: Table("shift"), size: Count) -> list[Claim]:
    """Ensembles of `size` components; run i of both tables is of one group of networks.

    Raises ValueError if corruptions or severities of the tables differ.
    """
    networks = pick(independent, split="test", size=size)
    claims = []
    for name, own in by_label(pick(simplexes, split="test", size=size)).items():
        data = [set(zip(rows["corruption"], rows["severity"], strict=True)) for rows in (own, networks)]
        if odd := data[0] ^ data[1]:
            corruption, severity = min(odd)
            raise ValueError(f"{name} and independent are not both of {corruption} at severity {severity}; measure both on it")
        claims += [claim for severity in sorted(own["severity"].unique()) for claim in _ahead(name, severity, own, networks)]
    return claims


def _ahead(name, severity, own, networks):
    rows = {"independent": networks, name: own}
    theirs, own = together({n: by_run(pick(r, severity=severity), list(SCORES)) for n, r in rows.items()}).values()
    return [
        Claim(f"{name} at severity {severity}: {score}", theirs[score] - own[score], above=0,
              of=f"{unit}: deep ensemble - simplexes",
              says=f"At severity {severity} ensembles of simplexes ({name}) are better than deep ensembles.")
        for score, unit in SCORES.items()
    ]  # fmt: skip
