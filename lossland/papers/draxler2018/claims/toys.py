"""Bands as in Draxler et al. 2018 (arXiv 1803.00885) on landscapes whose saddles are known, and whether the saddle is found.

    off = |highest loss on the band (refined) - height of the pass| / |height of the pass|

The heights are those of `geometry.known_saddles`, analytic or of the literature. That a saddle is found is taken as a
thousandth; this bar is ours. A run is a band between two wells, from starts of its own. The paper has no such test.
"""

from lossland.geometry.known_saddles import TOYS
from lossland.statistics.runs import by_run
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim

BAR = 1e-3


def check(*, bands: Table("saddles")) -> list[Claim]:
    """Labels are names of `geometry.known_saddles`. Raises ValueError for another."""
    return [_found(form, by_run(rows)) for form, rows in by_label(pick(bands, split="train", quantity="nll")).items()]


def _found(form, rows):
    if form not in TOYS:
        raise ValueError(f"the saddles of {form} are not known; name networks as one of {', '.join(TOYS)}")
    height = TOYS[form].height
    return Claim(f"the saddle is found: {form}", (rows["refined"] - height).abs() / abs(height), origin="ours", below=BAR,
                 of=f"|highest loss on the band - {height:g}| / {abs(height):g}",
                 says=f"The highest point of a band lies at the pass of the landscape ({form}).")  # fmt: skip
