"""The claims of Benton et al. 2021 (arXiv 2102.13042) about corrupted pictures, figure 11: ESPRO stays ahead as they get noisy.

    score(deep ensemble) - score(ESPRO)        above 0 where ESPRO is better, at each severity, means over the corruptions

The scores are the error, the nll, and the nll at a temperature fitted on the clean pictures; both ensembles are of equally many
components, networks or simplexes around the same networks. A run is a group of networks, none of which is in two groups. That
the nll is better before a temperature is fitted is our claim, not the paper's; it prints no number.
"""

from lossland.options import Count
from lossland.statistics.tables import Table, of_test, only, parts
from lossland.statistics.verdicts import Claim, by_run, together

CAPTION = """
Each row holds one claim about ensembles of simplexes of low loss (ESPRO) against deep ensembles of as many networks, at one
severity of a corruption (0: clean), for n groups of networks (mean ± standard deviation). A claim holds if a one-sided t-test
against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the
paper (Gaussian noise) ESPRO is the most accurate at all severities, and has the lowest nll after temperature scaling.
"""
SCORES = {
    "error": "test error, as a fraction",
    "nll": "test nll [nats]",
    "nll_tempered": "test nll [nats] at the temperature of the clean pictures",
}


def check(
    *,
    simplexes: Table("shift"),
    independent: Table("shift"),
    kinds: list[list[str]],
    size: Count,
) -> list[Claim]:
    """`kinds` lists [subspace, name] of what `simplexes` has, measured `by: source`; `size` is the number of components.

    Raises ValueError where runs, corruptions or severities of the tables differ, or one has no ensembles of that size.
    """
    networks = only(of_test(independent, "independent"), "independent", size=size)
    claims = []
    for name, rows in parts(of_test(simplexes, "simplexes"), kinds, "simplexes", "kinds"):
        own = only(rows, "simplexes", size=size)
        _refuse_other_data(name, own, networks)
        claims += [claim for severity in sorted(own["severity"].unique()) for claim in _ahead(name, severity, own, networks)]
    return claims


def _ahead(name, severity, own, networks):
    found = {"independent": networks, name: own}
    found = together({role: by_run(only(rows, role, severity=severity), list(SCORES)) for role, rows in found.items()})
    return [
        Claim(
            name=f"{name} at severity {severity}: {score}",
            says=f"At severity {severity} ensembles of simplexes ({name}) are better than deep ensembles.",
            of=f"{unit}: deep ensemble - simplexes",
            values=list((found["independent"] - found[name])[score]),
            published=[],
            above=0,
        )
        for score, unit in SCORES.items()
    ]


def _refuse_other_data(name, own, networks):
    data = [set(zip(rows["corruption"], rows["severity"], strict=True)) for rows in (own, networks)]
    if odd := data[0] ^ data[1]:
        corruption, severity = min(odd)
        raise ValueError(f"{name} and independent are not both of {corruption} at severity {severity}; measure both on it")
